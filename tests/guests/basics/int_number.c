// arch: x86_64 aarch64
// The number of a system call is an int: what is above it does not count, for filters either.
#include "guest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#define HIGH (0x1234500000000L)
int main(void)
{
    SHOW(syscall(HIGH | SYS_getpid) == getpid());
    TRY(syscall(HIGH | SYS_close, 99));
    TRY(syscall(HIGH | 0x7fff, 99));
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {4, code};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    TRY(syscall(SYS_getppid));
    TRY(syscall(HIGH | SYS_getppid));
    SHOW(syscall(HIGH | SYS_getpid) == getpid());
    return 0;
}
