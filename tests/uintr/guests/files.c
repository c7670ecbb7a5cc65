// arch: x86_64
// What descriptors of vectors and tables answer.
#include "uintr_test.h"
#include <sys/epoll.h>
#include <sys/sendfile.h>

static char text[256];

static char *link_of(int fd)
{
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size > 0 ? size : 0] = 0;
    return text;
}

static char *info_of(int fd)
{
    char path[64];
    sprintf(path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY);
    ssize_t size = read(info, text, sizeof text - 1);
    close(info);
    text[size > 0 ? size : 0] = 0;
    return text;
}

static void same_everywhere(int fd)
{
    char byte = 0;
    struct stat status;
    FAILS(read(fd, &byte, 1), EINVAL);
    FAILS(write(fd, &byte, 1), EBADF);
    FAILS(pread(fd, &byte, 1, 0), ESPIPE);
    IS(lseek(fd, 0, SEEK_CUR), 0);
    IS(lseek(fd, 500, SEEK_SET), 0);
    IS(lseek(fd, 500, SEEK_END), 0);
    FAILS((long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
    FAILS((long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
    FAILS(ftruncate(fd, 0), EINVAL);
    FAILS(sendfile(0, fd, NULL, 8), EINVAL);
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    FAILS(open(path, O_RDWR), ENXIO);
    IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
    IS(fcntl(fd, F_GETFL), O_RDONLY | O_NONBLOCK);
    IS(fstat(fd, &status), 0);
    IS(status.st_mode, 0600);
    IS(status.st_size, 0);
    struct pollfd asked = {fd, POLLIN | POLLOUT};
    IS(poll(&asked, 1, 0), 1);
    IS(asked.revents, POLLIN | POLLOUT);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    FAILS(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), EPERM);
    close(epoll);
}

int main(void)
{
    char wanted[64];

    static char open_before[2000];
    for (int i = 0; i < 2000; i++)
        open_before[i] = fcntl(i, F_GETFD) != -1;
    MUST(register_handler(handler, 0) == 0);
    int fd = vector_fd(42, 0), table = ipi_fd(0);
    for (int i = 0; i < 2000; i++)
        if (i != fd && i != table) /* the emulator's own do not show */
            IS(open_before[i] ? i : 0, fcntl(i, F_GETFD) != -1 ? i : 0);
    MUST(fd >= 0 && table >= 0);
    same_everywhere(fd);
    same_everywhere(table);
    FAILS(ioctl(fd, 0x7500, 0), ENOTTY);
    FAILS(ioctl(fd, FIONREAD, text), ENOTTY);
    FAILS(ioctl(table, 0x7500, 0), EBUSY);
    FAILS(ioctl(table, 0x7501, 0), EINVAL);

    CHECK(strcmp(link_of(fd), "anon_inode:[uvecfd]") == 0);
    CHECK(strcmp(link_of(table), "anon_inode:[uipi_fd]") == 0);
    sprintf(wanted, "uintr: receiver: %d vector:42\n", (int)syscall(SYS_gettid));
    CHECK(strstr(info_of(fd), wanted) != NULL);
    CHECK(strncmp(text, "pos:\t0\n", 7) == 0);

    /* Copies name the same; seeking did no harm. */
    STUI();
    int copy = dup(fd), high = fcntl(fd, F_DUPFD, 50), given = dup2(fd, 60);
    CHECK(strcmp(link_of(copy), "anon_inode:[uvecfd]") == 0);
    close(fd);
    CHECK(strcmp(link_of(60), "anon_inode:[uvecfd]") == 0);
    FAILS(read(copy, wanted, 1), EINVAL);
    int indices[] = {register_sender(copy, 0), register_sender(high, 0), register_sender(given, 0)};
    for (int i = 0; i < 3; i++) {
        MUST(indices[i] == i);
        SENDUIPI(indices[i]);
        IS(last.vector, 42);
    }
    IS(count, 3);

    /* A table is no vector; a closed number can be anything again. */
    FAILS(register_sender(table, 0), EOPNOTSUPP);
    close(copy);
    int zero = open("/dev/zero", O_RDWR);
    char byte = 1;
    IS(read(zero, &byte, 1), 1);
    IS(byte, 0);
    FAILS(register_sender(zero, 0), EOPNOTSUPP);

    /* Out of descriptors. */
    struct rlimit limit = {64, 64};
    MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    int last_fd, first_fd = dup(0);
    while ((given = dup(0)) >= 0)
        last_fd = given;
    FAILS(vector_fd(1, 0), EMFILE);
    FAILS(ipi_fd(0), EMFILE);
    while (last_fd >= first_fd)
        close(last_fd--);
    return done();
}
