// arch: x86_64
// What unregistering, thread exit, fork and exec leave of receivers, tables and descriptors.
#include "guest.h"
#include "uintr/uintr.h"
static volatile int count, last;
UINTR_HANDLER(h)
{
    count++;
    last = vector;
}
static volatile int fd_of_thread = -1, leave;
static void *short_lived(void *unused)
{
    printf("new thread: flag %d\n", _testui());
    check(uintr_register_handler(h, 0), "register_handler");
    fd_of_thread = check(uintr_vector_fd(3, 0), "vector_fd");
    while (!leave)
        sched_yield();
    return NULL;
}
int main(int argc, char **argv)
{
    pthread_t t;
    int status;

    if (argc > 1) {
        TRY(fcntl(atoi(argv[1]), F_GETFD));
        TRY(uintr_unregister_sender(0, 0));
        printf("after exec: flag %d\n", _testui());
        TRY(uintr_register_handler(h, 0));
        return 0;
    }
    TRY(uintr_register_handler(h, 0));
    int fd = uintr_vector_fd(9, 0), index = uintr_register_sender(fd, 0);
    _stui();
    TRY(close(fd));
    _senduipi(index);
    printf("closed descriptor: %d %d\n", count, last);

    TRY(uintr_unregister_handler(0));
    printf("flag after unregistering %d\n", _testui());
    _senduipi(index);
    _senduipi(index);
    printf("unregistered: %d\n", count);
    TRY(uintr_register_handler(h, 0));
    printf("registered again: %d\n", count);

    _clui();
    _senduipi(index);
    TRY(uintr_unregister_handler(0));
    TRY(uintr_register_handler(h, 0));
    _stui();
    getppid();
    printf("recognised before unregistering, or not: %s\n",
           count == 2 || count == 3 ? "either" : "wrong");

    pthread_create(&t, NULL, short_lived, NULL);
    while (fd_of_thread < 0)
        sched_yield();
    int to_thread = uintr_register_sender(fd_of_thread, 0);
    SHOW(to_thread);
    leave = 1;
    pthread_join(t, NULL);
    _senduipi(to_thread);
    puts("sent to a thread that is gone");
    TRY(uintr_register_sender(fd_of_thread, 0));

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        printf("child: flag %d\n", _testui());
        TRY(uintr_vector_fd(0, 0));
        TRY(uintr_unregister_sender(to_thread, 0));
        TRY(uintr_register_handler(h, 0));
        SHOW(uintr_register_self(4, 0) == to_thread);
        fflush(stdout);
        _exit(7);
    }
    waitpid(child, &status, 0);
    SHOW(WEXITSTATUS(status));
    /* The table is one: the child's index is in use here, too. */
    TRY(uintr_unregister_sender(to_thread, 0));

    fd = uintr_vector_fd(1, 0);
    SHOW(fcntl(fd, F_GETFD));
    char number[16];
    sprintf(number, "%d", fd);
    fflush(stdout);
    execl("/proc/self/exe", "again", number, (char *)0);
    return 1;
}
