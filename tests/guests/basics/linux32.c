// uname under PER_LINUX32, which children and new programs inherit.
// arch: x86_64
#include "guest.h"
#include <sys/personality.h>
#include <sys/utsname.h>
int main(int argc, char **argv)
{
    struct utsname u;
    uname(&u), printf("%s\n", u.machine);
    fflush(stdout);
    if (argc > 1) return 0;
    personality(PER_LINUX32);
    if (!fork()) execl("/proc/self/exe", "again", "x", NULL);
    wait(NULL);
    uname(&u), printf("%s %d\n", u.machine, personality(0xFFFFFFFF) == PER_LINUX32);
    personality(PER_LINUX);
    uname(&u), printf("%s\n", u.machine);
    return 0;
}
