// arch: x86_64 aarch64
// libc: musl
// Restartable sequences, registered by hand: errors, sections that are left, counters per processor.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NR_RSEQ 334
#define SIGNATURE 0x53053053
#define SIGNATURE_TEXT ".byte 0x0f, 0xb9, 0x3d\n.long 0x53053053\n"
#elif defined(__aarch64__)
#define NR_RSEQ 293
#define SIGNATURE 0xd428bc00
#define SIGNATURE_TEXT ".inst 0xd428bc00\n"
#endif

struct area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t section;
    uint32_t flags, node_id, mm_cid, end;
} __attribute__((aligned(32)));

struct section {
    uint32_t version, flags;
    uint64_t start, size, abort;
} __attribute__((aligned(32)));

static __thread struct area area;

static int register_area(void *at, unsigned size, int flags, unsigned signature) {
    return syscall(NR_RSEQ, at, size, flags, signature) ? errno : 0;
}

static void errors(void) {
    static struct area other;
    printf("unaligned %d\n", register_area((char *)&area + 8, 32, 0, SIGNATURE));
    printf("short %d\n", register_area(&area, 31, 0, SIGNATURE));
    printf("flags %d\n", register_area(&area, 32, 2, SIGNATURE));
    printf("nowhere %d\n", register_area((void *)-4096L, 32, 0, SIGNATURE));
    printf("not yet %d\n", register_area(&area, 32, 1, SIGNATURE));
    area.cpu_id = -1;
    printf("registered %d\n", register_area(&area, 32, 0, SIGNATURE));
    printf("cpu %d\n", area.cpu_id == area.cpu_id_start && area.cpu_id != -1u);
    printf("again %d\n", register_area(&area, 32, 0, SIGNATURE));
    printf("other signature %d\n", register_area(&area, 32, 0, 1));
    printf("other area %d\n", register_area(&other, 32, 0, SIGNATURE));
    printf("wrong end %d\n", register_area(&other, 32, 1, SIGNATURE));
    printf("wrong end %d\n", register_area(&area, 32, 1, 1));
    printf("end %d\n", register_area(&area, 32, 1, SIGNATURE));
    printf("cpu %d %d\n", (int)area.cpu_id, area.cpu_id_start);
    printf("registered %d\n", register_area(&area, 32, 0, SIGNATURE));
}

/* Spins in a section until something takes it out of it. */
#if defined(__x86_64__)
__attribute__((noinline)) static int spin(struct section *s, struct area *a) {
    int aborted = 0;
    __asm__ volatile(
        "lea 1f(%%rip), %%rax\n mov %%rax, 8(%[s])\n"
        "movq $2f - 1f, 16(%[s])\n"
        "lea 4f(%%rip), %%rax\n mov %%rax, 24(%[s])\n"
        "mov %[s], 8(%[a])\n"
        "1: pause\n jmp 1b\n nop\n"
        "2: jmp 5f\n" SIGNATURE_TEXT
        "4: movl $1, %[aborted]\n"
        "5:\n"
        : [aborted] "+m"(aborted) : [s] "r"(s), [a] "r"(a) : "rax", "memory");
    return aborted;
}

/* counter[cpu]++ as a section; where it was left, 0. */
__attribute__((noinline)) static int add(struct section *s, struct area *a, long *counters, long delay) {
    int done = 1;
    __asm__ volatile(
        "lea 1f(%%rip), %%rax\n mov %%rax, 8(%[s])\n"
        "movq $2f - 1f, 16(%[s])\n"
        "lea 4f(%%rip), %%rax\n mov %%rax, 24(%[s])\n"
        "mov %[s], 8(%[a])\n"
        "1: mov 4(%[a]), %%ecx\n"
        "mov (%[counters],%%rcx,8), %%rax\n"
        "3: dec %[delay]\n jg 3b\n"
        "inc %%rax\n"
        "mov %%rax, (%[counters],%%rcx,8)\n"
        "2: jmp 5f\n" SIGNATURE_TEXT
        "4: movl $0, %[done]\n"
        "5:\n"
        : [done] "+m"(done), [delay] "+r"(delay) : [s] "r"(s), [a] "r"(a), [counters] "r"(counters)
        : "rax", "rcx", "memory");
    return done;
}
#else
__attribute__((noinline)) static int spin(struct section *s, struct area *a) {
    int aborted = 0;
    __asm__ volatile(
        "adr x9, 1f\n str x9, [%[s], 8]\n"
        "mov x9, #(2f - 1f)\n str x9, [%[s], 16]\n"
        "adr x9, 4f\n str x9, [%[s], 24]\n"
        "str %[s], [%[a], 8]\n"
        "1: yield\n b 1b\n nop\n"
        "2: b 5f\n" SIGNATURE_TEXT
        "4: mov w9, 1\n str w9, %[aborted]\n"
        "5:\n"
        : [aborted] "+m"(aborted) : [s] "r"(s), [a] "r"(a) : "x9", "memory");
    return aborted;
}

