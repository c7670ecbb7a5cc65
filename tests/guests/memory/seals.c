// arch: x86_64 i386 aarch64 s390x
#include "guest.h"
#include <sys/shm.h>

/* mseal(2), memory that the kernel may drop, remap_file_pages(2) and memfd_secret(2). */

#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define DROPPABLE (8 | MAP_ANONYMOUS)
#define P 4096
#define seal(addr, size, flags) syscall(462, (long)(addr), (long)(size), (long)(flags))

static const char *name(long result)
{
    if (result >= 0 || result < -4095)
        return "0";
    return errno == EPERM ? "EPERM" : errno == EINVAL ? "EINVAL" : errno == ENOMEM ? "ENOMEM" : "?";
}
#define TELL(call) printf("%s: %s\n", #call, name((long)(call)))

static void flags_of(void *addr, char *end)
{
    char line[4096], want[32];
    int there = 0;
    FILE *file = fopen("/proc/self/smaps", "r");

    snprintf(want, sizeof want, "%08lx-", (long)addr);
    while (fgets(line, sizeof line, file)) {
        there |= !strncmp(line, want, strlen(want));
        if (there && !strncmp(line, "VmFlags", 7)) {
            MUST(strstr(line, end));
            fclose(file);
            return;
        }
    }
    MUST(0);
}

