#include "guest.h"

/* SIGXFSZ comes with the EFBIG of a call that grows a file too far, to its thread. */

static volatile int signals;
static __thread int own;

static void on_signal(int signo)
{
    signals++;
    own++;
}

static void *in_thread(void *fd)
{
    TRY(pwrite(*(int *)fd, "x", 1, 8192));
    SHOW(own);
    return NULL;
}

int main(void)
{
    char path[] = "/tmp/file_size.XXXXXX";
    struct rlimit limit;
    pthread_t thread;
    int fd = mkstemp(path);

    unlink(path);
    signal(SIGXFSZ, on_signal);
    TRY(getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = 8192;
    TRY(setrlimit(RLIMIT_FSIZE, &limit));
    TRY(pwrite(fd, "12345678", 8, 8188));
    SHOW(signals);
    TRY(pwrite(fd, "x", 1, 8192));
    SHOW(signals);
    TRY(ftruncate(fd, 8193));
    SHOW(signals);
    pthread_create(&thread, NULL, in_thread, &fd);
    pthread_join(thread, NULL);
    SHOW(signals);
    SHOW(own);
    signal(SIGXFSZ, SIG_IGN);
    TRY(pwrite(fd, "x", 1, 8192));
    SHOW(signals);
    return 0;
}
