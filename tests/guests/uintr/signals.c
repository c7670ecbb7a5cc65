// arch: x86_64
// User interrupts and signals: handlers of one inside those of the other; UIF belongs to neither's frame.
#include "guest.h"
#include "uintr/uintr.h"
static volatile int interrupts, signals, mode;
static int index_;
static sigjmp_buf back;
static volatile int flag_in_signal;
UINTR_HANDLER(h)
{
    interrupts++;
    if (mode == 1)
        syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    if (mode == 3)
        siglongjmp(back, 1);
}
static void on(int n)
{
    signals++;
    flag_in_signal = _testui();
    if (mode == 2) {
        int before = interrupts;
        _senduipi(index_);
        while (interrupts == before)
            ;
    }
    if (mode == 4)
        _clui();
    if (mode == 5)
        _stui();
}
int main(void)
{
    signal(SIGUSR1, on);
    check(uintr_register_handler(h, 0), "register_handler");
    index_ = check(uintr_register_self(0, 0), "register_self");
    _stui();

    mode = 1;
    _senduipi(index_);
    while (!signals)
        ;
    printf("signal inside an interrupt: flag %d, afterwards %d\n", flag_in_signal, _testui());

    mode = 2;
    raise(SIGUSR1);
    printf("interrupt inside a signal: flag %d, %d interrupts\n", flag_in_signal, interrupts);

    mode = 4;
    raise(SIGUSR1);
    printf("CLUI in a signal handler stays: %d\n", _testui());
    mode = 5;
    raise(SIGUSR1);
    printf("STUI in a signal handler stays: %d\n", _testui());

    mode = 3;
    if (!sigsetjmp(back, 1)) {
        _senduipi(index_);
        for (;;)
            ;
    }
    printf("left by longjmp: flag %d\n", _testui());

    mode = 0;
    _senduipi(index_);
    sched_yield();
    printf("%d interrupts before STUI\n", interrupts);
    _stui();
    printf("%d interrupts after STUI\n", interrupts);

    /* Taken on return from a system call, its result in place. */
    _clui();
    _senduipi(index_);
    _stui();
    long r = syscall(SYS_getppid);
    printf("system call result kept: %d\n", r == getppid());
    return 0;
}
