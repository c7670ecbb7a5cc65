// xfail-sparc64: there is no clone3
// xfail-sparc32plus: there is no clone3
// libc: glibc
// clone with and without its flags; set_tid_address, gettid, CLONE_CHILD_CLEARTID, wrong flag sets.
#include "guest.h"
#include <linux/futex.h>
static char stack[65536] __attribute__((aligned(16)));
static volatile int tid_word = 99, shared;
static int child(void *a)
{
    shared = 1;
    int same = getpid() == (long)a;
    shared += same * 10 + (syscall(SYS_gettid) != (long)a) * 100;
    return 0;
}
static int process(void *a)
{
    shared = 77;
    return getpid() != (long)a ? 12 : 13;
}
int main(void)
{
    int ptid = 0, st;
    int f = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
            CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    int t = clone(child, stack + sizeof stack, f, (void *)(long)getpid(), &ptid, NULL, &tid_word);
    SHOW(t > 0);
    SHOW(ptid == t);
    while (tid_word)
        syscall(SYS_futex, &tid_word, FUTEX_WAIT, t, NULL);
    SHOW(shared);
    while (!syscall(SYS_tgkill, getpid(), t, 0)) /* the word is cleared before the thread is gone */
        sched_yield();
    TRY(syscall(SYS_tgkill, getpid(), t, 0));
    t = clone(process, stack + sizeof stack, SIGCHLD, (void *)(long)getpid());
    TRY(waitpid(t, &st, 0) == t);
    SHOW(WEXITSTATUS(st));
    SHOW(shared);
    TRY(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0));
    TRY(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
    TRY(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS, 0, 0, 0, 0));
    SHOW(syscall(SYS_set_tid_address, &shared) == getpid());
    TRY(syscall(SYS_clone3, &shared, 8));
    TRY(syscall(SYS_clone3, 16, 64));
    return 0;
}
