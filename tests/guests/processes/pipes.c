// Parent and child through pipes, more than a pipe holds; EOF when the last writer is gone.
#include "guest.h"
int main(void)
{
    int p[2], st;
    pipe(p);
    pid_t c = fork();
    if (!c) {
        close(p[0]);
        char b[5000];
        for (int i = 0; i < 5000; i++)
            b[i] = i;
        for (int i = 0; i < 100; i++)
            if (write(p[1], b, 5000) != 5000)
                _exit(1);
        _exit(0);
    }
    close(p[1]);
    char b[3000];
    long total = 0, sum = 0;
    ssize_t n;
    while ((n = read(p[0], b, 3000)) > 0) {
        total += n;
        for (int i = 0; i < n; i++)
            sum += (unsigned char)b[i];
    }
    SHOW(total);
    SHOW(sum);
    SHOW(n);
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    pipe(p);
    c = fork();
    if (!c) {
        close(p[0]);
        for (;;)
            if (write(p[1], b, 100) < 0)
                _exit(9);
    }
    close(p[0]);
    close(p[1]);
    waitpid(c, &st, 0);
    SHOW(WIFSIGNALED(st) && WTERMSIG(st) == SIGPIPE);
    return 0;
}
