// arch: x86_64 i386 s390x mipsel
// page: 4096
// Reads and writes of files, answered in the engine, when what the descriptor or the memory is changes.
#include "guest.h"

static char path[] = "/tmp/transfersXXXXXX";

/* Often enough that whatever makes a call cheap has begun. */
static void some_writes(int fd)
{
    for (int i = 0; i < 5; i++)
        if (write(fd, "abcdefgh", 8) != 8)
            printf("a write of a file failed\n");
}

static void *writer(void *fd)
{
    sleep_ms(20);
    if (write(*(int *)fd, "late", 4) != 4)
        printf("a write of a pipe failed\n");
    return NULL;
}

static void descriptors(int file)
{
    char text[64] = "";
    pthread_t thread;
    int ends[2];

    TRY(pipe(ends));
    SHOW(dup2(ends[0], file) == file); /* now a pipe: its reader must let its writer run */
    pthread_create(&thread, NULL, writer, &ends[1]);
    SHOW(read(file, text, sizeof text));
    printf("%s\n", text);
    pthread_join(thread, NULL);
    close(file);
    close(ends[0]);
    TRY(read(file, text, sizeof text));
    TRY(write(file, text, 1));
    SHOW(open(path, O_RDONLY) == file); /* a file that can't be written */
    TRY(write(file, text, 1));
    SHOW(read(file, text, sizeof text));
    signal(SIGPIPE, SIG_IGN);
    SHOW(dup2(ends[1], file) == file); /* and a pipe that nobody reads */
    TRY(write(file, "x", 1));
    close(file);
    close(ends[1]);
}

static void memory(int file)
{
    char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(page, 'm', 3 * 4096);
    TRY(write(file, page + 100, 2 * 4096));
    TRY(lseek(file, 0, SEEK_SET));
    SHOW(read(file, page, 3 * 4096));
    SHOW(page[0] == 'a' && page[40] == 'm' && page[39 + 8192] == 'm');
    mprotect(page + 4096, 4096, PROT_READ);
    TRY(lseek(file, 0, SEEK_SET));
    SHOW(read(file, page + 4000, 3000)); /* as much as there is room for */
    TRY(read(file, page + 4096, 10));
    TRY(write(file, page + 4000, 200));
    munmap(page + 8192, 4096);
    SHOW(write(file, page + 4096, 2 * 4096));
    TRY(write(file, page + 8192, 1));
    TRY(write(file, NULL, 1));
    TRY(write(file, (void *)-4L, 8));
    TRY(read(file, (void *)-4L, 8));
    TRY(write(file, page, 0));
    munmap(page, 8192);
}

int main(void)
{
    struct rlimit limit = {100, RLIM_INFINITY};
    int file = mkstemp(path), zero = open("/dev/zero", O_RDONLY);
    char text[16] = "text";
    int status, got[4], errors[4];
    pid_t child;

    setvbuf(stdout, NULL, _IONBF, 0);
    some_writes(file);
    SHOW(read(zero, text, sizeof text) == 16 && read(zero, text, 4) == 4 && !text[0]);
    TRY(write(zero, text, 4));
    memory(file);
    descriptors(file);

    file = open(path, O_WRONLY | O_TRUNC);
    some_writes(file);
    child = fork();
    if (!child) {
        some_writes(file);
        _exit(0);
    }
    waitpid(child, &status, 0);
    SHOW((int)lseek(file, 0, SEEK_CUR));
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 4; i++) {
        got[i] = write(file, "12345678", 8);
        errors[i] = got[i] < 0 ? errno : 0;
    }
    signal(SIGXFSZ, SIG_DFL);
    child = fork();
    if (!child)
        _exit(write(file, "x", 1) == 1);
    waitpid(child, &status, 0);
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 4; i++)
        printf("%d %s\n", got[i], errors[i] == EFBIG ? "EFBIG" : errors[i] ? "?" : "");
    SHOW(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    unlink(path);
    return 0;
}
