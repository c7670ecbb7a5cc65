/* What guest programs share: headers, and results printed with error names instead of numbers. */
#ifndef GUEST_H
#define GUEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if __SIZEOF_LONG__ == 4 /* calls that exist there, of a C library that names others */
#ifdef SYS_mmap2
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#if defined SYS_futex_time64 && !defined __GLIBC__
#undef SYS_futex
#undef SYS_mq_timedsend
#undef SYS_mq_timedreceive
#define SYS_futex SYS_futex_time64
#define SYS_mq_timedsend SYS_mq_timedsend_time64
#define SYS_mq_timedreceive SYS_mq_timedreceive_time64
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif
#if defined __riscv /* has no calls with times of 32 bits */
#define SYS_fcntl SYS_fcntl64
#define SYS_ftruncate SYS_ftruncate64
#define SYS_clock_gettime SYS_clock_gettime64
#define SYS_clock_settime SYS_clock_settime64
#define SYS_clock_getres SYS_clock_getres_time64
#define SYS_clock_nanosleep SYS_clock_nanosleep_time64
#define SYS_rt_sigtimedwait SYS_rt_sigtimedwait_time64
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#elif !defined SYS_clock_gettime
#define SYS_clock_gettime SYS_clock_gettime32
#define SYS_clock_settime SYS_clock_settime32
#define SYS_clock_getres SYS_clock_getres_time32
#define SYS_clock_nanosleep SYS_clock_nanosleep_time32
#define SYS_gettimeofday SYS_gettimeofday_time32
#define SYS_settimeofday SYS_settimeofday_time32
#endif
#endif

/* The number that most architectures have for a signal; 128 may be added to it. */
static inline int usual(int signo)
{
#if defined __mips__ || defined __sparc__
    static const unsigned char own[32] = {
        [7] = SIGBUS, [10] = SIGUSR1, [12] = SIGUSR2, [17] = SIGCHLD, [18] = SIGCONT,
        [19] = SIGSTOP, [20] = SIGTSTP, [21] = SIGTTIN, [22] = SIGTTOU, [23] = SIGURG,
        [24] = SIGXCPU, [25] = SIGXFSZ, [26] = SIGVTALRM, [27] = SIGPROF, [28] = SIGWINCH,
        [29] = SIGIO, [30] = SIGPWR, [31] = SIGSYS,
    };

    for (int n = 1; n < 32; n++)
        if (own[n] && own[n] == (signo & 127))
            return n | (signo & 128);
#endif
    return signo;
}

#ifdef __mips__
#ifndef SYS_close_range
#define SYS_close_range (__NR_Linux + 436)
#endif
#if __SIZEOF_LONG__ == 4 && !defined __GLIBC__ /* ziglang's sigsetjmp crashes */
struct own_jump {
    jmp_buf back;
    sigset_t mask;
    int saved;
};
typedef struct own_jump own_jump_buf[1];
#undef sigsetjmp
#define sigjmp_buf own_jump_buf
#define sigsetjmp(b, save)                                                                         \
    ((b)->saved = (save), sigprocmask(SIG_SETMASK, NULL, &(b)->mask), setjmp((b)->back))
static inline void own_longjmp(struct own_jump *b, int value)
{
    if (b->saved)
        sigprocmask(SIG_SETMASK, &b->mask, NULL);
    longjmp(b->back, value);
}
#define siglongjmp own_longjmp
#endif
#elif !defined SYS_close_range
#define SYS_close_range 436
#endif

#ifdef __powerpc__ /* zig has none for it */
__attribute__((weak)) void __clear_cache(void *from, void *to)
{
    for (char *p = (char *)((uintptr_t)from & -32); p < (char *)to; p += 32)
        __asm__ volatile("dcbst 0, %0; sync; icbi 0, %0; sync; isync" ::"r"(p) : "memory");
}
#endif

#ifdef __sparc__
#define SYS_newfstatat SYS_fstatat64
#endif

/* The first arguments of a raw clone call. */
#ifdef __s390x__
#define CLONE_FIRST(flags, stack) (stack), (flags)
#else
#define CLONE_FIRST(flags, stack) (flags), (stack)
#endif

#ifdef __s390x__
__attribute__((weak)) void __clear_cache(void *from, void *to)
{
}
#endif

#if defined __riscv && __riscv_xlen == 32 && !defined __GLIBC__
pid_t raw_vfork(void); /* clone with CLONE_VM, CLONE_VFORK, SIGCHLD */
__asm__(".pushsection .text\n.type raw_vfork, @function\n"
        "raw_vfork: li a7, 220\nli a0, 0x4111\nli a1, 0\necall\nret\n.popsection");
