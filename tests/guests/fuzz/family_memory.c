// Mappings: an arena of 64 pages where all of them are made, and what is there at the end.
#include "generator.h"
#include <linux/mempolicy.h>

enum { PAGES = 64, SURROUNDED = 3 * PAGES };
static char *arena, *first_break;

static long make_address(void)
{
    long n = (long)pick(PAGES + 2) - 1;

    if (!pick(24))
        return bad_pointer();
    if (!pick(16))
        return sprintf(symbol, "page%ld+8", n), (long)(arena + n * PAGE + 8);
    return word("page", n), (long)(arena + n * PAGE);
}

static long make_extent(void)
{
    if (!pick(12))
        return word("", (long[]){0, 1, 4095, -1, LONG_MAX, LONG_MIN, 1L << 52}[pick(7)]);
    return word("", (1 + pick(pick(3) ? 6 : 20)) * PAGE - (pick(8) ? 0 : 100));
}

static long make_break(void)
{
    long at = (long[]){0, 100, PAGE, 3 * PAGE, 7 * PAGE + 5, -PAGE, 1 << 20}[pick(7)];

    return word("break", at), (long)(first_break + at);
}

/* The iovec of process_vm_readv, in the arena. */
static long make_remote(void)
{
    struct iovec *v = place(2 * sizeof *v);
    char text[200] = "";

    if (!pick(8))
        return bad_pointer();
    for (int i = 0; i < 2; i++) {
        v[i].iov_base = (void *)make_address();
        v[i].iov_len = (size_t[]){1, 100, 4096, 9000, 0}[pick(5)];
        sprintf(text + strlen(text), "%s+%zu ", symbol, v[i].iov_len);
    }
    return named(text, v);
}

static long make_self(void)
{
    return pick(6) ? named("self", (void *)(long)getpid()) : word("", (long[]){0, -1, 1, INT_MAX}[pick(4)]);
}

