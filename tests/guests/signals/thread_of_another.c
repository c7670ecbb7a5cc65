// A signal that another process sends to a thread is that thread's, and its si_code is SI_TKILL.
#include "guest.h"

static pid_t receiver;
static volatile int received, wrong;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    received++;
    wrong += syscall(SYS_gettid) != receiver || info->si_code != SI_TKILL;
}

static void send_from_child(pid_t process)
{
    pid_t child = fork();
    if (child == 0) {
        int gone = syscall(SYS_tgkill, getpid(), receiver, SIGUSR1) == -1 && errno == ESRCH;
        _exit(!gone || syscall(SYS_tgkill, process, receiver, SIGUSR1) != 0);
    }
    int status;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {}
    SHOW(status);
    while (!received)
        usleep(1000);
    SHOW(received);
    SHOW(wrong);
    received = 0;
}

static void *thread(void *unused)
{
    receiver = syscall(SYS_gettid);
    send_from_child(getpid());
    return NULL;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    pthread_t second;
    MUST(pthread_create(&second, NULL, thread, NULL) == 0);
    pthread_join(second, NULL);
    receiver = getpid();
    send_from_child(getpid());
    return 0;
}
