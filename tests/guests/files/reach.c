// arch: x86_64
// What calls do with memory that is out of reach, in part or as yet.
#include "guest.h"
#include <sys/inotify.h>
#include <termios.h>

static void extend(int flags, int gather)
{
    static char bytes[5000];
    struct stat st;
    int fd = open("reach.data", O_RDWR | O_CREAT | O_TRUNC, 0600);

    memset(bytes, 'q', sizeof bytes);
    write(fd, bytes, sizeof bytes);
    char *at = mmap(NULL, 8 * 4096, PROT_READ, flags, fd, 0);
    struct iovec v[] = {{bytes, 100}, {NULL, 0}, {at + 4096, 3 * 4096}};
    if (gather)
        TRY(writev(fd, v, 3));
    else
        TRY(write(fd, at + 4096, 3 * 4096));
    TRY(pwrite(fd, at + 3 * 4096, 2 * 4096 + 7, 10));
    fstat(fd, &st);
    SHOW((long)st.st_size);
    SHOW(at[st.st_size - 1]);
    close(fd);
}

static void list(char *edge)
{
    char room[1000];
    int fd = open("reach.dir", O_RDONLY | O_DIRECTORY);

    for (int reach = 0; reach < 80; reach += 11) {
        lseek(fd, 0, SEEK_SET);
        TRY(syscall(SYS_getdents64, fd, edge - reach, 1000));
        TRY(syscall(SYS_getdents64, fd, room, 1000));
        lseek(fd, 0, SEEK_SET);
        TRY(syscall(SYS_getdents, fd, edge - reach, 1000));
        TRY(syscall(SYS_getdents, fd, room, 1000));
    }
    close(fd);
}

static void watch(void)
{
    char bytes[500];
    int events = inotify_init1(IN_NONBLOCK), fd = open("reach.data", O_RDONLY);

    inotify_add_watch(events, "reach.data", IN_ACCESS);
    lseek(fd, 0, SEEK_END);
    TRY(read(fd, bytes, 5));
    TRY(read(fd, (char *)8, 5));
    TRY(pread(fd, bytes, 5, 1 << 20));
    TRY(read(events, bytes, sizeof bytes));
    TRY(readv(fd, &(struct iovec){bytes, 5}, 1));
    TRY(read(events, bytes, sizeof bytes));
}

static void terminal(void)
{
    struct termios settings;
    int unlocked = 0, number, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    char name[40];

    ioctl(master, TIOCSPTLCK, &unlocked), ioctl(master, TIOCGPTN, &number);
    sprintf(name, "/dev/pts/%d", number);
    int fd = open(name, O_RDWR | O_NOCTTY);
    tcgetattr(fd, &settings);
    settings.c_lflag = 0, settings.c_cc[VMIN] = settings.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSANOW, &settings);
    TRY(read(fd, (char *)8, 5));
    TRY(tcflow(fd, TCOOFF));
    TRY(write(fd, (char *)8, 5));
}

int main(void)
{
    char *area = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char one = 0, *edge = area + 4096, *blind = area + 2 * 4096, *fixed = area + 3 * 4096;
    struct iovec mine = {&one, 1}, theirs = {blind, 1};

    mkdir("reach.dir", 0700);
    close(creat("reach.dir/a name of a file", 0600));
    munmap(edge, 4096);
    mprotect(blind, 4096, PROT_WRITE);
    mprotect(fixed, 4096, PROT_READ);
    for (int i = 0; i < 4; i++)
        extend(i & 1 ? MAP_PRIVATE : MAP_SHARED, i / 2);
    list(edge);
    watch();
    terminal();
    TRY(syscall(SYS_process_vm_readv, getpid(), &mine, 1, &theirs, 1, 0));
    int s = socket(AF_UNIX, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
    TRY(syscall(SYS_recvmmsg, s, NULL, 0, 0, fixed));
    TRY(ioctl(tcp, FIONREAD, fixed));
    TRY(ioctl(s, 0x8905, edge - 8)); /* SIOCATMARK, for an interface where it is none of the socket's */
    TRY(ioctl(s, 0x8905, fixed));
    TRY(mmap(NULL, 4096, PROT_READ, 3 | 4, s, LONG_MAX & -4096) == MAP_FAILED);
    SHOW(errno == EOVERFLOW);
    unlink("reach.dir/a name of a file"), rmdir("reach.dir"), unlink("reach.data");
    return 0;
}
