// arch: x86_64
// The vDSO as a shared object: found by both hash tables, with its version, and called.
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

static uintptr_t base;
static Elf64_Sym *symbols;
static char *strings;
static uint32_t *sysv, *gnu;
static uint16_t *versym;
static Elf64_Verdef *verdef;

static void read_dynamic(void) {
    Elf64_Ehdr *head = (void *)base;
    Elf64_Phdr *p = (void *)(base + head->e_phoff);
    uintptr_t bias = base;
    Elf64_Dyn *d = NULL;
    for (int i = 0; i < head->e_phnum; i++) {
        if (p[i].p_type == PT_LOAD) bias = base + p[i].p_offset - p[i].p_vaddr;
        if (p[i].p_type == PT_DYNAMIC) d = (void *)(base + p[i].p_offset);
    }
    for (; d->d_tag; d++) {
        void *at = (void *)(bias + d->d_un.d_ptr);
        if (d->d_tag == DT_STRTAB) strings = at;
        if (d->d_tag == DT_SYMTAB) symbols = at;
        if (d->d_tag == DT_HASH) sysv = at;
        if (d->d_tag == DT_GNU_HASH) gnu = at;
        if (d->d_tag == DT_VERSYM) versym = at;
        if (d->d_tag == DT_VERDEF) verdef = at;
    }
    base = bias;
}

static const char *version(int index) {
    Elf64_Verdef *v = verdef;
    while (v->vd_ndx != index) {
        if (!v->vd_next) return "?";
        v = (void *)((char *)v + v->vd_next);
    }
    return strings + ((Elf64_Verdaux *)((char *)v + v->vd_aux))->vda_name;
}

static int by_gnu(const char *name) {
    uint32_t h = 5381;
    for (const char *s = name; *s; s++) h = h * 33 + (unsigned char)*s;
    uint32_t buckets = gnu[0], first = gnu[1], words = gnu[2], shift = gnu[3];
    uint64_t *bloom = (void *)(gnu + 4), word = bloom[h / 64 % words];
    if (!(word >> h % 64 & 1) || !(word >> (h >> shift) % 64 & 1)) return 0;
    uint32_t *bucket = (void *)(bloom + words), *chain = bucket + buckets;
    uint32_t i = bucket[h % buckets];
    if (i) do {
        if ((chain[i - first] | 1) == (h | 1) && !strcmp(strings + symbols[i].st_name, name)) return i;
    } while (!(chain[i++ - first] & 1));
    return 0;
}

static int by_sysv(const char *name) {
    uint32_t h = 0;
    for (const char *s = name; *s; s++) {
        h = (h << 4) + (unsigned char)*s;
        h = (h ^ (h >> 24 & 0xf0)) & 0xfffffff;
    }
    for (uint32_t i = sysv[2 + h % sysv[0]]; i; i = sysv[2 + sysv[0] + i])
        if (!strcmp(strings + symbols[i].st_name, name)) return i;
    return 0;
}

static void *find(const char *name) {
    int i = by_gnu(name);
    if (!i || (sysv && by_sysv(name) != i)) return NULL;
    printf("%s %s type %d defined %d size %d\n", name, version(versym[i] & 0x7fff),
           ELF64_ST_TYPE(symbols[i].st_info), symbols[i].st_shndx != 0, symbols[i].st_size > 0);
    return (void *)(base + symbols[i].st_value);
}

int main(void) {
    base = getauxval(AT_SYSINFO_EHDR);
    printf("there: %d\n", base != 0 && base % 4096 == 0);
    read_dynamic();
    int (*gettime)(int, struct timespec *) = find("__vdso_clock_gettime");
    int (*getres)(int, struct timespec *) = find("__vdso_clock_getres");
    int (*timeofday)(struct timeval *, void *) = find("__vdso_gettimeofday");
    time_t (*seconds)(time_t *) = find("__vdso_time");
    int (*cpu)(unsigned *, unsigned *, void *) = find("__vdso_getcpu");
    find("clock_gettime");
    find("getcpu");
    printf("nothing: %d %d\n", by_gnu("__vdso_nothing"), find("nothing") == NULL);
    struct timespec a, b;
    struct timeval tv;
    time_t t;
    unsigned number = 9999, node = 9999;
    printf("%d %d\n", gettime(CLOCK_MONOTONIC, &a), clock_gettime(CLOCK_MONOTONIC, &b));
    int64_t apart = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
    printf("in order: %d\n", apart >= 0 && apart < 20000000000LL);
    printf("invalid: %d\n", gettime(4242, &a) < 0);
    int result = getres(CLOCK_MONOTONIC, &a);
    printf("%d %ld\n", result, a.tv_nsec);
    printf("%d\n", timeofday(&tv, NULL));
    printf("%d\n", seconds(&t) == t && t >= tv.tv_sec && t - tv.tv_sec < 20);
    result = cpu(&number, &node, NULL);
    printf("%d %d %d\n", result, number < 9999, node < 9999);

    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], what[8];
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        sscanf(line, "%lx-%lx %7s", &start, &end, what);
        if (start == (getauxval(AT_SYSINFO_EHDR) & -4096UL))
            printf("%s %s", what, strrchr(line, ' ') + 1);
    }
    return 0;
}
