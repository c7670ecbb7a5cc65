// Changes of ids after capabilities were given up or kept: they fail and succeed as the kernel says.
// arch: x86_64 aarch64
#include "guest.h"
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

static void keep(unsigned capabilities)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{capabilities, capabilities, 0}};
    TRY(syscall(SYS_capset, &head, sets));
}

static void change(void)
{
    unsigned r, e, s;
    TRY(setgid(7));
    TRY(setuid(5));
    TRY(setresuid(0, 0, 0));
    getresuid(&r, &e, &s);
    printf("%u %u %u\n", r, e, s);
}

int main(void)
{
    if (getuid())
        return puts("not root"), 0;
    for (int how = 0; how < 4; how++) {
        printf("case %d\n", how);
        fflush(stdout);
        pid_t child = fork();
        if (!child) {
            if (how == 1)
                keep(1 << CAP_SETUID);
            if (how == 2)
                TRY(prctl(PR_SET_KEEPCAPS, 1)), TRY(setresuid(9, 9, 9)), keep(1 << CAP_SETUID);
            if (how == 3)
                TRY(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
            else if (!how)
                keep(0);
            change();
            exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        printf("status %x\n", status);
    }
    return 0;
}
