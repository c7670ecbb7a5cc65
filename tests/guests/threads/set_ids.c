// The C library has all threads make a change of ids: it succeeds in each, or in none.
#include "guest.h"
#include <grp.h>
static void ids(const char *who)
{
    uid_t u[3], g[3];
    MUST(getresuid(&u[0], &u[1], &u[2]) == 0 && getresgid(&g[0], &g[1], &g[2]) == 0);
    printf("%s: %d %d %d, %d %d %d\n", who, u[0] == 65534, u[1] == 65534, u[2] == 65534,
           g[0] == 65534, g[1] == 65534, g[2] == 65534);
}
static pthread_barrier_t turn;
static void *other(void *a)
{
    for (int i = 0; i < 4; i++) {
        pthread_barrier_wait(&turn);
        pthread_barrier_wait(&turn);
        ids("other");
        pthread_barrier_wait(&turn);
    }
    return NULL;
}
static void step(int number)
{
    gid_t group = 65534;
    pthread_barrier_wait(&turn);
    if (number == 0) {
        TRY(setgroups(1, &group));
        TRY(setregid(65534, -1));
        TRY(setresuid(-1, 65534, -1));
    } else if (number == 1) {
        TRY(seteuid(getuid()));
        TRY(setresgid(-1, 65534, 65534));
    } else if (number == 2) {
        TRY(setresuid(65534, 65534, -1));
        TRY(setuid(0));  // of one that has given root up, but for the saved id
    } else
        TRY(setresuid(65534, 65534, 65534));
    ids("main");
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
}
int main(void)
{
    pthread_t t[2];
    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&t[0], NULL, other, NULL);
    for (int i = 0; i < 4; i++)
        step(i);
    pthread_join(t[0], NULL);
    TRY(setuid(0));
    ids("end");
    return 0;
}
