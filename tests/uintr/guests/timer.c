// arch: x86_64
// The user timer interrupts a spinning thread, once; CPUID and /proc/cpuinfo tell of UINTR.
#include "uintr_test.h"
#include <cpuid.h>

static unsigned long counter(void)
{
    unsigned low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (unsigned long)high << 32 | low;
}

static unsigned long ticks_in(int ms)
{
    int64_t then = now_ms();
    unsigned long start = counter();
    while (now_ms() < then + ms)
        ;
    return counter() - start;
}

int main(void)
{
    unsigned a, b, c, d;
    char line[8192];
    int named = 0;

    __cpuid_count(7, 0, a, b, c, d);
    CHECK(d & 1 << 5);
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (fgets(line, sizeof line, info))
        if (strncmp(line, "flags", 5) == 0)
            named = strstr(line, " uintr") != NULL;
    CHECK(named);

    MUST(register_handler(handler, 0) == 0);
    STUI();
    unsigned long ticks = ticks_in(20), deadline = counter() + 2 * ticks;
    MUST(set_timer(deadline, 5, 0) == 0);
    while (!count)
        ;
    CHECK(counter() + 63 >= deadline);
    IS(last.vector, 5);
    ticks_in(60);
    IS(count, 1);

    /* One that has passed comes at once, a disarmed one never; UIF clear puts it off. */
    MUST(set_timer(counter() - ticks, 6, 0) == 0);
    IS(count, 2);
    MUST(set_timer(counter() + 1000 * ticks, 7, 0) == 0);
    MUST(set_timer(0, 0, 0) == 0);
    ticks_in(60);
    IS(count, 2);
    CLUI();
    MUST(set_timer(counter() + ticks, 8, 0) == 0);
    ticks_in(60);
    IS(count, 2);
    STUI();
    IS(count, 3);
    IS(last.vector, 8);
    return done();
}