static const struct kind kinds[] = {
    MADE(address), MADE(extent), MADE(break), MADE(remote), MADE(self),
    VALUES("prot", 0, 0, 1, 2, 3, 3, 3, 1, 5, 7, 4, 8, 16, 1 << 24, 3 | 1 << 24, -1),
    VALUES("map", 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
           MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, MAP_PRIVATE | MAP_FIXED, MAP_SHARED | MAP_FIXED,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, MAP_SHARED_VALIDATE | MAP_FIXED,
           MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED, 0, MAP_ANONYMOUS | MAP_FIXED, 3 | MAP_ANONYMOUS,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, MAP_SHARED | MAP_PRIVATE | MAP_FIXED | 4,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_FIXED,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, MAP_PRIVATE | MAP_DENYWRITE | MAP_FIXED,
           MAP_SHARED_VALIDATE | MAP_FIXED | 0x400000),
    VALUES("fileoffset", 0, 0, 0, 0, 4096, 8192, 100, -4096, 1L << 40, LONG_MAX & -4096),
    VALUES("remap", 0, 0, 1, 1, 3, 3, 5, 2, 4, 7, 8, -1),
    VALUES("advice", 1, 0, 1, 2, 3, 4, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 7, 99, -1),
    VALUES("sync", 1, 0, 1, 2, 4, 5, 6, 3, 8, -1),
    VALUES("lockall", 1, 1, 2, 3, 4, 5, 6, 0, 8, -1),
    VALUES("once", 0, 0, 0, 0, 1, -1),
    VALUES("pkey", 1, -1, -1, -1, 1, 15, 16, 100, -2),
    VALUES("memfd", 1, 0, 1, 2, 3, 8, 16, 24, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(mmap, "address extent prot map own fileoffset"), C(mmap, "address extent prot map own fileoffset"),
    C(mmap, "address extent prot map own fileoffset"), C(munmap, "address extent"), C(mprotect, "address extent prot"),
    C(mprotect, "address extent prot"), C(mremap, "address extent extent remap address"), C(mremap, "address extent extent remap address"),
    C(madvise, "address extent advice"), C(madvise, "address extent advice"), C(mincore, "!address extent out"), C(msync, "address extent sync"),
    C(mlock, "address extent"), C(munlock, "address extent"), C(mlock2, "address extent once"), C(munlockall, ""), C(mlockall, "lockall"),
    C(brk, "break"), C(pkey_mprotect, "address extent prot pkey"), C(pkey_free, "pkey"),
    C(process_vm_readv, "#self iov few remote few once"), C(process_vm_writev, "self iov few remote few once"),
    C(read, "own address extent"), C(write, "own address extent"), C(pread64, "own address extent fileoffset"), C(ftruncate, "own extent"),
    C(memfd_create, "name memfd"), C(get_mempolicy, "!out null zero address bits"), C(mbind, "address extent small null zero small"),
    C(membarrier, "bits zero zero"), C(memfd_secret, "bits"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    char bytes[3 * PAGE];
    int p[2];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = 'a' + i / 100 % 26;
    arena = mmap(NULL, SURROUNDED * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(arena != MAP_FAILED);
    arena += PAGES * PAGE;
    MUST(munmap(arena, PAGES * PAGE) == 0);
    MUST(mmap(arena, 16 * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == arena);
    MUST(open("data", O_RDWR | O_CREAT, 0644) == 5 && write(5, bytes, sizeof bytes - 700) == sizeof bytes - 700);
    MUST(open("data", O_RDONLY) == 6 && syscall(SYS_memfd_create, "m", 0) == 7 && ftruncate(7, 5 * PAGE) == 0);
    MUST(mmap(arena + 20 * PAGE, 4 * PAGE, 3, MAP_SHARED | MAP_FIXED, 5, 0) == arena + 20 * PAGE);
    MUST(mmap(arena + 26 * PAGE, 4 * PAGE, 3, MAP_PRIVATE | MAP_FIXED, 6, 0) == arena + 26 * PAGE);
    MUST(mmap(arena + 32 * PAGE, 4 * PAGE, 1, MAP_SHARED | MAP_FIXED, 6, 0) == arena + 32 * PAGE);
    MUST(mmap(arena + 40 * PAGE, 4 * PAGE, 3, MAP_SHARED | MAP_FIXED, 7, 0) == arena + 40 * PAGE);
    MUST(mmap(arena + 48 * PAGE, 4 * PAGE, 3, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == arena + 48 * PAGE);
    MUST(open("data", O_WRONLY) == 8 && pipe2(p, O_NONBLOCK) == 0 && p[1] == 10 && open("/dev/null", O_RDWR) == 11);
    first_break = (char *)syscall(SYS_brk, 0);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_madvise && ((int)a[2] == 100 || (int)a[2] == 101))
        return 1;
    if (c->number == SYS_madvise && (a[1] == LONG_MAX || a[1] == LONG_MIN || a[1] == 1L << 52))
        return 1; /* it ends at vvar, before the stack or after it */
    if (c->number == SYS_mprotect || c->number == SYS_mmap || c->number == SYS_pkey_mprotect)
        if (a[2] == PROT_EXEC)
            return 1;
    if (c->number == SYS_ftruncate)
        return a[1] < 0 || a[1] > 30 * PAGE;
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    static char text[40];
    char *at = (char *)r;

    if (c->number == SYS_brk)
        return sprintf(text, "%+ld", (long)(at - first_break)), text;
    if (c->number != SYS_mmap && c->number != SYS_mremap)
        return NULL;
    int chosen = c->number == SYS_mmap ? !(a[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)) : r != a[0] && !(a[3] & 2);
    if (chosen && c->number == SYS_mmap && r == a[0])
        chosen = 0;
    if (chosen) { /* where is up to the kernel */
        munmap(at, c->number == SYS_mmap ? a[1] : a[2]);
        return "elsewhere";
    }
    return sprintf(text, "page%ld", (at - arena) / PAGE), text;
}

static void leave(void)
{
    int p[2];
    char line[4 * PAGES] = "", one[4];

    syscall(SYS_close_range, 0, LOG - 1, 0);
    MUST(pipe2(p, O_NONBLOCK) == 0);
    for (int i = 0; i < PAGES; i++) {
        char *at = arena + i * PAGE, c = '-';
        int readable = write(p[1], at, 1) == 1, writable;
        if (readable)
            MUST(read(p[0], &c, 1) == 1);
        MUST(write(p[1], &c, 1) == 1);
        writable = read(p[0], at, 1) == 1;
        if (!writable)
            MUST(read(p[0], one, 1) == 1);
        sprintf(line + strlen(line), "%c%c ", readable ? c ? c : '0' : msync(at, PAGE, MS_ASYNC) ? '.' : 'x', writable ? 'w' : '-');
    }
    logged("%s\n", line);
}
