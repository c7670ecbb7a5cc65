#include "trace.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

/* What a tracer has to do with filters of system calls. */

#define O_TRACESECCOMP (1 << 7)
#define GET_FILTER 0x420c
#define GET_METADATA 0x420d
#define GET_RSEQ 0x420f
#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

static void filter(int number, uint32_t action)
{
    struct sock_filter code[] = {NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                                 RETURN(action), RETURN(SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {4, code};

    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program) == 0);
}

static void run(void)
{
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    filter(SYS_getppid, SECCOMP_RET_TRACE | 1234);
    filter(SYS_getpgid, SECCOMP_RET_ERRNO | EDOM);
    TRY(syscall(SYS_getppid) > 1);
    TRY(syscall(SYS_getpgid, 0));
    fflush(stdout);
    filter(SYS_umask, SECCOMP_RET_KILL_PROCESS);
    syscall(SYS_umask, 0);
}

int main(void)
{
    struct __ptrace_syscall_info info;
    struct sock_filter code[8];
    struct {
        uint64_t number, flags;
    } about = {1, 99};
    unsigned long message;
    pid_t child = traced_child();
    int status;

    if (!child)
        run();
    await(child);
    TRY(ptrace(PTRACE_SETOPTIONS, child, 0, O_TRACESECCOMP | PTRACE_O_TRACEEXIT));
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    status = await(child);
    while (WIFSTOPPED(status)) {
        MUST(ptrace(PTRACE_GETEVENTMSG, child, 0, &message) == 0);
        SHOW(message);
        SHOW(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info));
        SHOW(info.op);
        if (info.op == 3) {
            SHOW(info.seccomp.nr == SYS_getppid);
            SHOW(info.seccomp.ret_data);
        }
        if (!geteuid() && info.op == 3) {
            TRY(ptrace(GET_FILTER, child, (void *)0, code));
            SHOW(code[1].k == SYS_getppid);
            TRY(ptrace(GET_FILTER, child, (void *)1, NULL));
            TRY(ptrace(GET_FILTER, child, (void *)7, NULL));
            TRY(ptrace(GET_METADATA, child, (void *)sizeof about, &about));
            SHOW(about.flags);
        }
        TRY(ptrace(GET_RSEQ, child, (void *)0, NULL));
        MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
        status = await(child);
    }
    return 0;
}