__attribute__((noinline)) static int add(struct section *s, struct area *a, long *counters, long delay) {
    int done = 1;
    __asm__ volatile(
        "adr x9, 1f\n str x9, [%[s], 8]\n"
        "mov x9, #(2f - 1f)\n str x9, [%[s], 16]\n"
        "adr x9, 4f\n str x9, [%[s], 24]\n"
        "str %[s], [%[a], 8]\n"
        "1: ldr w10, [%[a], 4]\n"
        "ldr x9, [%[counters], x10, lsl 3]\n"
        "3: subs %[delay], %[delay], 1\n b.gt 3b\n"
        "add x9, x9, 1\n"
        "str x9, [%[counters], x10, lsl 3]\n"
        "2: b 5f\n" SIGNATURE_TEXT
        "4: str wzr, %[done]\n"
        "5:\n"
        : [done] "+m"(done), [delay] "+r"(delay) : [s] "r"(s), [a] "r"(a), [counters] "r"(counters)
        : "x9", "x10", "memory", "cc");
    return done;
}
#endif

static volatile int handled;

static void handler(int signo) { handled++; }

static void interrupt(long every) {
    struct itimerval timer = {{0, every}, {0, every}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void left_for_a_handler(void) {
    static struct section section;
    interrupt(5000);
    int aborted = spin(&section, &area);
    interrupt(0);
    printf("left %d cleared %d\n", aborted, area.section == 0);
    area.section = (uintptr_t)&section;
    handled = 0;
    raise(SIGALRM);
    printf("outside: handled %d cleared %d\n", handled, area.section == 0);
}

static void bad_sections(void) {
    static const char *names[] = {"signature", "version", "flags", "pointer", "abort inside"};
    for (int kind = 0; kind < 5; kind++) {
        fflush(stdout);
        pid_t child = fork();
        if (!child) {
            static struct section section;
            if (kind == 0) register_area(&area, 32, 1, SIGNATURE), register_area(&area, 32, 0, 12345);
            if (kind == 1) section.version = 1;
            if (kind == 2) section.flags = 1;
            interrupt(5000);
            if (kind < 3) spin(&section, &area);
            if (kind == 3) {
                area.section = 16;
                for (;;) pause();
            }
            section.start = section.abort = (uintptr_t)bad_sections;
            section.size = 16;
            area.section = (uintptr_t)&section;
            for (;;) pause();
        }
        int status;
        waitpid(child, &status, 0);
        printf("%s: signal %d\n", names[kind], WTERMSIG(status));
    }
}

static long counters[1024];
static volatile long added[4];
static volatile int aborts, enough;

static void *work(void *arg) {
    long n = (long)arg;
    struct section *section = aligned_alloc(32, sizeof *section);
    memset(section, 0, sizeof *section);
    register_area(&area, 32, 0, SIGNATURE);
    while (!enough) {
        if (add(section, &area, counters, 200000)) added[n]++;
        else if (__sync_add_and_fetch(&aborts, 1) >= 5) enough = 1;
    }
    register_area(&area, 32, 1, SIGNATURE);
    return NULL;
}

int main(void) {
    cpu_set_t set, before;
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGALRM, &action, NULL);
    printf("auxv %lu %lu\n", getauxval(27), getauxval(28));
    errors();
    left_for_a_handler();
    bad_sections();

    sched_getaffinity(0, sizeof before, &before);
    int first = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &before)) {
            CPU_ZERO(&set);
            CPU_SET(cpu, &set);
            sched_setaffinity(0, sizeof set, &set);
            if (area.cpu_id != cpu || area.cpu_id_start != cpu || sched_getcpu() != cpu) printf("not on %d\n", cpu);
            first = first < 0 ? cpu : first;
        }
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    sched_setaffinity(0, sizeof set, &set);

    pthread_t threads[4];
    for (long n = 0; n < 4; n++) pthread_create(&threads[n], NULL, work, (void *)n);
    for (int n = 0; n < 4; n++) pthread_join(threads[n], NULL);
    printf("all added %d\n", counters[first] == added[0] + added[1] + added[2] + added[3]);
    printf("child: ");
    fflush(stdout);
    if (!fork()) {
        printf("%d\n", register_area(&area, 32, 0, SIGNATURE) == EBUSY);
        exit(0);
    }
    wait(NULL);
    return 0;
}
