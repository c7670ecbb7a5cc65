#include "guest.h"
#include <sys/file.h>
int main(void)
{
    enter_scratch();
    int a = open("f", O_CREAT | O_RDWR, 0600), b = open("f", O_RDWR);
    unlink("f");
    int st;
    TRY(flock(a, LOCK_EX));
    TRY(flock(b, LOCK_EX | LOCK_NB));
    TRY(flock(a, LOCK_UN));
    TRY(flock(b, LOCK_SH | LOCK_NB));
    TRY(flock(a, LOCK_SH | LOCK_NB));
    TRY(flock(99, LOCK_SH));
    TRY(flock(a, 77));
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
    TRY(fcntl(a, F_SETLK, &l));
    pid_t c = fork();
    if (!c) {
        struct flock q = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 1};
        TRY(fcntl(a, F_SETLK, &q));
        TRY(fcntl(a, F_GETLK, &q));
        SHOW(q.l_type == F_WRLCK);
        SHOW(q.l_pid == getppid());
        q = (struct flock){.l_type = F_WRLCK, .l_start = 20, .l_len = 1};
        TRY(fcntl(a, F_SETLK, &q));
        fflush(stdout);
        _exit(0);
    }
    waitpid(c, &st, 0);
    SHOW(st);
    l.l_type = F_UNLCK;
    TRY(fcntl(a, F_SETLK, &l));
    MUST(ftruncate(a, 100) == 0);
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -10, .l_len = 5};
    TRY(fcntl(a, F_GETLK, &l));
    SHOW(l.l_type == F_UNLCK);
    SHOW((int)l.l_start);
    l.l_type = 9;
    TRY(fcntl(a, F_SETLK, &l));
    TRY(fcntl(a, F_SETLK, 16));
    leave_scratch();
    return 0;
}
