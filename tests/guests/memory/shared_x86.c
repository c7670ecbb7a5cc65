// arch: x86_64
// flags: -mcx16
// What only this architecture has: 16-byte exchanges, and locked operations across words and pages.
#include "guest.h"

enum { PROCESSES = 3, TURNS = 4000 };

static struct shared {
    _Alignas(16) unsigned __int128 wide;
    char bytes[8192 - 16];
} *s;

static int exchange16(unsigned __int128 *at, unsigned __int128 old, unsigned __int128 new)
{
    unsigned long low = (unsigned long)old, high = (unsigned long)(old >> 64);
    char done;
    __asm__ volatile("lock cmpxchg16b %1; setz %0"
                     : "=q"(done), "+m"(*at), "+a"(low), "+d"(high)
                     : "b"((unsigned long)new), "c"((unsigned long)(new >> 64))
                     : "memory", "cc");
    return done;
}

int main(void)
{
    s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            for (int k = 0; k < TURNS; k++)
                for (;;) {
                    unsigned __int128 old = *(volatile unsigned __int128 *)&s->wide;
                    if (exchange16(&s->wide, old, old + ((unsigned __int128)1 << 64) + 1))
                        break;
                }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    SHOW((long)s->wide);
    SHOW((long)(s->wide >> 64));
    char *page = (char *)s + 4096;
    for (int k = 0; k < 1000; k++) {
        __asm__ volatile("lock addl $3, %0" : "+m"(*(int *)(page - 2))::"memory");
        __asm__ volatile("lock addq $5, %0" : "+m"(*(long *)(page + 9))::"memory");
    }
    int int_across;
    long long_across;
    memcpy(&int_across, page - 2, sizeof int_across);
    memcpy(&long_across, page + 9, sizeof long_across);
    SHOW(int_across);
    SHOW(long_across);
    return 0;
}
