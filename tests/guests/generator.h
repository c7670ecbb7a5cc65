/* Random calls in a small world of their own, the same for each seed: what fuzz/family_*.c share.
 *
 *     PROGRAM SEED BATCHES CALLS [MILLISECONDS [common [CALL]]]
 *
 * Each batch is a child in a new directory, made by enter(), which makes CALLS calls out of
 * `calls` and prints them with their results: by name and without addresses, so that the outputs
 * of two kernels can be compared. A call that sleeps is interrupted after MILLISECONDS (20).
 * "common" leaves out calls that only some architectures have; CALL is the only one to be made.
 * Root becomes nobody at first. */
#ifndef GENERATOR_H
#define GENERATOR_H

#include "guest.h"
#include <ftw.h>
#include <grp.h>
#include <stdarg.h>
#undef fork
#include <linux/memfd.h>

enum { PAGE = 4096, ROOM = 4 * PAGE, LOG = 900, SPARE = 901 };
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* One type of argument, named in the `args` of calls. With `make`, that writes `symbol`. Else one of
 * `values`, printed by its index; of those that are `narrow` the kernel must ignore the high half. */
struct kind {
    const char *name;
    long (*make)(void);
    const long *values;
    int count, narrow;
};

/* args: words, the names of kinds. Before them may stand what is printed of a result:
 * "!" only success, "#" what was written as well, "@" like that where layouts are the same. */
struct call {
    const char *name;
    int number;
    const char *args;
    int old; /* only on some architectures */
};

#define C(name, args) {#name, SYS_##name, args, 0}
#define OLD(name, args) {#name, SYS_##name, args, 1}
#define VALUES(name, narrow, ...) {name, NULL, (const long[]){__VA_ARGS__}, COUNT(((const long[]){__VA_ARGS__})), narrow}
#define MADE(name) {#name, make_##name, NULL, 0, 0}

static uint64_t state;
static int batch_number, common;
static long milliseconds = 20;
static char symbol[400]; /* of the argument that was drawn last */
static char *room, *fixed, *edge, *none, *gone; /* writable, read-only, before a hole, PROT_NONE, unmapped */
static char *writes; /* the place in `room` for the next structure */

static unsigned pick(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state * 0x2545F4914F6CDD1Dull >> 33) % n;
}

static long word(const char *kind, long value)
{
    sprintf(symbol, "%s%ld", kind, value);
    return value;
}

static long named(const char *name, const void *value)
{
    strcpy(symbol, name);
    return (long)value;
}

/* Space for a structure that a call shall read, all zero. */
static void *place(size_t size)
{
    char *here = writes;

    writes += size + 15 & -16;
    if (writes > room + ROOM)
        abort();
    return memset(here, 0, size);
}

static long bad_pointer(void)
{
    switch (pick(8)) {
    case 0: return named("NULL", NULL);
    case 1: return named("8", (void *)8);
    case 2: return named("gone", gone);
    case 3: return named("top", (void *)-4096);
    case 4: return named("kernel", (void *)0xffff800000000000);
    case 5: return named("fixed", fixed);
    case 6: return named("none", none);
    }
    return named("-1", (void *)-1);
}

/* Somewhere; mostly where a call may write. */
static long make_out(void)
{
    if (!pick(4))
        return bad_pointer();
    if (!pick(6)) {
        long before = 1 + pick(16) * 8;
        return word("edge-", before), (long)edge - before;
    }
    return named("room", room);
}

/* Bytes without a meaning. */
static long make_in(void)
{
    if (!pick(5))
        return bad_pointer();
    char *bytes = place(128);
    int kind = pick(3);
    for (int i = 0; i < 128; i++)
        bytes[i] = kind == 0 ? 0 : kind == 1 ? pick(4) ? 0 : pick(256) : pick(3);
    return named("bytes", bytes);
}

static long make_name(void)
{
    static const char *const names[] = {
        "file", "dir", "link", "dangling", "loop", "fifo", "dir/inner", "new1", "new2", "dir/new", "",
        "file/x", "absent/x", ".", "dir/..", "dir/", "link/", "new1/", "readonly", "dir//inner", "/",
        "closed/inside", "dirlink/inner", "..", "new3/a", "/dev/null",
    };
    static char much[2][5000];
    unsigned n = pick(COUNT(names) + 6);

    if (n < COUNT(names)) {
        sprintf(symbol, "\"%s\"", names[n]);
        return (long)names[n];
    }
    if (n < COUNT(names) + 2) {
        n -= COUNT(names);
        memset(much[n], 'n', n ? 4999 : 299);
        return named(n ? "<long path>" : "<long name>", much[n]);
    }
    if (n == COUNT(names) + 2) {
        memset(edge - 8, 'e', 8);
        return named("<no end>", edge - 8);
    }
    return bad_pointer();
}

