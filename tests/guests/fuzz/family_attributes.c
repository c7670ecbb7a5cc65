// Extended attributes, by path and descriptor.
#include "generator.h"

static long make_attribute(void)
{
    static const char *const names[] = {"user.a", "user.b", "user.", "user", "trusted.a", "security.a", "system.posix_acl_access", "other.a", "", "security.capability", "user.c"};
    static char much[300];
    unsigned n = pick(COUNT(names) + 4);

    if (n < COUNT(names))
        return sprintf(symbol, "\"%s\"", names[n]), (long)names[n];
    if (n == COUNT(names)) {
        memset(much, 'n', 299), memcpy(much, "user.", 5);
        much[255 + pick(2)] = 0;
        return sprintf(symbol, "<%zd>", strlen(much)), (long)much;
    }
    return bad_pointer();
}

/* Only what is in the batch's directory: security.capability without a value may be set by anyone, of any file. */
static long make_inside(void)
{
    long name;

    do
        name = make_name();
    while (strstr(symbol, "..") || strstr(symbol, "\"/"));
    return name;
}

static const struct kind kinds[] = {
    MADE(attribute), MADE(inside),
    VALUES("length", 0, 0, 1, 5, 5, 100, 128, 4096, 65536, 65537, -1),
    VALUES("space", 0, 0, 1, 5, 100, 1000, 65536, -1, LONG_MAX),
    VALUES("how", 1, 0, 0, 0, 1, 2, 3, 4, -1),
    VALUES("atflags", 1, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1, -1),
    VALUES("argsize", 0, 16, 16, 0, 15, 24, 4097, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(setxattr, "inside attribute in length how"), C(setxattr, "inside attribute in length how"), C(lsetxattr, "inside attribute in length how"), C(fsetxattr, "own attribute in length how"), C(fsetxattr, "own attribute in length how"),
    C(getxattr, "#inside attribute out space"), C(lgetxattr, "#inside attribute out space"), C(fgetxattr, "#own attribute out space"), C(listxattr, "#inside out space"), C(llistxattr, "#inside out space"), C(flistxattr, "#own out space"),
    C(removexattr, "inside attribute"), C(lremovexattr, "inside attribute"), C(fremovexattr, "own attribute"), {"setxattrat", 463, "dirfd inside atflags attribute in argsize", 0}, {"getxattrat", 464, "dirfd inside atflags attribute in argsize", 0},
    {"listxattrat", 465, "#dirfd inside atflags out space", 0}, {"removexattrat", 466, "dirfd inside atflags attribute", 0},
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    MUST(open("file", O_RDONLY) == 5 && open("file", O_PATH) == 6 && open("dir/inner", O_RDWR) == 7);
}

static int refuse(const struct call *c, long *a)
{
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static void leave(void)
{
    static const char *const names[] = {"file", "dir", "dir/inner", "readonly"};
    char list[1000], value[200];

    for (unsigned i = 0; i < COUNT(names); i++) {
        long n = syscall(SYS_listxattr, names[i], list, sizeof list);
        logged("%s %ld", names[i], n);
        for (long at = 0; at < n; at += strlen(list + at) + 1)
            logged(" %s=%ld", list + at, (long)syscall(SYS_getxattr, names[i], list + at, value, sizeof value));
        logged("\n");
    }
}
