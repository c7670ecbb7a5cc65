/* A signal that comes after calls that change what threads may do, or where, still interrupts. */
#include "../guest.h"
#include <linux/capability.h>

static volatile sig_atomic_t came;

static void handler(int number) { came = number; }

static void spin(const char *after)
{
    struct itimerval soon = {{0, 0}, {0, 20000}};

    came = 0;
    setitimer(ITIMER_REAL, &soon, NULL);
    while (!came)
        getpgid(0);
    printf("%s: %d\n", after, came == SIGALRM);
}

int main(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    signal(SIGALRM, handler);
    SHOW(syscall(SYS_capget, &header, data));
    SHOW(syscall(SYS_capset, &header, data));
    spin("capset");
    unshare(CLONE_FS); /* EPERM in some sandboxes */
    spin("unshare");
    return 0;
}