static long make_iov(void)
{
    static const size_t sizes[] = {0, 1, 7, 64, 100, 1000, 4096, -1};
    struct iovec *v = place(4 * sizeof *v);
    char text[300] = "";

    if (!pick(5))
        return bad_pointer();
    for (int i = 0; i < 3; i++) {
        unsigned wild = !pick(6), size = pick(wild ? 8 : 5);
        v[i].iov_base = wild ? (void *)bad_pointer() : (symbol[0] = 'r', symbol[1] = 0, room + i * PAGE);
        v[i].iov_len = sizes[size];
        sprintf(text + strlen(text), "%s+%d ", symbol, size);
    }
    return named(text, v);
}

static long make_timespec(void)
{
    struct timespec *t = place(2 * sizeof *t);

    if (!pick(6))
        return bad_pointer();
    t[0].tv_sec = pick(8) ? 0 : (long[]){-1, 1000, LONG_MAX}[pick(3)];
    t[0].tv_nsec = pick(8) ? pick(2) * 1000 : (long[]){1000000000, -1, 999999999}[pick(3)];
    t[1].tv_nsec = pick(4) ? 0 : (long[]){UTIME_NOW, UTIME_OMIT, 1000000000}[pick(3)];
    sprintf(symbol, "{%ld,%ld %ld}", (long)t[0].tv_sec, (long)t[0].tv_nsec, (long)t[1].tv_nsec);
    return (long)t;
}

static long make_null(void)
{
    return pick(8) ? named("NULL", NULL) : bad_pointer();
}

static long make_fd(void)
{
    return pick(24) ? word("", (int)pick(26) - 1)
                    : word("", (long[]){100, 1023, 1024, INT_MAX, INT_MIN, AT_FDCWD, 5000}[pick(7)]);
}

static long make_dirfd(void)
{
    return pick(3) ? word("", AT_FDCWD) : make_fd();
}

/* A descriptor for what changes it; none of the first three. */
static long make_own(void)
{
    long fd = make_fd();

    return fd >= 0 && fd < 3 ? word("", fd + 3) : fd;
}

static const struct kind everywhere[] = {
    MADE(out), MADE(in), MADE(name), MADE(iov), MADE(timespec), MADE(null), MADE(fd), MADE(dirfd),
    MADE(own),
    VALUES("size", 0, 0, 1, 4, 8, 16, 24, 64, 100, 128, 256, 1000, 4096, 5000, 70000, -1, LONG_MAX),
    VALUES("few", 0, 0, 1, 2, 3, 3, 2, 1, 1024, 1025, -1),
    VALUES("offset", 0, 0, 1, 10, 50, 100, 4096, 5000, -1, -2, -4096, 1L << 40, LONG_MAX, LONG_MIN),
    VALUES("mode", 1, 0, 0755, 0644, 0600, 0777, 04755, 02755, 01777, 0170755, 0400, -1),
    VALUES("small", 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 33, 64, 65, -1, 1000, INT_MAX, INT_MIN),
    VALUES("bits", 1, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 3, 5, 6, 0x1000, 0x10000, -1, INT_MIN),
    VALUES("zero", 0, 0),
    VALUES("one", 0, 1),
    VALUES("oflags", 1, 0, O_RDWR, O_WRONLY, 3, O_CLOEXEC, O_NONBLOCK, O_CREAT, O_CREAT | O_EXCL | O_RDWR,
           O_DIRECTORY, O_NOFOLLOW, O_PATH, O_TRUNC | O_WRONLY, O_APPEND | O_WRONLY, O_CREAT | O_RDWR,
           O_TMPFILE | O_RDWR, O_CLOEXEC | O_NONBLOCK, O_CREAT | O_DIRECTORY, O_PATH | O_NOFOLLOW,
           O_NOATIME, O_SYNC | O_RDWR, O_PATH | O_DIRECTORY | O_CREAT, O_TMPFILE | O_RDWR | O_EXCL),
    VALUES("at", 1, 0, 0, 0, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW,
           AT_NO_AUTOMOUNT, 0x10, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0x6000, 1, -1),
};

