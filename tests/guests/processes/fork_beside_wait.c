// fork while another thread waits for a child: in the new process nobody waits, and it can itself.
#include "guest.h"
static pid_t slow;
static void *waiter(void *a)
{
    int st = 0;
    TRY(waitpid(slow, &st, 0) == slow);
    return (void *)(long)WTERMSIG(st);
}
int main(void)
{
    pthread_t t;
    int st;
    void *r;
    slow = fork();
    if (!slow)
        pause();
    pthread_create(&t, NULL, waiter, NULL);
    sleep_ms(50);
    for (int k = 0; k < 3; k++) {
        pid_t c = fork();
        if (!c) {
            TRY(waitpid(-1, &st, 0));
            pid_t d = fork();
            if (!d)
                _exit(3);
            waitpid(d, &st, 0);
            _exit(WEXITSTATUS(st) + k);
        }
        waitpid(c, &st, 0);
        SHOW(WEXITSTATUS(st));
    }
    kill(slow, SIGKILL);
    pthread_join(t, &r);
    SHOW((int)(long)r);
    return 0;
}
