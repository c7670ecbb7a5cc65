// flags: -fno-stack-protector
// Random system calls with random arguments: calls [SEED [BATCHES [CALLS_PER_BATCH]]]
//
// Each batch runs in a child, because it may damage its process; the parent prints what became of
// them. Calls that could harm the machine, and not only the child and the current directory, are
// left out or given harmless arguments.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16, NUMBERS = 490 };

static const short left_out[] = {
    /* other processes, and the machine as a whole */
    SYS_reboot, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff,
    SYS_sethostname, SYS_setdomainname, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
    SYS_quotactl, SYS_acct, SYS_vhangup, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl,
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_prlimit64,
    SYS_setpriority, SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_setaffinity,
    SYS_sched_setattr, SYS_ioprio_set, SYS_migrate_pages, SYS_move_pages, SYS_fanotify_init,
    SYS_open_by_handle_at, SYS_syslog, SYS_unshare, SYS_setns, SYS_mlockall, SYS_sync, SYS_syncfs,
    SYS_fsync, SYS_fdatasync, SYS_mq_open, SYS_mq_unlink, SYS_semget, SYS_shmget, SYS_msgget,
    SYS_shmat, SYS_shmctl, SYS_semctl, SYS_msgctl, 424 /* pidfd_send_signal */, 425, 426, 427,
    428, 429, 430, 431, 432, 433, 438 /* pidfd_getfd */, 440 /* process_madvise */, 442,
    443 /* quotactl_fd */, 446 /* landlock_restrict_self */, 448 /* process_mrelease */,
    453 /* map_shadow_stack */, 462 /* mseal */, 463 /* setxattrat */, 467, 469 /* file_setattr */,
    /* the child itself */
    SYS_exit, SYS_exit_group, SYS_execve, SYS_execveat, SYS_clone, 435 /* clone3 */,
    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_setitimer,
    SYS_seccomp, SYS_brk, SYS_remap_file_pages, SYS_fallocate, 334 /* rseq */,
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_capset, SYS_setrlimit, SYS_pkey_alloc,
    SYS_pkey_mprotect,
    /* the way out of the current directory, and what would make it hard to remove */
    SYS_chdir, SYS_fchdir, SYS_fchmod, SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchown,
    SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
#ifdef __x86_64__
    SYS_fork, SYS_vfork, SYS_pause, SYS_alarm, SYS_iopl, SYS_ioperm, SYS_chmod, SYS_chown,
    SYS_lchown, SYS_modify_ldt, SYS_kexec_file_load, 335, 336, /* uprobes: SIGILL */
#else
    293 /* rseq */,
#endif
};

/* Calls that take paths, and which of their arguments those are (as bits). They only get the names
 * of path(), for what else is in memory may begin with a slash. */
static const struct { short number, arguments; } with_paths[] = {
    {SYS_openat, 2}, {SYS_mkdirat, 2}, {SYS_mknodat, 2}, {SYS_unlinkat, 2}, {SYS_renameat, 10},
    {SYS_renameat2, 10}, {SYS_linkat, 10}, {SYS_symlinkat, 5}, {SYS_readlinkat, 2},
    {SYS_newfstatat, 2}, {SYS_faccessat, 2}, {439 /* faccessat2 */, 2}, {SYS_utimensat, 2},
    {SYS_statx, 2}, {437 /* openat2 */, 2}, {SYS_name_to_handle_at, 2}, {SYS_inotify_add_watch, 2},
    {SYS_statfs, 1}, {SYS_truncate, 1}, {SYS_getxattr, 1}, {SYS_lgetxattr, 1}, {SYS_listxattr, 1},
    {SYS_llistxattr, 1}, {SYS_removexattr, 1}, {SYS_lremovexattr, 1}, {SYS_fanotify_mark, 16},
    {464 /* getxattrat */, 2}, {465, 2}, {466, 2}, {468 /* file_getattr */, 2},
#ifdef __x86_64__
    {SYS_open, 1}, {SYS_creat, 1}, {SYS_stat, 1}, {SYS_lstat, 1}, {SYS_access, 1}, {SYS_rename, 3},
    {SYS_mkdir, 1}, {SYS_rmdir, 1}, {SYS_link, 3}, {SYS_unlink, 1}, {SYS_symlink, 3},
    {SYS_readlink, 1}, {SYS_utime, 1}, {SYS_utimes, 1}, {SYS_mknod, 1}, {SYS_uselib, 1},
    {SYS_futimesat, 2},
#endif
};

