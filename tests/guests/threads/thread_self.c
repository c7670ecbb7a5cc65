// /proc/thread-self leads to the thread that looks, whatever way it is used.
#include "guest.h"
static void *look(void *name)
{
    char own[64], said[64] = "", text[64] = "";
    snprintf(own, sizeof own, "%d/task/%ld", getpid(), (long)syscall(SYS_gettid));
    SHOW(readlink("/proc/thread-self", said, sizeof said - 1) == (ssize_t)strlen(own));
    SHOW(strcmp(own, said));
    pthread_setname_np(pthread_self(), name);
    int fd = open("/proc/thread-self/comm", O_RDONLY);
    MUST(fd >= 0);
    MUST(read(fd, text, sizeof text - 1) > 0);
    printf("%s", text);
    close(fd);
    struct stat link, thread;
    SHOW(stat("/proc/thread-self", &link) | lstat("/proc/thread-self", &thread));
    printf("%d %d\n", S_ISDIR(link.st_mode) != 0, S_ISLNK(thread.st_mode) != 0);
    SHOW(access("/proc/thread-selfish", F_OK) < 0);
    return NULL;
}
int main(void)
{
    pthread_t other;
    look("first");
    pthread_create(&other, NULL, look, "second");
    pthread_join(other, NULL);
    return 0;
}