/* What a family defines. */
static const struct kind kinds[];
static const struct call calls[];
static const int kind_count, call_count;
static void enter(void);                       /* makes the world */
static int refuse(const struct call *c, long *a); /* whether a call is not to be made; may change it */
static const char *result(const struct call *c, const long *a, long r); /* how to print it, or NULL */
static void leave(void);                       /* prints what became of the world */

static void logged(const char *format, ...)
{
    char line[2000];
    va_list list;

    va_start(list, format);
    int n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (n >= (int)sizeof line || write(LOG, line, n) != n)
        _exit(97);
}

static long draw_one(const char *name, size_t size)
{
    const struct kind *k = NULL;

    for (int i = 0; i < kind_count && !k; i++)
        if (strlen(kinds[i].name) == size && !memcmp(kinds[i].name, name, size))
            k = &kinds[i];
    for (unsigned i = 0; i < COUNT(everywhere) && !k; i++)
        if (strlen(everywhere[i].name) == size && !memcmp(everywhere[i].name, name, size))
            k = &everywhere[i];
    if (!k) {
        fprintf(stderr, "no kind of argument is called %s\n", name);
        exit(96);
    }
    if (k->make)
        return k->make();
    unsigned n = pick(k->count);
    long value = k->values[n];
    sprintf(symbol, "%.*s%u", (int)size, name, n);
    if (k->narrow && sizeof value == 8 && !pick(8)) {
        value = (value & 0xffffffff) | (long)0xdeadbeef00000000;
        strcat(symbol, "^");
    }
    return value;
}

static unsigned written(void)
{
    unsigned sum = 0;

    for (int i = 0; i < PAGE; i++)
        sum = sum * 31 + (unsigned char)room[i];
    for (int i = -160; i < 0; i++)
        sum = sum * 31 + (unsigned char)edge[i];
    return sum;
}

static void one_call(int n, const char *only, const struct itimerspec *tick)
{
    const struct call *c = &calls[pick(call_count)];
    const char *args = c->args;
    char text[1500] = "", mode = strchr("!#@", *args) ? *args++ : 0;
    long a[6] = {0};

    if (common && mode == '#')
        mode = '!';
    memset(room, 0, ROOM);
    memset(edge - 200, 0, 200);
    writes = room + 3 * PAGE; /* what is sent from the others has no addresses in it */
    for (int i = 0; *args; i++) {
        size_t size = strcspn(args, " ");
        a[i] = draw_one(args, size);
        sprintf(text + strlen(text), "%s%s", i ? ", " : "", symbol);
        args += size + (args[size] == ' ');
    }
    if ((common && c->old) || (only && strcmp(only, c->name)) || refuse(c, a))
        return;
    logged("%d.%d %s(%s) = ", batch_number, n, c->name, text);
    if (tick)
        timer_settime((timer_t)0, 0, tick, NULL);
    errno = 0;
    long r = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    int error = errno;
    const char *shown = r == -1 ? NULL : result(c, a, r);
    if (r == -1)
        logged("%s\n", strcmp(error_name(error), "another error") ? error_name(error) : strerror(error));
    else if (shown)
        logged("%s\n", shown);
    else if (mode == '!')
        logged("fine\n");
    else if (mode)
        logged("%ld %x\n", r, written());
    else
        logged("%ld\n", r);
}

static void make_pages(void)
{
    char *area = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    room = area;
    edge = area + 8 * PAGE;
    fixed = area + 10 * PAGE;
    none = area + 12 * PAGE;
    gone = area + 20 * PAGE;
    munmap(area + 8 * PAGE, PAGE);
    munmap(area + 16 * PAGE, 12 * PAGE);
    mprotect(fixed, PAGE, PROT_READ);
    mprotect(none, PAGE, PROT_NONE);
}

