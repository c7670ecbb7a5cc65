#include "guest.h"
#include <elf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

/* Filters of system calls: what each action does, and who has them. */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#else
#define LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n) + 4)
#endif
#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define NUMBER LOAD(offsetof(struct seccomp_data, nr))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define INSTALL(flags, ...)                                                                        \
    ({                                                                                             \
        struct sock_filter code_[] = {__VA_ARGS__};                                                \
        struct sock_fprog program_ = {sizeof code_ / sizeof *code_, code_};                        \
        (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program_);                      \
    })
#define ON(number, action) INSTALL(0, NUMBER, UNLESS(number, 1), RETURN(action), RETURN(ALLOW))
#define ALLOW SECCOMP_RET_ALLOW

static volatile int trapped, right;
static uint32_t own_arch;

static void on_sys(int signo, siginfo_t *info, void *context)
{
    trapped = info->si_errno;
    right = info->si_code == 1 && info->si_arch == own_arch && info->si_syscall == SYS_getppid &&
            info->si_call_addr;
}

static void find_arch(void)
{
    Elf32_Ehdr head;
    int fd = open("/proc/self/exe", O_RDONLY);

    MUST(read(fd, &head, sizeof head) == sizeof head);
    close(fd);
    own_arch = head.e_machine | (head.e_ident[EI_CLASS] == ELFCLASS64 ? 0x80000000 : 0) |
               (head.e_ident[EI_DATA] == ELFDATA2LSB ? 0x40000000 : 0);
#if defined __sparc__ && !defined __arch64__ /* of V8 or V9 */
    own_arch = EM_SPARC;
#endif
#ifdef __aarch64__ /* whatever the byte order */
    own_arch |= 0x40000000;
#endif
}

static void seen_in_proc(void)
{
    char line[100];
    FILE *f = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof line, f))
        if (!strncmp(line, "Seccomp", 7))
            fputs(line, stdout);
    fclose(f);
}

static void child(const char *what, void (*run)(void))
{
    int status;
    pid_t pid;

    printf("%s: ", what);
    fflush(stdout);
    pid = fork();
    if (!pid) {
        run();
        fflush(stdout);
        _exit(7);
    }
    MUST(waitpid(pid, &status, 0) == pid);
    if (WIFSIGNALED(status))
        printf("killed by %d\n", usual(WTERMSIG(status)));
    else
        printf("exited with %d\n", WEXITSTATUS(status));
}

static void errors(void)
{
    MUST(ON(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV) == 0);
    SHOW(syscall(SYS_getppid));
    SHOW(errno == EXDEV);
    MUST(ON(SYS_getppid, SECCOMP_RET_ERRNO | 0) == 0); /* the latest counts */
    SHOW(syscall(SYS_getppid));
    MUST(ON(SYS_getppid, SECCOMP_RET_ERRNO | 0xffff) == 0);
    SHOW(syscall(SYS_getppid) == -1 && errno == 4095);
    MUST(ON(SYS_getppid, SECCOMP_RET_TRACE | 5) == 0); /* of no effect beside an error */
    SHOW(syscall(SYS_getppid) == -1);
    MUST(ON(SYS_getpid, SECCOMP_RET_TRACE) == 0);
    SHOW(syscall(SYS_getpid) == -1 && errno == ENOSYS);
    MUST(ON(SYS_getpgid, SECCOMP_RET_LOG) == 0);
    SHOW(syscall(SYS_getpgid, 0) > 0);
    SHOW(prctl(PR_GET_SECCOMP));
    seen_in_proc();
}

static void arguments(void)
{
    /* Descriptors from 100 to 199 are somebody else's; computed in a roundabout way. */
    MUST(INSTALL(0, NUMBER, UNLESS(SYS_close, 10), LOAD(LOW(0)), BPF_STMT(BPF_ST, 3),
                 BPF_STMT(BPF_LDX | BPF_IMM, 100), BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
                 BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_MEM, 3),
                 BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1000, 2, 0),
                 BPF_STMT(BPF_MISC | BPF_TXA, 0), UNLESS(1, 1),
                 RETURN(SECCOMP_RET_ERRNO | EPERM), RETURN(ALLOW)) == 0);
    for (int fd = 99; fd < 1400; fd += fd < 101 ? 1 : fd < 199 ? 98 : fd < 201 ? 1 : 1000) {
        int result = close(fd);

        printf("%d: %d %s\n", fd, result, errno == EPERM ? "EPERM" : "EBADF");
    }
}

