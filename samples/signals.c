/*
 * Signals: one raised by the program, one from a timer while the program spins, and a fault whose
 * handler makes the faulting store succeed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t usr1, alarms;
static char *page;
static long page_size;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        usr1++;
    else
        alarms++;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    static const char text[] = "SIGSEGV at the protected page: unprotecting it\n";

    (void)number;
    (void)context;
    if (info->si_addr != page || info->si_code != SEGV_ACCERR)
        _exit(1);
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    mprotect(page, page_size, PROT_READ | PROT_WRITE);
}

int main(void)
{
    struct itimerval every_10_ms = {{0, 10000}, {0, 10000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    struct sigaction fault = {.sa_flags = SA_SIGINFO};

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGUSR1, on_signal);
    signal(SIGALRM, on_signal);
    raise(SIGUSR1);
    printf("SIGUSR1 handled %d time\n", (int)usr1);

    setitimer(ITIMER_REAL, &every_10_ms, NULL);
    while (alarms < 3)
        ;
    setitimer(ITIMER_REAL, &never, NULL);
    printf("three SIGALRM while spinning\n");

    page_size = sysconf(_SC_PAGESIZE);
    page = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fault.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &fault, NULL);
    *(volatile char *)page = 'x';
    printf("stored %c\n", *page);
    return 0;
}
