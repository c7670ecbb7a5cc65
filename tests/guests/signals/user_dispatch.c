// arch: x86_64
#include "guest.h"
#include <sys/prctl.h>

/* Calls that a thread hands back to itself. */

#define SET 59
#define ON 1

static volatile char selector;
static volatile int seen;
static volatile long pc, after;

static void on_sys(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    selector = 0;
    seen = info->si_code == 2 && info->si_syscall == 4321 && info->si_errno == 0 &&
           uc->uc_mcontext.gregs[REG_RAX] == 4321;
    pc = uc->uc_mcontext.gregs[REG_RIP] == (long)info->si_call_addr;
    uc->uc_mcontext.gregs[REG_RAX] = 99;
}

static void *in_thread(void *unused)
{
    SHOW(syscall(4321));
    return NULL;
}

static int ends(int how)
{
    pid_t child = must_fork();
    int status;

    if (!child) {
        SHOW(syscall(SYS_getppid) > 0); /* not handed back */
        fflush(stdout);
        selector = 0;
        MUST(prctl(SET, ON, 0, 0, how ? &selector : (void *)0x10) == 0);
        selector = how;
        syscall(4321);
        _exit(9);
    }
    MUST(waitpid(child, &status, 0) == child);
    return WTERMSIG(status);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    pthread_t thread;

    sigaction(SIGSYS, &action, NULL);
    TRY(prctl(SET, 9, 0, 0, 0));
    TRY(prctl(SET, 0, 1, 0, 0));
    TRY(prctl(SET, ON, 5, 0, 0));
    TRY(prctl(SET, ON, 0, 0, 1L << 60));
    TRY(prctl(SET, ON, 0, 0, &selector));
    selector = 1;
    after = syscall(4321);
    SHOW(after);
    SHOW(seen);
    SHOW(pc);
    selector = 0;
    TRY(syscall(4321));
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    fflush(stdout);
    SHOW(ends(0));
    SHOW(ends(7));
    TRY(prctl(SET, 0, 0, 0, 0));
    return 0;
}