static void trap(void)
{
    struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};

    sigaction(SIGSYS, &action, NULL);
    MUST(INSTALL(0, LOAD(offsetof(struct seccomp_data, arch)), UNLESS(own_arch, 3), NUMBER,
                 UNLESS(SYS_getppid, 1), RETURN(SECCOMP_RET_TRAP | 1234), RETURN(ALLOW)) == 0);
    syscall(SYS_getppid);
    SHOW(trapped);
    SHOW(right);
    signal(SIGSYS, SIG_IGN);
    syscall(SYS_getppid);
}

static void strict(void)
{
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
    syscall(SYS_write, 1, "written ", 8);
    syscall(SYS_getpid);
}

static void strict_exit(void)
{
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) == 0);
    syscall(SYS_exit, 5);
}

static void kill_process(void)
{
    MUST(ON(SYS_getppid, SECCOMP_RET_KILL_PROCESS) == 0);
    syscall(SYS_getppid);
}

static void unknown_action(void)
{
    MUST(ON(SYS_getppid, 0x7ff80000) == 0);
    syscall(SYS_getppid);
}

static volatile int tid;

static void *asks(void *result)
{
    tid = syscall(SYS_gettid);
    *(long *)result = syscall(SYS_getppid);
    return NULL;
}

static void kill_thread(void)
{
    long result = -5;
    pthread_t thread;

    MUST(ON(SYS_getppid, SECCOMP_RET_KILL_THREAD) == 0);
    MUST(pthread_create(&thread, NULL, asks, &result) == 0);
    while (!tid || syscall(SYS_tgkill, getpid(), tid, 0) == 0)
        usleep(1000);
    SHOW(result);
    syscall(SYS_getppid); /* the last one */
}

static int go[2];

static void *waits(void *result)
{
    char byte;

    MUST(read(go[0], &byte, 1) == 1);
    return asks(result);
}

static void threads(void)
{
    long result = 0;
    pthread_t thread;

    MUST(pipe(go) == 0);
    MUST(pthread_create(&thread, NULL, waits, &result) == 0);
    MUST(INSTALL(SECCOMP_FILTER_FLAG_TSYNC, NUMBER, UNLESS(SYS_getppid, 1),
                 RETURN(SECCOMP_RET_ERRNO | EPERM), RETURN(ALLOW)) == 0);
    MUST(write(go[1], "", 1) == 1);
    pthread_join(thread, NULL);
    SHOW(result);
    execl("/proc/self/exe", "seccomp", "again", NULL);
}

static void refused(void)
{
    struct sock_filter code[] = {NUMBER, RETURN(ALLOW)};
    struct sock_fprog program = {0, code};
    uint32_t action = SECCOMP_RET_TRAP;

    TRY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    TRY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL));
    TRY(prctl(PR_SET_SECCOMP, 3, &program));
    TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
    TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x1000, &program));
    TRY(syscall(SYS_seccomp, 99, 0, NULL));
    TRY(INSTALL(0, LOAD(2), RETURN(ALLOW)));
    TRY(INSTALL(0, LOAD(64), RETURN(ALLOW)));
    TRY(INSTALL(0, NUMBER));
    TRY(INSTALL(0, UNLESS(0, 1), RETURN(ALLOW)));
    TRY(INSTALL(0, BPF_STMT(BPF_LD | BPF_MEM, 1), RETURN(ALLOW)));
    TRY(INSTALL(0, BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RETURN(ALLOW)));
    TRY(INSTALL(0, BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RETURN(ALLOW)));
    TRY(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    action = 0x12340000;
    TRY(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    if (!geteuid() && setresuid(65534, 65534, 65534) == 0) {
        program.len = 2;
        TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        TRY(syscall(SYS_getppid));
        seen_in_proc();
        return 4;
    }
    find_arch();
    child("refused", refused);
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    child("errors", errors);
    child("arguments", arguments);
    child("trap", trap);
    child("strict", strict);
    child("exit", strict_exit);
    child("process", kill_process);
    child("unknown", unknown_action);
    child("thread", kill_thread);
    child("threads", threads);
    return 0;
}
