// page: 4096
// Which accesses each protection allows, as signals with code and address.
#include "guest.h"
static sigjmp_buf back;
static volatile int code, signo;
static void *volatile where;
static void on(int n, siginfo_t *i, void *c)
{
    signo = n;
    code = i->si_code;
    where = i->si_addr;
    siglongjmp(back, 1);
}
static char *page;
static const char *access_name[] = {"read", "write"};
static void attempt(int write, char *p)
{
    if (sigsetjmp(back, 1) == 0) {
        if (write)
            *(volatile char *)p = 1;
        else
            (void)*(volatile char *)p;
        printf(" %s: ok", access_name[write]);
    } else
        printf(" %s: signal %d code %d at %+ld", access_name[write], usual(signo), code,
               (long)((char *)where - page));
}
int main(void)
{
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    page = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC,
                   PROT_READ | PROT_WRITE | PROT_EXEC};
    for (int i = 0; i < 5; i++) {
        MUST(mprotect(page, 4096, prots[i]) == 0);
        printf("prot %d:", prots[i]);
        attempt(0, page + 5);
        attempt(1, page + 4095);
        puts("");
    }
    munmap(page + 4096, 4096);
    printf("unmapped:");
    attempt(0, page + 4096);
    attempt(1, page + 4097);
    puts("");
    printf("straddling:");
    MUST(mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0);
    if (sigsetjmp(back, 1) == 0)
        *(volatile uint32_t *)(page + 4094) = -1;
    else
        printf(" signal %d code %d at %ld, first half %d\n", usual(signo), code,
               (long)((char *)where - page), page[4094]);
    printf("null:");
    page = 0;
    attempt(0, (char *)0);
    attempt(1, (char *)8);
    puts("");
    return 0;
}
