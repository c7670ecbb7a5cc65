// Who one is: users and groups, capabilities, prctl's settings, keys.
#include "generator.h"
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>

static long make_id(void)
{
    return word("", (long[]){65534, 65534, 0, 1, 1000, -1, 0xffffffff, INT_MAX, 0x10000fffe}[pick(9)]);
}

static long make_groups(void)
{
    gid_t *g = place(4 * sizeof *g);

    if (!pick(4))
        return bad_pointer();
    for (int i = 0; i < 4; i++)
        g[i] = (gid_t[]){65534, 0, -1, 7}[pick(4)];
    return sprintf(symbol, "{%d %d}", g[0], g[1]), (long)g;
}

static long make_caphead(void)
{
    struct __user_cap_header_struct *h = place(sizeof *h);

    if (!pick(6))
        return bad_pointer();
    h->version = (unsigned[]){_LINUX_CAPABILITY_VERSION_3, _LINUX_CAPABILITY_VERSION_3, _LINUX_CAPABILITY_VERSION_1, _LINUX_CAPABILITY_VERSION_2, 0, -1}[pick(6)];
    h->pid = (int[]){0, 0, getpid(), 1, -1, 99999999}[pick(6)];
    return sprintf(symbol, "{%x %s}", h->version, h->pid == getpid() ? "self" : h->pid > 1 ? "nobody" : h->pid ? "other" : "0"), (long)h;
}

static long make_caps(void)
{
    unsigned *data = place(24);

    if (!pick(5))
        return bad_pointer();
    for (int i = 0; i < 6; i++)
        data[i] = pick(4) ? 0 : 1u << pick(32);
    return sprintf(symbol, "{%x %x %x}", data[0], data[1], data[2]), (long)data;
}

static long make_text(void)
{
    static const char *const texts[] = {"user", "keyring", "logon", "", "asymmetric", ".dot", "big_key", "mine", "other", "absent"};
    unsigned n = pick(COUNT(texts) + 2);

    if (n >= COUNT(texts))
        return bad_pointer();
    return sprintf(symbol, "\"%s\"", texts[n]), (long)texts[n];
}

static long make_name16(void)
{
    char *name = place(40);

    if (!pick(4))
        return bad_pointer();
    memset(name, 'a' + pick(26), 1 + pick(30));
    return sprintf(symbol, "\"%s\"", name), (long)name;
}

static const struct kind kinds[] = {
    MADE(id), MADE(groups), MADE(caphead), MADE(caps), MADE(text), MADE(name16),
    VALUES("count", 1, 0, 1, 2, 4, -1, 65536, 65537, INT_MIN),
    VALUES("self", 1, 0, 0, 0, -1, 99999999, INT_MIN),
    VALUES("persona", 1, 0xffffffff, 0, 0x0040000, 0x8, 0x4000000),
    VALUES("number", 0, 0, 0, 0, 1, 2, 3, 12, 38, 40, 41, 63, 64, -1, 1000, 0x7fffffff, 0x100000000),
    VALUES("ambient", 0, 1, 2, 3, 4, 0, 5, -1),
    VALUES("ring", 1, -1, -2, -1, -2, 0, -9, 77, INT_MAX),
    VALUES("option", 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 36, 37, 38, 39, 40, 41, 42,
           43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 0, -1, 0x53564d41, 0x59616d61),
    VALUES("setting", 1, PR_SET_KEEPCAPS, PR_SET_DUMPABLE, PR_SET_TIMERSLACK, PR_SET_THP_DISABLE, PR_SET_SECUREBITS, PR_CAPBSET_DROP, PR_CAPBSET_READ, PR_SET_CHILD_SUBREAPER, PR_SET_TIMING, PR_MCE_KILL, PR_SET_FPEXC, PR_SET_TSC),
    VALUES("reading", 1, PR_GET_PDEATHSIG, PR_GET_TSC, PR_GET_CHILD_SUBREAPER, PR_GET_NAME, PR_GET_UNALIGN, PR_GET_FPEMU),
    VALUES("answer", 1, PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS, PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE, PR_MCE_KILL_GET, PR_GET_IO_FLUSHER, PR_GET_TIMERSLACK),
    VALUES("keyop", 1, 0, 1, 3, 4, 5, 7, 8, 9, 10, 13, 14, 15, 16, 19, 21, 22, 99, -1, 31),
    VALUES("keysize", 0, 0, 1, 5, 100, 32767, 32768, 1 << 20, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(getuid, ""), C(geteuid, ""), C(getgid, ""), C(getegid, ""), C(getresuid, "#out out out"), C(getresgid, "#out out null"),
    C(setuid, "id"), C(setgid, "id"), C(setreuid, "id id"), C(setregid, "id id"), C(setresuid, "id id id"), C(setresgid, "id id id"),
    C(setfsuid, "id"), C(setfsgid, "id"), C(getgroups, "#count out"), C(setgroups, "count groups"),
    C(capget, "@caphead out"), C(capget, "@caphead null"), C(capset, "caphead caps"), C(personality, "persona"),
    C(prctl, "option number number zero zero"), C(prctl, "option number zero zero zero"), C(prctl, "option number number number number"),
    C(prctl, "setting number zero zero zero"), C(prctl, "#reading out zero zero zero"), C(prctl, "answer zero zero zero zero"),
    C(prctl, "one ambient number zero zero"), C(prctl, "zero name16 zero zero zero"), C(getpgid, "!self"), C(getsid, "!self"),
    C(add_key, "!text text in keysize ring"), C(request_key, "!text text text ring"), C(keyctl, "keyop ring number number number"),
    C(keyctl, "keyop ring ring number zero"), C(syslog, "small out size"), C(acct, "name"), C(sethostname, "in size"), C(setdomainname, "in size"),
    C(uname, "!out"), C(sysinfo, "!out"), C(getcpu, "!out out null"), C(vhangup, ""),
    C(swapoff, "name"), C(mount, "name name text bits null"), C(pivot_root, "name name"),
    C(unshare, "zero"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_prctl) {
        if (c->args[0] == 'o' && c->args[1] == 'n')
            a[0] = PR_CAP_AMBIENT;
        if (!strncmp(c->args, "zero", 4))
            a[0] = PR_SET_NAME;
        int option = a[0];
        if (option == PR_SET_PDEATHSIG || option == PR_SET_SECCOMP || option == PR_SET_TSC || option == PR_SET_MM || option == PR_SET_NO_NEW_PRIVS && pick(8) || option == 62)
            return 1;
        if (option == PR_SET_SYSCALL_USER_DISPATCH || option == PR_GET_TID_ADDRESS || option == 0x53564d41 || option == PR_TASK_PERF_EVENTS_DISABLE)
            return 1;
    }
    return c->number == SYS_keyctl && ((int)a[0] == 7 || (int)a[0] == 8 || (int)a[0] == 0);
}

static const char *result(const struct call *c, const long *a, long r)
{
    if (c->number == SYS_request_key || c->number == SYS_add_key || c->number == SYS_keyctl)
        return "fine"; /* serial numbers */
    return NULL;
}

static void leave(void)
{
    char name[17] = "";

    prctl(PR_GET_NAME, name);
    logged("%d %d %d %d %s\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_TIMERSLACK), name);
}
