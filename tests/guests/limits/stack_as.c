// RLIMIT_STACK bounds the stack, RLIMIT_AS what can be mapped.
#include "guest.h"
static int eat(int n, volatile char *up)
{
    volatile char a[1000];
    a[0] = n + up[0];
    return n ? eat(n - 1, a) + a[0] : 0;
}
int main(void)
{
    int st;
    pid_t c = fork();
    if (!c) {
        struct rlimit s = {256 << 10, 256 << 10}, z = {0, 0};
        setrlimit(RLIMIT_CORE, &z);
        setrlimit(RLIMIT_STACK, &s);
        eat(100, "");
        if (write(1, "deep\n", 5)) {
        }
        eat(1000, "");
        _exit(3);
    }
    waitpid(c, &st, 0);
    SHOW(WIFSIGNALED(st) && WTERMSIG(st) == SIGSEGV);
    struct rlimit r = {1l << 30, 1l << 30};
    TRY(setrlimit(RLIMIT_AS, &r));
    SHOW(mmap(NULL, 1l << 31, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    puts(error_name(errno));
    SHOW(mmap(NULL, 1l << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    return 0;
}