static void rules(void)
{
    char *p = mmap(0, 8 * P, RW, PRIVATE, -1, 0);

    munmap(p + 5 * P, P);
    TELL(seal(p + 1, P, 0));
    TELL(seal(p, P, 1));
    if (sizeof(long) == 8) {
        MUST(seal(p, -1, 0) < 0 && errno == EINVAL);
        MUST(seal(p, -P, 0) < 0 && errno == EINVAL);
    }
    TELL(seal(p, 0, 0));
    TELL(seal(p, 8 * P, 0));
    TELL(mprotect(p, P, RW));
    TELL(seal(p + P, P + 1, 0));
    TELL(seal(p + P, P, 0));
    p[P] = 'x';
    TELL(munmap(p, 3 * P));
    TELL(mprotect(p, 3 * P, PROT_READ));
    TELL(mremap(p + P, P, 2 * P, MREMAP_MAYMOVE));
    TELL(mremap(p + P, 2 * P, P, 0));
    TELL(mremap(p + 3 * P, P, P, MREMAP_MAYMOVE | MREMAP_FIXED, p + P));
    TELL(mmap(p + P, P, RW, PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0);
    printf("%c\n", p[P]);
    TELL(madvise(p + P, P, MADV_DONTNEED));
    TELL(madvise(p + P, P, MADV_WILLNEED));
    printf("%d\n", p[P]);
    TELL(mlock(p + P, P));
    TELL(munlock(p + P, P));
    TELL(munmap(p + 3 * P, P));
    if (!fork())
        _exit(munmap(p + P, P) == 0);
    int status;
    wait(&status);
    printf("the child could: %d\n", WEXITSTATUS(status));
}

static void read_only(void)
{
    char *p = mmap(0, 2 * P, PROT_READ, PRIVATE, -1, 0);
    int fd = open("/proc/self/exe", O_RDONLY);
    char *file = mmap(0, P, PROT_READ, MAP_PRIVATE, fd, 0);

    TELL(seal(p, P, 0));
    TELL(seal(file, P, 0));
    TELL(madvise(p, P, MADV_DONTNEED));
    TELL(madvise(p, 2 * P, MADV_FREE));
    TELL(madvise(p, P, MADV_DONTFORK));
    TELL(madvise(p, P, MADV_DOFORK));
    TELL(madvise(p, P, MADV_WIPEONFORK));
    TELL(madvise(p, P, MADV_KEEPONFORK));
    TELL(madvise(file, P, MADV_DONTNEED));
    TELL(munmap(file, P));
}

static void heap(void)
{
    char *end = (char *)syscall(SYS_brk, 0);

    end = (char *)((long)end + P - 1 & -P);
    MUST(syscall(SYS_brk, end + 2 * P) == (long)(end + 2 * P));
    TELL(seal(end, P, 0));
    SHOW(syscall(SYS_brk, end) == (long)(end + 2 * P));
    SHOW(syscall(SYS_brk, end + P) == (long)(end + P));
}

static void droppable(void)
{
    TELL(mmap(0, P, RW, DROPPABLE | MAP_PRIVATE, -1, 0) == MAP_FAILED ? -1 : 0);
    TELL(mmap(0, P, RW, DROPPABLE | MAP_GROWSDOWN, -1, 0) == MAP_FAILED ? -1 : 0);
    TELL(mmap(0, P, RW, DROPPABLE | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
    TELL(mmap(0, P, PROT_READ, 8, 0, 0) == MAP_FAILED ? -1 : 0);
    char *p = mmap(0, P, RW, DROPPABLE, -1, 0);
    if (p == MAP_FAILED) { /* before Linux 6.11 */
        MUST(errno == EINVAL);
        return;
    }
    MUST(mlock(p, P) == 0);
    MUST(madvise(p, P, MADV_KEEPONFORK) < 0 && errno == EINVAL);
    flags_of(p, " nr wf dd dp ");
    *p = 5;
    int status;
    if (!fork())
        _exit(*p);
    wait(&status);
    MUST(WEXITSTATUS(status) == 0);
}

static void parts_of_files(void)
{
    int fd = syscall(SYS_memfd_create, "parts", 0);
    char letters[] = "ABCD";

    ftruncate(fd, 4 * P);
    for (int i = 0; i < 4; i++)
        pwrite(fd, letters + i, 1, i * P);
    char *p = mmap(0, 4 * P, RW, MAP_SHARED, fd, 0), *q = mmap(0, P, RW, PRIVATE, -1, 0);
    TELL(syscall(SYS_remap_file_pages, p, P, PROT_READ, 2, 0));
    TELL(syscall(SYS_remap_file_pages, q, P, 0, 2, 0));
    TELL(syscall(SYS_remap_file_pages, p, 0, 0, 2, 0));
    if (sizeof(long) == 8)
        MUST(syscall(SYS_remap_file_pages, p, (long)P, 0, -1L, 0) < 0 && errno == EINVAL);
    TELL(syscall(SYS_remap_file_pages, p, P, 0, 3, 0));
    TELL(syscall(SYS_remap_file_pages, p + 3 * P, P, 0, 0, 0));
    p[3 * P] = 'a';
    printf("%c%c%c%c\n", p[0], p[P], p[2 * P], p[3 * P]);
    TELL(syscall(SYS_remap_file_pages, p, 4 * P, 0, 0, 0));
    TELL(syscall(SYS_remap_file_pages, p + P, 2 * P, 0, 0, 0));
    printf("%c%c%c%c\n", p[0], p[P], p[2 * P], p[3 * P]);
    pread(fd, letters, 1, 0);
    printf("%c\n", letters[0]);
    TELL(seal(p, P, 0));
    TELL(syscall(SYS_remap_file_pages, p, P, 0, 3, 0));
}

static void secret(void)
{
    char byte = 1;
    int fd = syscall(447, 0);

    if (fd < 0) { /* the machine may have none */
        MUST(errno == ENOSYS);
        return;
    }
    MUST(ftruncate(fd, P) == 0);
    char *p = mmap(0, P, RW, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) { /* RLIMIT_MEMLOCK */
        MUST(errno == EAGAIN);
        return;
    }
    *p = 7;
    MUST(*p == 7 && read(fd, &byte, 1) < 0 && write(fd, &byte, 1) < 0);
    MUST(mmap(0, P, RW, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EINVAL);
}

int main(void)
{
    rules();
    read_only();
    heap();
    droppable();
    parts_of_files();
    secret();
    return 0;
}
