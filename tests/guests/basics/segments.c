// arch: i386
// Segments of a thread's own: set_thread_area, modify_ldt, and what loading others raises.
#include "guest.h"
#include <asm/ldt.h>
static struct user_desc desc(unsigned entry, void *base, unsigned limit)
{
    return (struct user_desc){.entry_number = entry, .base_addr = (uintptr_t)base, .limit = limit,
                              .seg_32bit = 1, .useable = 1};
}
static int far_word(unsigned selector, unsigned offset)
{
    int value;
    __asm__ volatile("push %%fs; mov %w1, %%fs; mov %%fs:(%2), %0; pop %%fs"
                     : "=&r"(value)
                     : "r"(selector), "r"(offset));
    return value;
}
static sigjmp_buf back;
static void on(int n, siginfo_t *i, void *c)
{
    printf("signal %d code %d\n", n, i->si_code);
    siglongjmp(back, 1);
}
static void *thread(void *a)
{
    static __thread int own = 5;
    int words[4] = {70, 71, 72, 73};
    struct user_desc d = desc(-1, words, 15);
    MUST(syscall(SYS_set_thread_area, &d) == 0);
    own += far_word(d.entry_number * 8 + 3, 8);
    for (int i = 0; i < 100; i++) {
        sched_yield();
        MUST(far_word(d.entry_number * 8 + 3, 4) == 71);
    }
    return (void *)(long)own;
}
int main(void)
{
    static int words[4] = {10, 11, 12, 13};
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &a, NULL);
    sigaction(SIGBUS, &a, NULL);
    struct user_desc d = desc(-1, words, 15), got = {0};
    TRY(syscall(SYS_set_thread_area, &d));
    unsigned selector = d.entry_number * 8 + 3;
    SHOW(far_word(selector, 4));
    got.entry_number = d.entry_number;
    TRY(syscall(SYS_get_thread_area, &got));
    SHOW(got.base_addr == (uintptr_t)words);
    SHOW(got.limit);
    SHOW(got.seg_32bit);
    pthread_t t[2];
    void *r;
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, thread, NULL);
    for (int i = 0; i < 2; i++) {
        pthread_join(t[i], &r);
        SHOW((long)r);
    }
    SHOW(far_word(selector, 4));
    got.entry_number = 3;
    TRY(syscall(SYS_get_thread_area, &got));
    d.entry_number = 1;
    TRY(syscall(SYS_set_thread_area, &d));
    TRY(syscall(SYS_set_thread_area, (void *)16));
    d = desc(7, words + 1, 11);
    TRY(syscall(SYS_modify_ldt, 0x11, &d, sizeof d));
    SHOW(far_word(7 * 8 + 7, 4));
    unsigned char table[64];
    SHOW(syscall(SYS_modify_ldt, 0, table, sizeof table));
    SHOW(table[56] | table[57] << 8);
    d.entry_number = 9000;
    TRY(syscall(SYS_modify_ldt, 0x11, &d, sizeof d));
    TRY(syscall(SYS_modify_ldt, 0x11, &d, 4));
    if (sigsetjmp(back, 1) == 0)
        SHOW(far_word(6 * 8 + 7, 0));
    if (sigsetjmp(back, 1) == 0)
        SHOW(far_word(0x100 * 8 + 3, 0));
    int pid = fork(), status;
    if (!pid)
        _exit(far_word(selector, 8) + far_word(7 * 8 + 7, 0));
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    return 0;
}
