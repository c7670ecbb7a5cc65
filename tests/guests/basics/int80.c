// arch: x86_64
// expect-status: 3
// Calls of 32-bit programs from a 64-bit one.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static long call(long number, long a, long b, long c)
{
    long result;
    asm volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

static char *low;
static void handler(int signo) { write(1, "alarm\n", 6); }

int main(void)
{
    setvbuf(stdout, 0, _IONBF, 0);
    low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    strcpy(low, "hello\n");
    printf("%ld\n", call(4, 1, (long)low, 6));                           // write
    printf("%ld\n", call(4 | 1l << 32, 1 | 1l << 40, (long)low, 6));
    printf("%ld %ld\n", call(4, 99, (long)low, 6), call(4, 1, 0, 6));
    printf("%d %d\n", call(20, 0, 0, 0) == getpid(), call(199, 0, 0, 0) == getuid());
    strcpy(low, "/dev/null");
    int fd = call(5, (long)low, O_RDWR, 0);                              // open
    printf("%d %ld\n", fd > 2, call(3, fd, (long)low, 10));              // read
    printf("%ld %ld\n", call(6, fd, 0, 0), call(6, fd, 0, 0));           // close
    fd = memfd_create("f", 0);
    printf("%ld %ld\n", call(19, fd, 100, SEEK_SET), call(19, fd, -50, SEEK_CUR)); // lseek
    printf("%ld\n", call(9999, 0, 0, 0));
    int fds[2], status;
    pipe(fds);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    ualarm(20000, 0);
    int pid = call(2, 0, 0, 0);                                          // fork
    if (!pid) {
        ualarm(0, 0);
        usleep(100000);
        write(fds[1], "x", 1);
        call(1, 7, 0, 0);                                                // exit
    }
    printf("%ld", call(3, fds[0], (long)low, 1));
    printf(" %c\n", *low);
    waitpid(pid, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    action.sa_flags = 0;
    sigaction(SIGALRM, &action, 0);
    ualarm(20000, 0);
    printf("%ld\n", call(3, fds[0], (long)low, 1));
    call(252, 3, 0, 0);                                                  // exit_group
}
