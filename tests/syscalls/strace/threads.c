#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int p[2];

static void *reader(void *arg) {
    char c;
    read(p[0], &c, 1);
    return arg;
}

int main(void) {
    pthread_t thread;
    struct timespec ts = {0, 50000000};
    pipe(p);
    pthread_create(&thread, 0, reader, 0);
    nanosleep(&ts, 0);
    write(p[1], "x", 1);
    pthread_join(thread, 0);
    if (fork() == 0) {
        nanosleep(&ts, 0);
        _exit(7);
    }
    int status;
    wait(&status);
    return 0;
}
