#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[16384];
static void handler(int signo) { (void)signo; }

int main(void) {
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = handler;
    sa.sa_flags = SA_RESTART | SA_ONSTACK | SA_NODEFER;
    sigaddset(&sa.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &sa, 0);
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGUSR1, 0, &sa);
    stack_t st = {stack, 0, sizeof stack};
    sigaltstack(&st, 0);
    kill(getpid(), SIGUSR1);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, 0);
    sigprocmask(SIG_SETMASK, 0, &set);
    sigfillset(&set);
    sigdelset(&set, SIGUSR1);
    sigprocmask(SIG_SETMASK, &set, 0);
    sigpending(&set);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, 0);
    syscall(SYS_rt_sigaction, 99, 0, 0, 8);
    syscall(SYS_tgkill, 1, 2, SIGUSR1);
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = handler;
    sigaction(SIGALRM, &sa, 0);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 50000}}, 0);
    pause();
    *(volatile int *)8 = 1;
    return 0;
}