static unsigned char skipped[NUMBERS], paths[NUMBERS];
static char *valid, *boundary; /* mapped pages, and the first address after them that is not */
static char *names;            /* a page nobody can write to, and one nobody can read */
static uint64_t state;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(uint64_t bound)
{
    return (draw() >> 20) % bound;
}

/* Without errno: thread-local storage may be gone. */
static long raw(long number, const uint64_t *a)
{
#ifdef __x86_64__
    register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#else
    register uint64_t x8 __asm__("x8") = number, x0 __asm__("x0") = a[0], x1 __asm__("x1") = a[1],
                      x2 __asm__("x2") = a[2], x3 __asm__("x3") = a[3], x4 __asm__("x4") = a[4],
                      x5 __asm__("x5") = a[5];
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#endif
}

static uint64_t pointer(void)
{
    switch (below(8)) {
    case 0: return 0;
    case 1: return (uint64_t)boundary - below(64);                   /* half-mapped */
    case 2: return below(2) ? 0xffff800000000000u + below(1 << 20) : -below(4096); /* kernel's */
    case 3: return draw();
    case 4: return (uint64_t)boundary + below(2 * PAGE);
    default: return (uint64_t)valid + (below(PAGES * PAGE) & ~7ull);
    }
}

static uint64_t small(void)
{
    static const int64_t chosen[] = {-1, 0, 1, 3, 4, 5, 6, 7, 8, 16, 64, 100, 255, 999, 1000, 1001,
                                     1002, 1005, 1010, 1024, 4095, 4096, 65536, AT_FDCWD};
    return chosen[below(sizeof chosen / sizeof *chosen)];
}

static uint64_t anything(void)
{
    switch (below(8)) {
    case 0: case 1: case 2: return pointer();
    case 3: return draw();
    case 4: return 1ull << below(64);
    case 5: return (uint32_t)draw();
    default: return small();
    }
}

/* A path in or below the current directory, one that cannot be changed, or none at all. */
static uint64_t path(void)
{
    switch (below(8)) {
    case 0: return 0;
    case 1: return (uint64_t)names + PAGE - below(8); /* no end before the end of the page */
    case 2: return 0xffff800000000000u + below(1 << 20);
    case 3: return (uint64_t)names + PAGE + below(64);
    default: return (uint64_t)names + below(9) * 16;
    }
}

/* Makes arguments harmless; none is 2, so that what the emulator has to say is seen. */
static void tame(long number, uint64_t *a)
{
    static const uint64_t terminal[] = {0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451};

    for (int i = 0; i < 6; i++)
        a[i] = paths[number] >> i & 1 ? path() : a[i] + (a[i] == 2);
    if (number == SYS_mmap || number == SYS_munmap || number == SYS_mprotect ||
        number == SYS_mremap || number == SYS_madvise) {
        uint64_t page = below(PAGES);
        a[0] = (uint64_t)valid + page * PAGE + (below(4) ? 0 : below(PAGE));
        a[1] = below(PAGES - page) * PAGE;
        if (number == SYS_mremap) {
            a[2] = below(PAGES) * PAGE;
            a[3] &= ~2ull; /* MREMAP_FIXED */
        }
        if (number == SYS_mprotect)
            a[2] |= a[2] == PROT_EXEC; /* alone it takes a protection key */
        if (number == SYS_madvise)
            a[2] &= 31; /* not MADV_HWPOISON */
    } else if (number == SYS_socket || number == SYS_socketpair) {
        a[0] = below(4) ? AF_UNIX : 50 + below(1000);
    } else if (number == SYS_fcntl) {
        a[1] = below(8); /* not F_SETOWN */
    } else if (number == SYS_ioctl) {
        a[1] = terminal[below(sizeof terminal / sizeof *terminal)];
    } else if (number == SYS_mknodat) {
        a[2] = (a[2] & 0777) | (below(2) ? S_IFIFO : S_IFREG); /* no devices */
#ifdef __x86_64__
    } else if (number == SYS_mknod) {
        a[1] = (a[1] & 0777) | (below(2) ? S_IFIFO : S_IFREG);
#endif
    } else if (number == SYS_rt_sigaction) {
        a[0] = below(4) ? SIGUSR1 + below(3) : 65 + below(100);
    } else if (number == 436) {
        a[0] = 3 + below(2000); /* close_range */
    } else if (number == SYS_prctl) {
        a[0] = below(80);
        a[0] += a[0] == 22; /* PR_SET_SECCOMP */
    }
}