/* Files under the names that make_name() knows; descriptors 0 to 4. */
static void make_files(void)
{
    char bytes[100];

    memset(bytes, 'x', sizeof bytes);
    MUST(mkdir("dir", 0755) == 0 && symlink("file", "link") == 0 && symlink("none", "dangling") == 0);
    MUST(symlink("loop", "loop") == 0 && mkfifo("fifo", 0644) == 0 && symlink("dir", "dirlink") == 0);
    MUST(close(creat("dir/inner", 0600)) == 0 && close(creat("readonly", 0400)) == 0);
    MUST(mkdir("closed", 0755) == 0 && close(creat("closed/inside", 0600)) == 0 && chmod("closed", 0) == 0);
    MUST(open("input", O_RDWR | O_CREAT, 0644) == 0 && dup(0) == 1 && dup(0) == 2);
    MUST(open("file", O_RDWR | O_CREAT, 0644) == 3 && write(3, bytes, 100) == 100);
    MUST(open("dir", O_RDONLY) == 4);
}

static void nothing(int signo)
{
}

static void one_batch(int count, const char *only)
{
    struct itimerspec tick = {{0, milliseconds * 1000000}, {0, milliseconds * 1000000}};
    struct sigaction interrupt = {.sa_handler = nothing};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGXCPU};
    timer_t timer;
    char where[20];

    sprintf(where, "b%d", batch_number);
    MUST(mkdir(where, 0755) == 0 && chdir(where) == 0 && setpgid(0, 0) == 0);
    make_pages();
    dup2(1, LOG);
    syscall(SYS_close_range, 0, LOG - 1, 0);
    syscall(SYS_close_range, LOG + 1, -1, 0);
    fcntl(LOG, F_SETFD, FD_CLOEXEC);
    umask(022);
    make_files();
    sigaction(SIGXCPU, &interrupt, NULL);
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    enter();
    for (int n = 0; n < count; n++)
        one_call(n, only, &tick);
    timer_delete(timer);
    leave();
    _exit(0);
}

static int removed(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    return type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path);
}

static int opened(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    return (type == FTW_D || type == FTW_DNR) && chmod(path, 0700);
}

static void clear_away(const char *where)
{
    for (int i = 0; i < 4; i++) /* directories that are opened show others */
        nftw(where, opened, 20, FTW_PHYS);
    nftw(where, removed, 20, FTW_PHYS | FTW_DEPTH);
}

/* How a batch ended; whatever it started ends with it. */
static void reap(pid_t child)
{
    struct timespec moment = {0, 500000};
    int status, patience = 60000;

    while (waitpid(child, &status, WNOHANG) == 0 && patience--)
        nanosleep(&moment, NULL);
    kill(-child, SIGKILL);
    if (patience < 0)
        waitpid(child, &status, 0), printf("\nit hung\n");
    else if (status)
        printf("\nstatus %#x\n", status);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], 0, 0) : 1;
    int from = 0, batches = argc > 2 ? strtol(argv[2], NULL, 0) : 10, count = argc > 3 ? atoi(argv[3]) : 100;
    char here[20], *at = argc > 2 ? strchr(argv[2], '-') : NULL;

    milliseconds = argc > 4 ? atoi(argv[4]) : milliseconds;
    common = argc > 5 && !strcmp(argv[5], "common");
    if (at) /* FROM-TO */
        from = batches, batches = atoi(at + 1) + 1;
    sprintf(here, "run%d", (int)getpid());
    MUST(mkdir(here, 0777) == 0);
    if (getuid() == 0) {
        MUST(chown(here, 65534, 65534) == 0 && chdir(here) == 0);
        MUST(setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
    } else {
        MUST(chdir(here) == 0);
    }
    struct rlimit size = {64 << 20, 64 << 20}, processes = {400, 400}, space = {8ul << 30, 8ul << 30};
    struct rlimit files = {1024, 1024}, cores = {0, 0}, locked = {64 << 10, 64 << 10};
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &size);
    setrlimit(RLIMIT_NPROC, &processes);
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &cores);
    setrlimit(RLIMIT_MEMLOCK, &locked);
    int self = open(".", O_RDONLY);
    for (batch_number = from; batch_number < batches; batch_number++) {
        char where[20];
        state = (seed * 1000003 + batch_number) * 0x9E3779B97F4A7C15ull + 1;
        fflush(stdout);
        MUST(fchmod(self, 0755) == 0); /* ".." of a batch */
        pid_t child = fork();
        MUST(child >= 0);
        if (child == 0)
            one_batch(count, argc > 6 ? argv[6] : NULL);
        reap(child);
        sprintf(where, "b%d", batch_number);
        clear_away(where);
    }
    puts("end");
    return 0;
}

#endif
