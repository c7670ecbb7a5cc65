// Code that another process writes: into anonymous shared memory, and through a second mapping.
#include "machine.h"
static int call(void *p)
{
    __builtin___clear_cache((char *)p, (char *)p + 16);
    return ((int (*)(void))p)();
}
static void exchange(unsigned char *write_at, void *run_at, int step)
{
    int go[2], done[2];
    char byte = 0;
    MUST(pipe(go) == 0 && pipe(done) == 0);
    pid_t writer = fork();
    if (writer == 0) {
        for (int i = 0; read(go[0], &byte, 1) == 1 && i < 20; i++) {
            emit(write_at, i * step);
            MUST(write(done[1], &byte, 1) == 1);
        }
        _exit(0);
    }
    long sum = 0;
    emit(write_at, 1000);
    sum += call(run_at);
    for (int i = 0; i < 20; i++) {
        MUST(write(go[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 1);
        sum += call(run_at);
    }
    close(go[1]);
    close(go[0]);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    SHOW(sum);
}
int main(void)
{
    int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    void *both = mmap(NULL, 4096, all, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(both != MAP_FAILED);
    exchange(both, both, 3);
    int fd = memfd_create("code", 0);
    MUST(fd >= 0 && ftruncate(fd, 8192) == 0);
    void *w = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *x = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    MUST(w != MAP_FAILED && x != MAP_FAILED);
    exchange(w, x, 5);
    return 0;
}
