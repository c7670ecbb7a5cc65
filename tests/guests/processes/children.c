// xfail-sparc64: there is no clone3
// xfail-sparc32plus: there is no clone3
#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
        set_tid_size, cgroup;
};

static long clone3(struct args *a)
{
    return syscall(SYS_clone3, a, sizeof *a);
}

static volatile int count, last;
static void note(int signo) { count++; last = signo; }

static void show_info(const char *what, int result, siginfo_t *info, pid_t pid)
{
    if (result < 0)
        printf("%s: errno %d\n", what, errno);
    else
        printf("%s: %d %d %d %d\n", what, usual(info->si_signo), info->si_code, info->si_code == CLD_EXITED ? info->si_status : usual(info->si_status), info->si_pid == pid);
}

static void waits(void)
{
    siginfo_t info;
    struct rusage usage;
    int status;
    int ends[2];
    char byte;
    pipe(ends);
    pid_t pid = fork();
    if (!pid) {
        close(ends[1]);
        kill(getpid(), SIGSTOP);
        read(ends[0], &byte, 1); /* until the parent has seen it continue */
        _exit(300 & 0xFF);
    }
    memset(&info, 0, sizeof info);
    show_info("stopped", waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT), &info, pid);
    memset(&info, 0, sizeof info);
    show_info("stopped", waitid(P_ALL, 0, &info, WSTOPPED), &info, pid);
    memset(&info, 0, sizeof info);
    show_info("again", waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), &info, 0);
    kill(pid, SIGCONT);
    memset(&info, 0, sizeof info);
    show_info("continued", waitid(P_PGID, 0, &info, WCONTINUED | WNOWAIT), &info, pid);
    SHOW(wait4(pid, &status, WCONTINUED | __WALL, &usage) == pid);
    SHOW(WIFCONTINUED(status));
    close(ends[1]);
    int fd = syscall(SYS_pidfd_open, pid, 0);
    memset(&info, 0, sizeof info);
    show_info("pidfd", syscall(SYS_waitid, 3, fd, &info, WEXITED | WNOWAIT, &usage), &info, pid);
    memset(&info, 0, sizeof info);
    show_info("nothread", waitid(P_PID, pid, &info, WEXITED | __WNOTHREAD), &info, pid);
    show_info("gone", waitid(P_PID, pid, &info, WEXITED), &info, pid);
    show_info("none", waitid(P_ALL, 0, &info, WEXITED | WNOHANG), &info, pid);
    show_info("options", waitid(P_ALL, 0, &info, WNOHANG), &info, pid);
    SHOW(wait4(-1, 0, 0x100, 0));
    SHOW(errno);
    /* the exit signal that wait4 wants __WCLONE for */
    pid = syscall(SYS_clone, CLONE_FIRST(0, 0), 0, 0, 0);
    if (!pid)
        _exit(4);
    SHOW(waitpid(pid, &status, 0));
    SHOW(waitpid(pid, &status, __WCLONE) == pid && WEXITSTATUS(status) == 4);
    signal(SIGUSR1, note);
    pid = syscall(SYS_clone, CLONE_FIRST(SIGUSR1, 0), 0, 0, 0);
    if (!pid)
        _exit(5);
    while (!count)
        usleep(1000);
    SHOW(usual(last));
    SHOW(waitpid(pid, &status, __WALL) == pid && WEXITSTATUS(status) == 5);
}

static void clones(void)
{
    int pidfd = -1, status;
    siginfo_t info = {0};
    struct args a = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    pid_t pid = clone3(&a);
    if (!pid)
        _exit(6);
    SHOW(pid > 0 && pidfd >= 0 && fcntl(pidfd, F_GETFD) == FD_CLOEXEC);
    struct pollfd asked = {pidfd, POLLIN};
    SHOW(poll(&asked, 1, 5000));
    show_info("by pidfd", syscall(SYS_waitid, 3, pidfd, &info, WEXITED, 0), &info, pid);
    signal(SIGUSR2, note);
    signal(SIGHUP, SIG_IGN);
    a = (struct args){.flags = 0x100000000ULL, .exit_signal = SIGCHLD};
    pid = clone3(&a);
    if (!pid) {
        struct sigaction now;
        sigaction(SIGUSR2, 0, &now);
        int cleared = now.sa_handler == SIG_DFL;
        sigaction(SIGHUP, 0, &now);
        _exit(cleared * 2 + (now.sa_handler == SIG_IGN));
    }
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    a = (struct args){.flags = CLONE_PARENT | CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd};
    pid_t self = getpid();
    int ends[2];
    pipe(ends);
    pid_t middle = fork();
    if (!middle) {
        pid = clone3(&a);
        if (!pid)
            _exit(getppid() == self ? 7 : 8);
        write(ends[1], &pid, sizeof pid);
        _exit(0);
    }
    read(ends[0], &pid, sizeof pid);
    waitpid(middle, 0, 0);
    SHOW(waitpid(pid, &status, __WALL) == pid && WEXITSTATUS(status) == 7);
    a = (struct args){.exit_signal = 65};
    SHOW(clone3(&a));
    SHOW(errno);
    a = (struct args){.flags = CLONE_SIGHAND | 0x100000000ULL | CLONE_VM, .exit_signal = SIGCHLD};
    SHOW(clone3(&a));
    SHOW(errno);
    pid_t wanted[1] = {1};
    a = (struct args){.set_tid = (uintptr_t)wanted, .set_tid_size = 1, .exit_signal = SIGCHLD};
    SHOW(clone3(&a));
    SHOW(errno);
    wanted[0] = 301;
    while ((pid = clone3(&a)) < 0 && errno == EEXIST) /* somebody has it */
        wanted[0]++;
    if (!pid)
        _exit(getpid() == wanted[0] ? 9 : 10);
    int done = pid < 0 ? geteuid() && errno == EPERM : pid == wanted[0];
    done &= pid < 0 || (waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 9);
    SHOW(done);
}

static void prctls(void)
{
    int value = -1, status;
    char name[16];
    signal(SIGUSR1, SIG_DFL);
    prctl(PR_SET_NAME, "a name that is longer");
    prctl(PR_GET_NAME, name);
    printf("%s\n", name);
    SHOW(prctl(PR_SET_PDEATHSIG, 65));
    int ends[2];
    pipe(ends);
    pid_t middle = fork();
    if (!middle) {
        int ready[2];
        pipe(ready);
        if (!fork()) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            sigprocmask(SIG_BLOCK, &set, 0);
            prctl(PR_SET_PDEATHSIG, SIGUSR1);
            prctl(PR_GET_PDEATHSIG, &value);
            write(ready[1], "", 1);
            int got = sigwaitinfo(&set, 0);
            dprintf(1, "parent's death: %d %d\n", usual(value), usual(got));
            write(ends[1], "", 1);
            _exit(0);
        }
        read(ready[0], name, 1);
        _exit(0);
    }
    waitpid(middle, 0, 0);
    read(ends[0], name, 1);
    SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
    SHOW(prctl(PR_GET_CHILD_SUBREAPER, &value) * 10 + value);
    middle = fork();
    if (!middle) {
        if (!fork()) {
            while (getppid() == middle)
                usleep(100);
            usleep(10000);
            _exit(11);
        }
        _exit(0);
    }
    waitpid(middle, 0, 0);
    SHOW(wait(&status) > 0 && WEXITSTATUS(status) == 11);
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    waits();
    clones();
    prctls();
    return 0;
}
