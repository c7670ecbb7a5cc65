// arch: x86_64
// execve: nothing survives, the descriptors are closed; the new program can begin again.
#include "uintr_test.h"

int main(int argc, char **argv)
{
    char text[32], *arguments[] = {"again", text, NULL};

    if (argc == 1) {
        MUST(register_handler(handler, 0) == 0);
        int fd = vector_fd(3, 0);
        MUST(register_self(3, 0) == 0);
        STUI();
        sprintf(text, "%d", fd);
        execv("/proc/self/exe", arguments);
        return 1;
    }
    FAILS(fcntl(atoi(argv[1]), F_GETFD), EBADF);
    CHECK(!testui());
    catch_faults();
    FAULT(SENDUIPI(0));
    IS(caught.signo, SIGILL);
    FAILS(vector_fd(1, 0), EINVAL);
    MUST(register_handler(handler, 0) == 0);
    MUST(register_self(4, 0) == 0);
    STUI();
    SENDUIPI(0);
    IS(count, 1);
    IS(last.vector, 4);
    return done();
}
