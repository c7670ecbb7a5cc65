#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    mprotect(p, 4096, PROT_NONE);
    madvise(p, 4096, MADV_DONTNEED);
    madvise(p, 4096, 999);
    p = mremap(p, 8192, 16384, MREMAP_MAYMOVE);
    munmap(p, 4096);
    mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, 99, 0);
    mmap(0, 0, PROT_NONE, MAP_SHARED | MAP_FIXED | MAP_STACK, -1, 0);
    struct timespec ts = {0, 1000};
    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, 0);
    syscall(SYS_clock_gettime, 99, &ts);
    int one = 1;
    syscall(SYS_futex, &one, FUTEX_WAKE, 1, 0, 0, 0);
    syscall(SYS_futex, &one, FUTEX_WAIT_PRIVATE, 5, 0, 0, 0);
    syscall(SYS_futex, &one, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 7, 0, 0, -1);
    syscall(SYS_futex, &one, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &one, 9);
    struct rlimit rl = {8192 * 1024, RLIM_INFINITY};
    syscall(SYS_prlimit64, 0, 99, &rl, 0);
    sched_yield();
    return 0;
}
