// execve of ourselves: arguments, environment, close-on-exec, signal state, memory; then its errors.
#include "guest.h"
static void on(int n)
{
}
int main(int argc, char **argv, char **env)
{
    if (argc == 3 && !strcmp(argv[1], "again")) {
        struct sigaction a;
        sigset_t s;
        printf("argument %s, environment %s %d\n", argv[2], getenv("OURS"), env[1] == NULL);
        TRY(fcntl(10, F_GETFD));
        TRY(fcntl(11, F_GETFD));
        sigaction(SIGUSR1, NULL, &a);
        SHOW(a.sa_handler == SIG_DFL);
        sigaction(SIGUSR2, NULL, &a);
        SHOW(a.sa_handler == SIG_IGN);
        sigprocmask(0, NULL, &s);
        SHOW(sigismember(&s, SIGTERM));
        sigpending(&s);
        SHOW(sigismember(&s, SIGTERM));
        stack_t o;
        sigaltstack(NULL, &o);
        SHOW(o.ss_flags == SS_DISABLE);
        return 6;
    }
    char *args[] = {argv[0], "again", "two words", NULL}, *environment[] = {"OURS=yes", NULL};
    int st;
    fflush(stdout);
    pid_t c = fork();
    if (!c) {
        dup2(1, 10);
        dup2(1, 11);
        fcntl(11, F_SETFD, FD_CLOEXEC);
        signal(SIGUSR1, on);
        signal(SIGUSR2, SIG_IGN);
        sigset_t s;
        sigemptyset(&s);
        sigaddset(&s, SIGTERM);
        sigprocmask(SIG_BLOCK, &s, NULL);
        raise(SIGTERM);
        static char alt[65536];
        stack_t a = {.ss_sp = alt, .ss_size = sizeof alt};
        sigaltstack(&a, NULL);
        execve("/proc/self/exe", args, environment);
        printf("not reached: %s\n", error_name(errno));
        _exit(1);
    }
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    TRY(execve("/absent", args, environment));
    TRY(execve("/tmp", args, environment));
    TRY(execve("", args, environment));
    TRY(execve("/dev/null", args, environment));
    TRY(execve((char *)16, args, environment));
    TRY(execve("/proc/self/exe", (char **)16, environment));
    char *bad[] = {"x", (char *)16, NULL};
    TRY(execve("/proc/self/exe", bad, environment));
    enter_scratch();
    int f = open("junk", O_CREAT | O_WRONLY, 0700);
    write(f, "not a program", 13);
    close(f);
    TRY(execve("junk", args, environment));
    chmod("junk", 0600);
    TRY(access("junk", X_OK));
    unlink("junk");
    leave_scratch();
    return 0;
}