#define vfork raw_vfork
#endif

#if defined __powerpc__ && !defined __GLIBC__ /* musl's is fork */
pid_t raw_vfork(void);
__asm__(".pushsection .text\n.type raw_vfork, @function\nraw_vfork: li 0, 189\nsc\nblr\n"
        ".popsection");
#define vfork raw_vfork
#endif

#if defined __mips__ && !defined __GLIBC__ /* musl's is fork */
pid_t raw_vfork(void);
#if __SIZEOF_LONG__ == 8
#define NUMBER_OF_CLONE "5055"
#elif defined __mips64
#define NUMBER_OF_CLONE "6055"
#else
#define NUMBER_OF_CLONE "4120"
#endif
__asm__(".pushsection .text\n.type raw_vfork, @function\n.set push\n.set noreorder\n"
        "raw_vfork: li $4, 0x4112\nmove $5, $0\nmove $6, $0\nmove $7, $0\n"
        "li $2, " NUMBER_OF_CLONE "\nsyscall\njr $31\nnop\n.set pop\n.popsection");
#define vfork raw_vfork
#endif

#define E(name)                                                                                    \
    case name:                                                                                     \
        return #name
static inline const char *error_name(int number)
{
    switch (number) {
        E(EPERM);
        E(ENOENT);
        E(ESRCH);
        E(EINTR);
        E(EIO);
        E(ENXIO);
        E(E2BIG);
        E(ENOEXEC);
        E(EBADF);
        E(ECHILD);
        E(EAGAIN);
        E(ENOMEM);
        E(EACCES);
        E(EFAULT);
        E(EBUSY);
        E(EEXIST);
        E(EXDEV);
        E(ENODEV);
        E(ENOTDIR);
        E(EISDIR);
        E(EINVAL);
        E(ENFILE);
        E(EMFILE);
        E(ENOTTY);
        E(ETXTBSY);
        E(EFBIG);
        E(ENOSPC);
        E(ESPIPE);
        E(EROFS);
        E(EMLINK);
        E(EPIPE);
        E(EDOM);
        E(ERANGE);
        E(EDEADLK);
        E(ENAMETOOLONG);
        E(ENOLCK);
        E(ENOSYS);
        E(ENOTEMPTY);
        E(ELOOP);
        E(ENODATA);
        E(EOVERFLOW);
        E(ENOTSOCK);
        E(EMSGSIZE);
        E(EOPNOTSUPP);
        E(EADDRINUSE);
        E(ENOTCONN);
        E(ETIMEDOUT);
        E(ECONNREFUSED);
        E(EALREADY);
        E(EINPROGRESS);
        E(ECANCELED);
        E(EOWNERDEAD);
        E(ENOTRECOVERABLE);
        E(ESHUTDOWN);
        E(EDESTADDRREQ);
        E(EAFNOSUPPORT);
        E(EISCONN);
    }
    return "another error";
}
#undef E

static inline void report(const char *what, long result)
{
    int error = errno;

    if (result == -1)
        printf("%s = -1 %s\n", what, error_name(error));
    else
        printf("%s = %ld\n", what, result);
}

/* Prints a call, and its value or error. */
#define TRY(call) (errno = 0, report(#call, (long)(call)))
/* Prints a call, and whether it succeeded, where the value differs from run to run. */
#define OK(call) (errno = 0, report(#call, (long)(call) == -1 ? -1L : 0L))
/* Prints an expression and its integer value. */
#define SHOW(value) printf("%s: %lld\n", #value, (long long)(value))
/* Ends the program with a message unless the condition holds. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: %s fails: %s\n", __LINE__, #condition, error_name(errno));            \
            exit(99);                                                                              \
        }                                                                                          \
    } while (0)

/* fork, or the end of the program: kill(-1) must not follow from a failure. */
static inline pid_t must_fork(void)
{
    pid_t child = fork();

    MUST(child >= 0);
    return child;
}
#define fork() must_fork()

/* Writes a string without stdio, for handlers and children. */
static inline void say(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    if (write(1, text, size) < 0)
        _exit(98);
}

static inline void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

static inline int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A new working directory; programs remove what they make in it, and leave_scratch the rest. */
static char scratch_dir[64];

static inline void enter_scratch(void)
{
    strcpy(scratch_dir, "/tmp/guest-XXXXXX");
    MUST(mkdtemp(scratch_dir) && chdir(scratch_dir) == 0);
}

static inline void leave_scratch(void)
{
    MUST(chdir("/") == 0 && rmdir(scratch_dir) == 0);
}

__attribute__((constructor)) static void line_buffered(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
}

#endif
