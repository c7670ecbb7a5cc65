// page: 4096
#include "machine.h"
#include <sys/utsname.h>
int main(void)
{
    SHOW(getpid() == syscall(SYS_getpid));
    SHOW(getpid() == syscall(SYS_gettid));
    SHOW(getppid() > 0);
    SHOW(getuid() == geteuid());
    SHOW(getgid() == getegid());
    SHOW(getpgrp() == getpgid(0));
    SHOW(getsid(0) > 0);
    uid_t r, e, s;
    TRY(getresuid(&r, &e, &s));
    SHOW(r == e && e == s);
    struct utsname u;
    TRY(uname(&u));
    puts(u.sysname);
    SHOW(strcmp(u.machine, MACHINE));
    SHOW(sysconf(_SC_PAGESIZE));
    SHOW(sysconf(_SC_CLK_TCK));
    SHOW(sysconf(_SC_NPROCESSORS_ONLN) > 0);
    TRY(getgroups(-1, NULL));
    SHOW(getgroups(0, NULL) >= 0);
    mode_t m = umask(022);
    umask(m);
    SHOW(umask(m) == m);
    TRY(syscall(SYS_getcpu, &r, NULL, NULL));
    TRY(kill(getpid(), 0));
    TRY(syscall(100000));
    TRY(syscall(-1));
    return 0;
}
