#include "guest.h"
#include <sys/prctl.h>
static void *f(void *a)
{
    char b[17] = {0};
    prctl(PR_GET_NAME, b);
    printf("inherited %s\n", b);
    prctl(PR_SET_NAME, "a name longer than fits");
    prctl(PR_GET_NAME, b);
    printf("now %s\n", b);
    return NULL;
}
int main(void)
{
    char b[17] = {0};
    pthread_t t;
    TRY(prctl(PR_SET_NAME, "first"));
    pthread_create(&t, NULL, f, NULL);
    pthread_join(t, NULL);
    TRY(prctl(PR_GET_NAME, b));
    puts(b);
    TRY(prctl(99999));
    TRY(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    int s;
    TRY(prctl(PR_GET_PDEATHSIG, &s));
    SHOW(usual(s));
    TRY(prctl(PR_SET_PDEATHSIG, 0));
    TRY(prctl(PR_GET_DUMPABLE));
    TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    TRY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    cpu_set_t c;
    SHOW(sched_getaffinity(0, sizeof c, &c) >= 0);
    SHOW(CPU_COUNT(&c) > 0);
    TRY(sched_getscheduler(0));
    struct sched_param p = {0};
    TRY(sched_getparam(0, &p));
    SHOW(p.sched_priority);
    TRY(syscall(SYS_sched_get_priority_max, SCHED_FIFO));
    TRY(sched_yield());
    TRY(getpriority(PRIO_PROCESS, 0));
    return 0;
}
