// NUMA policies of a machine that has one node at least.
// arch: x86_64
#include "guest.h"
enum { DEFAULT, PREFERRED, BIND, INTERLEAVE };
int main(void)
{
    int mode = -1, status[2] = {-9, -9}, nodes[2] = {0, 0};
    unsigned long mask = 1, got[16] = {0};
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    p[0] = 1;
    TRY(syscall(SYS_get_mempolicy, &mode, got, 1024, 0, 0));
    printf("%d %lu\n", mode, got[0]);
    TRY(syscall(SYS_mbind, p, 8192, BIND, &mask, 64, 0));
    TRY(syscall(SYS_get_mempolicy, &mode, got, 1024, p, 2));
    printf("%d %lu\n", mode, got[0]);
    TRY(syscall(SYS_mbind, p + 1, 4096, BIND, &mask, 64, 0));
    TRY(syscall(SYS_mbind, p, 8192, 99, &mask, 64, 0));
    TRY(syscall(SYS_mbind, p, 8192, BIND, 16, 64, 0));
    munmap(p + 4096, 4096);
    TRY(syscall(SYS_mbind, p, 8192, BIND, &mask, 64, 0));
    TRY(syscall(SYS_get_mempolicy, &mode, got, 1024, p + 4096, 2));
    TRY(syscall(SYS_set_mempolicy, PREFERRED, &mask, 64));
    TRY(syscall(SYS_get_mempolicy, &mode, NULL, 0, 0, 0));
    SHOW(mode);
    TRY(syscall(SYS_set_mempolicy, DEFAULT, NULL, 0));
    TRY(syscall(SYS_set_mempolicy, DEFAULT, 16, 64));
    MUST(mprotect(p, 4096, PROT_NONE) == 0);
    TRY(syscall(SYS_get_mempolicy, &mode, NULL, 0, p, 3));
    MUST(mprotect(p, 4096, 3) == 0);
    void *pages[2] = {p, p + 4096};
    TRY(syscall(SYS_move_pages, 0, 2, pages, NULL, status, 0));
    printf("%d %d\n", status[0], status[1]);
    TRY(syscall(SYS_move_pages, 0, 1, pages, nodes, status, 2));
    SHOW(status[0]);
    TRY(syscall(SYS_move_pages, 0, 2, 16, NULL, status, 0));
    return 0;
}
