// page: 4096
// reference: own
// Shared and private file mappings, sizes that are not whole pages, and SIGBUS past the end.
#include "guest.h"
static sigjmp_buf back;
static void on_bus(int n, siginfo_t *i, void *c)
{
    printf("signal %d code %d\n", usual(n), i->si_code);
    siglongjmp(back, 1);
}
int main(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    if (fd < 0)
        fd = memfd_create("x", 0);
    MUST(fd >= 0 && ftruncate(fd, 5000) == 0);
    char *s = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *off = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
    MUST(s != MAP_FAILED && p != MAP_FAILED && off != MAP_FAILED);
    strcpy(s, "shared");
    strcpy(s + 4096, "second");
    char b[16] = {0};
    TRY(pread(fd, b, 7, 0));
    puts(b);
    puts(off);
    puts(p);
    strcpy(p, "private");
    TRY(pread(fd, b, 7, 0));
    puts(b);
    puts(s);
    TRY(pwrite(fd, "by file", 8, 0));
    puts(s);
    puts(p);
    s[4990 + 20] = 'z';
    struct stat st;
    TRY(fstat(fd, &st));
    SHOW(st.st_size);
    struct sigaction sa = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &sa, NULL);
    if (!sigsetjmp(back, 1))
        SHOW(((volatile char *)s)[8192]);
    TRY(ftruncate(fd, 100));
    if (!sigsetjmp(back, 1))
        SHOW(((volatile char *)s)[4096]);
    SHOW(s[200]);
    TRY(msync(s, 4096, MS_SYNC));
    int ro = open("/proc/self/exe", O_RDONLY);
    MUST(ro >= 0);
    TRY(syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0));
    char *e = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, ro, 0);
    SHOW(memcmp(e, "\177ELF", 4));
    TRY(syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 999, 0));
    int d = open("/tmp", O_RDONLY | O_DIRECTORY);
    TRY(syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, d, 0));
#if __SIZEOF_LONG__ == 8 /* mmap2 has its offset in pages */
    TRY(syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, ro, 100));
#endif
    close(fd);
    SHOW(s[0]);
    return 0;
}
