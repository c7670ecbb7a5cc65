#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, tty;
static volatile int handled;

static void on_signal(int signo)
{
    handled = signo;
}

static void handle(int signo, int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
    sigaction(signo, &action, 0);
}

static void show_end(const char *what, pid_t pid, int options)
{
    int status;
    if (waitpid(pid, &status, options) != pid)
        printf("%s: errno %d\n", what, errno);
    else if (WIFSTOPPED(status))
        printf("%s: stopped by %d\n", what, usual(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        printf("%s: continued\n", what);
    else if (WIFSIGNALED(status))
        printf("%s: killed by %d\n", what, usual(WTERMSIG(status)));
    else
        printf("%s: exited with %d\n", what, WEXITSTATUS(status));
}

static int read_byte(void)
{
    char byte;
    return read(tty, &byte, 1) == 1 ? 0 : -errno;
}

static int write_byte(void)
{
    return write(tty, ".", 1) == 1 ? 0 : -errno;
}

static int set_attributes(void)
{
    struct termios now;
    tcgetattr(tty, &now);
    return tcsetattr(tty, TCSANOW, &now) ? -errno : 0;
}

static int set_group(void)
{
    return tcsetpgrp(tty, getpgrp()) ? -errno : 0;
}

static int flush(void)
{
    return tcflush(tty, TCIFLUSH) ? -errno : 0;
}

static int get_attributes(void)
{
    struct termios now;
    return tcgetattr(tty, &now) ? -errno : 0;
}

static struct {
    const char *name;
    int (*run)(void);
} const uses[] = {
    {"read", read_byte}, {"write", write_byte},           {"tcsetattr", set_attributes},
    {"flush", flush},    {"tcgetattr", get_attributes},   {"tcsetpgrp", set_group},
};

/* A job of its own process group; 0 in the child, -errno of its use as its exit status. */
static pid_t job(void)
{
    pid_t pid = fork();
    setpgid(pid, pid);
    return pid;
}

static void foreground(pid_t group)
{
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(tty, group);
    signal(SIGTTOU, SIG_DFL);
}

static void in_background(void)
{
    for (int i = 0; i < sizeof uses / sizeof *uses; i++) {
        pid_t pid = job();
        if (!pid)
            _exit(uses[i].run() ? errno : 0);
        show_end(uses[i].name, pid, WUNTRACED);
        if (waitpid(pid, 0, WNOHANG) < 0)
            continue;
        foreground(pid);
        kill(-pid, SIGCONT);
        if (!i) {
            show_end(uses[i].name, pid, WCONTINUED);
            write(master, "\001\n", 2);
        }
        show_end(uses[i].name, pid, 0);
        foreground(getpgrp());
        tcflush(tty, TCIOFLUSH);
    }
}

/* What a background process sees that does not want the signal. */
static void unwanted(void)
{
    for (int i = 0; i < sizeof uses / sizeof *uses; i++)
        for (int way = 0; way < 4; way++) {
            char byte;
            int ends[2]; /* the last process of the job closes it */
            pipe(ends);
            pid_t pid = job();
            if (!pid) {
                sigset_t both;
                sigemptyset(&both);
                sigaddset(&both, SIGTTIN);
                sigaddset(&both, SIGTTOU);
                if (way == 0) {
                    signal(SIGTTIN, SIG_IGN);
                    signal(SIGTTOU, SIG_IGN);
                } else if (way == 1)
                    sigprocmask(SIG_BLOCK, &both, 0);
                else if (way == 2) {
                    handle(SIGTTIN, 0);
                    handle(SIGTTOU, 0);
                }
                else if (fork())
                    _exit(0);
                else
                    while (getppid() == getpgrp()) /* until its group is an orphan */
                        usleep(1000);
                int result = uses[i].run();
                dprintf(1, "%s, %d: %d %d\n", uses[i].name, way, -result, usual(handled));
                _exit(0);
            }
            close(ends[1]);
            while (read(ends[0], &byte, 1) > 0)
                ;
            close(ends[0]);
            waitpid(pid, 0, 0);
            foreground(getpgrp());
        }
}

static void keys(void)
{
    static const struct {
        char key[2];
        int continues;
    } pressed[] = {{"\003", 0}, {"\034", 0}, {"\032", 1}};
    for (int i = 0; i < 3; i++) {
        char byte;
        int ends[2];
        pipe(ends);
        pid_t pid = job();
        if (!pid) {
            if (!fork())
                for (;;)
                    pause();
            while (tcgetpgrp(tty) != getpgrp())
                usleep(1000);
            write(ends[1], "", 1);
            read_byte();
            _exit(9);
        }
        foreground(pid);
        read(ends[0], &byte, 1);
        write(master, pressed[i].key, 1);
        show_end("key", pid, WUNTRACED);
        if (pressed[i].continues) {
            kill(-pid, SIGCONT);
            show_end("key", pid, WCONTINUED);
            kill(-pid, SIGTERM);
            show_end("key", pid, 0);
        }
        foreground(getpgrp());
    }
}

static void wait_for_hangup(int ready)
{
    handle(SIGHUP, 0);
    while (tcgetpgrp(tty) != getpgrp())
        usleep(1000);
    write(ready, "", 1);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, &all, 0);
    while (!handled)
        sigsuspend(&none);
    dprintf(1, "hangup: %d %d\n", usual(handled), tcgetpgrp(tty) < 0 ? errno : 0);
    _exit(0);
}

/* A session that loses its terminal, then one whose leader ends. */
static void hangup(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    pid_t pid = job();
    if (!pid)
        wait_for_hangup(ends[1]);
    foreground(pid);
    read(ends[0], &byte, 1);
    int given_up = ioctl(tty, TIOCNOTTY, 0);
    show_end("without terminal", pid, 0);
    SHOW(given_up);
    SHOW(tcgetpgrp(tty));
    SHOW(ioctl(tty, TIOCSCTTY, 0));
    pid = job();
    if (!pid)
        wait_for_hangup(ends[1]);
    foreground(pid);
    read(ends[0], &byte, 1);
    fflush(stdout); /* before the hangup's report */
}

static void session(void)
{
    char *name = ptsname(master);
    setsid();
    tty = open(name, O_RDWR | O_NOCTTY);
    SHOW(tcgetpgrp(tty));
    SHOW(open("/dev/tty", O_RDWR));
    SHOW(ioctl(tty, TIOCSCTTY, 0));
    SHOW(tcgetpgrp(tty) == getpgrp());
    SHOW(tcgetsid(tty) == getsid(0));
    struct termios mode;
    tcgetattr(tty, &mode);
    mode.c_lflag = (mode.c_lflag | TOSTOP | ICANON | ISIG) & ~ECHO;
    tcsetattr(tty, TCSANOW, &mode);
    in_background();
    unwanted();
    keys();
    hangup();
    fflush(stdout);
    _exit(0);
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    signal(SIGHUP, SIG_DFL);
    master = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(master);
    unlockpt(master);
    int ends[2]; /* every process of the session holds it open */
    pipe(ends);
    pid_t pid = fork();
    if (!pid)
        session();
    close(ends[1]);
    int status;
    char byte;
    waitpid(pid, &status, 0);
    SHOW(read(ends[0], &byte, 1));
    SHOW(status);
    return 0;
}
