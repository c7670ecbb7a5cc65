// arch: aarch64 arm
// SIGBUS of an exclusive access names the address that is not aligned.
#include "guest.h"
static char bytes[64] __attribute__((aligned(16)));
static sigjmp_buf back;
static void on_bus(int n, siginfo_t *i, void *c)
{
    printf("signal %d code %d at +%ld\n", n, i->si_code, (long)((char *)i->si_addr - bytes));
    siglongjmp(back, 1);
}
int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &sa, NULL);
    int found;
    if (!sigsetjmp(back, 1)) {
#ifdef __aarch64__
        __asm__ volatile("ldxr %w0, [%1]" : "=r"(found) : "r"(bytes + 13));
#else
        __asm__ volatile("ldrex %0, [%1]" : "=r"(found) : "r"(bytes + 13));
#endif
        puts("no signal");
    }
    if (!sigsetjmp(back, 1)) {
#ifdef __aarch64__
        __asm__ volatile("ldaxr %x0, [%1]" : "=r"(found) : "r"(bytes + 20));
#else
        __asm__ volatile("ldrexh %0, [%1]" : "=r"(found) : "r"(bytes + 20 + 1));
#endif
        puts("no signal");
    }
    return 0;
}