static void write_names(void)
{
    static const char *const safe[] = {"a", "b", "a/b", "a/b/c", "", ".", "b/", "/proc/self/maps"};

    memset(names, 'n', PAGE); /* the ninth name is too long */
    for (int i = 0; i < 8; i++)
        strcpy(names + i * 16, safe[i]);
    names[3000] = 0;
    mprotect(names, PAGE, PROT_READ);
    mprotect(names + PAGE, PAGE, PROT_NONE);
}

static void fill(void)
{
    uint64_t *words = (uint64_t *)valid;

    for (int i = 0; i < PAGES * PAGE / 8; i++)
        words[i] = below(4) ? 0 : below(2) ? below(300) : anything();
}

static void on_alarm(int signal)
{
    (void)signal;
}

static void batch(int calls, volatile uint64_t *done)
{
    struct itimerval often = {{0, 3000}, {0, 3000}};
    struct sigaction interrupt = {.sa_handler = on_alarm};
    uint64_t arguments[6];

    sigaction(SIGALRM, &interrupt, NULL);
    write_names();
    fill();
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < calls; i++) {
        long number = below(NUMBERS);
        for (int j = 0; j < 6; j++)
            arguments[j] = anything();
        if (skipped[number])
            continue;
        tame(number, arguments);
        raw(number, arguments);
        ++*done;
    }
}

/* Waits for a child, which is killed if it does not end by itself; true if it ended well. */
static int reap(pid_t child)
{
    struct timespec moment = {0, 1000000};
    int status = 0;

    for (int patience = 20000; waitpid(child, &status, WNOHANG) == 0; patience--) {
        if (patience == 0) {
            kill(child, SIGKILL);
            printf("a batch hung\n");
        }
        nanosleep(&moment, NULL);
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        printf("a batch died by signal %d\n", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        printf("a batch ended with exit status %d\n", WEXITSTATUS(status));
    return status == 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, checksum = 0;
    int batches = argc > 2 ? atoi(argv[2]) : 2, calls = argc > 3 ? atoi(argv[3]) : 500, good = 0;
    struct rlimit size = {16 << 20, 16 << 20};
    volatile uint64_t *done;
    int null = open("/dev/null", O_RDWR);

    for (unsigned i = 0; i < sizeof left_out / sizeof *left_out; i++)
        skipped[left_out[i]] = 1;
    for (unsigned i = 0; i < sizeof with_paths / sizeof *with_paths; i++)
        paths[with_paths[i].number] = with_paths[i].arguments;
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &size);
    done = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    valid = mmap(NULL, (PAGES + 4) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    names = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (done == MAP_FAILED || valid == MAP_FAILED || names == MAP_FAILED || null < 0)
        return 1;
    boundary = valid + PAGES * PAGE;
    munmap(boundary, 4 * PAGE);

    for (int i = 0; i < batches; i++) {
        state = seed * 1000003 + i + 1;
        for (int j = 0; j < 8; j++)
            checksum = checksum * 31 + draw();
        fflush(stdout);
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            dup2(null, 0);
            dup2(null, 1);
            batch(calls, done);
            _exit(0);
        }
        good += reap(child);
    }
    fprintf(stderr, "%llu calls, %d of %d batches to the end\n", (unsigned long long)*done, good,
            batches);
    printf("%016llx\n", (unsigned long long)checksum);
    return 0;
}
