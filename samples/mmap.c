/*
 * Memory mappings: a file written through a shared mapping, a private copy of it, growing with
 * mremap, and a terabyte that is reserved and not used.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
    char name[] = "/tmp/mmap-sample-XXXXXX";
    char text[32] = "";
    long page = sysconf(_SC_PAGESIZE);
    int fd = mkstemp(name);
    char *shared, *private, *memory, *reserved;

    if (fd < 0 || ftruncate(fd, page) < 0) {
        perror(name);
        return 1;
    }
    unlink(name);

    shared = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    private = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    strcpy(shared, "written through memory");
    if (pread(fd, text, sizeof text - 1, 0) < 0)
        return 1;
    printf("the file says: %s\n", text);
    strcpy(private, "seen by nobody else");
    printf("shared: %s; private: %s\n", shared, private);

    memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(memory, "still here after mremap");
    memory = mremap(memory, page, 64 * page, MREMAP_MAYMOVE);
    memory[63 * page] = 1;
    printf("%s\n", memory);

    reserved = mmap(NULL, 1UL << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) {
        perror("1 TiB");
        return 1;
    }
    mprotect(reserved + (1UL << 39), page, PROT_READ | PROT_WRITE);
    reserved[1UL << 39] = 'm';
    printf("a byte in the middle of a terabyte: %c\n", reserved[1UL << 39]);
    return munmap(reserved, 1UL << 40);
}
