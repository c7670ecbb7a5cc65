// Process groups that fork, exec, lock and write to pipes, killed at any moment: nothing is left of them.
#include "guest.h"
#include <sys/file.h>

enum { ROUNDS = 12 };

static void busy(int pipe_end)
{
    for (;;) {
        int lock = open("lock", O_CREAT | O_RDWR, 0600);
        pid_t child;

        if (lock < 0 || flock(lock, LOCK_EX) != 0)
            _exit(1);
        child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "again", "1", NULL);
            _exit(1);
        }
        if (write(pipe_end, "x", 1) != 1)
            _exit(1);
        waitpid(child, NULL, 0);
        close(lock);
    }
}

int main(int argc, char **argv)
{
    unsigned seed = 1;
    int killed = 0, locks = 0, ends = 0, status;
    char bytes[4096], directory[] = "/tmp/killed-XXXXXX";

    if (argc > 1)
        return argv[1][0] - '1';
    MUST(mkdtemp(directory) && chdir(directory) == 0);
    for (int i = 0; i < ROUNDS; i++) {
        int p[2], lock;
        pid_t group;

        MUST(pipe(p) == 0 && (group = fork()) >= 0);
        if (group == 0) {
            setpgid(0, 0);
            busy(p[1]);
        }
        setpgid(group, group);
        close(p[1]);
        seed = seed * 1103515245 + 12345;
        sleep_ms((seed >> 16) % 40);
        MUST(kill(-group, SIGKILL) == 0 && waitpid(group, &status, 0) == group);
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        while (read(p[0], bytes, sizeof bytes) > 0)
            ;
        ends++;
        close(p[0]);
        MUST((lock = open("lock", O_CREAT | O_RDWR, 0600)) >= 0);
        locks += flock(lock, LOCK_EX) == 0;
        close(lock);
    }
    printf("%d killed, %d pipes at their end, %d locks free\n", killed, ends, locks);
    TRY(waitpid(-1, NULL, 0));
    TRY(unlink("lock"));
    MUST(chdir("/") == 0 && rmdir(directory) == 0);
    printf("descriptor %d is free\n", open("/dev/null", O_RDONLY));
    return 0;
}
