#include "trace.h"

static volatile long word = 0x1122334455667788;
static const long constant = 42;

static void errors(pid_t child)
{
    struct iovec room = {0, 0};
    long value = 0;

    TRY(ptrace(PTRACE_PEEKDATA, child, (void *)8, 0));
    TRY(ptrace(PTRACE_POKEDATA, child, (void *)8, 0));
    TRY(ptrace(PTRACE_CONT, child, 0, (void *)65));
    TRY(ptrace(PTRACE_SETOPTIONS, child, 0, (void *)0x8000));
    TRY(ptrace(PTRACE_GETREGSET, child, (void *)0x7777, &room));
    TRY(ptrace(0x4321, child, 0, 0));
    TRY(ptrace(PTRACE_INTERRUPT, child, 0, 0));
    TRY(ptrace(PTRACE_LISTEN, child, 0, 0));
    TRY(ptrace(PTRACE_ATTACH, child, 0, 0));
    TRY(ptrace(PTRACE_SEIZE, child, (void *)1, 0));
    TRY(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    TRY(ptrace(PTRACE_CONT, 1 << 30, 0, 0));
    TRY(ptrace(PTRACE_GETSIGMASK, child, (void *)4, &value));
}

static void signals(pid_t child)
{
    siginfo_t info;
    uint64_t mask[2] = {1 << (SIGUSR2 - 1)};
    struct __ptrace_peeksiginfo_args args = {0, 0, 4};
    siginfo_t queue[4];

    memset(&info, 0, sizeof info);
    TRY(ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    SHOW(info.si_signo == SIGSTOP);
    SHOW(info.si_code == SI_TKILL);
    SHOW(info.si_pid == child);
    TRY(ptrace(PTRACE_SETSIGMASK, child, (void *)(_NSIG / 8), mask));
    mask[0] = 0;
    TRY(ptrace(PTRACE_GETSIGMASK, child, (void *)(_NSIG / 8), mask));
    SHOW(mask[0] == 1 << (SIGUSR2 - 1));
    TRY(kill(child, SIGUSR2));
    args.flags = 1;
    TRY(ptrace(PTRACE_PEEKSIGINFO, child, &args, queue));
    SHOW(queue[0].si_signo == SIGUSR2);
    args.flags = 0;
    TRY(ptrace(PTRACE_PEEKSIGINFO, child, &args, queue));
    mask[0] = 0;
    TRY(ptrace(PTRACE_SETSIGMASK, child, (void *)(_NSIG / 8), mask));
}

int main(void)
{
    unsigned long message;
    reg_t registers[64];
    struct iovec room = {registers, sizeof registers};
    pid_t child = fork();

    if (!child) {
        TRY(ptrace(PTRACE_TRACEME, 0, 0, 0));
        TRY(ptrace(PTRACE_TRACEME, 0, 0, 0));
        raise(SIGSTOP);
        _exit(word == 0x55 && constant == 43 ? 11 : 12);
    }
    await(child);
    SHOW(ptrace(PTRACE_PEEKDATA, child, &word, 0) == word);
    SHOW(ptrace(PTRACE_PEEKTEXT, child, (char *)&word + 1, 0) != word);
    TRY(ptrace(PTRACE_POKEDATA, child, &word, 0x55));
    TRY(ptrace(PTRACE_POKEDATA, child, &constant, 43));
    TRY(ptrace(PTRACE_GETREGSET, child, (void *)NT_PRSTATUS, &room));
    SHOW(room.iov_len == (size_t)(registers[PC_AT] ? room.iov_len : 0));
    room.iov_len = 16;
    TRY(ptrace(PTRACE_GETREGSET, child, (void *)NT_PRSTATUS, &room));
    SHOW(room.iov_len);
    room.iov_len = 8192;
    room.iov_base = malloc(8192);
    TRY(ptrace(PTRACE_GETREGSET, child, (void *)NT_PRFPREG, &room));
    TRY(ptrace(PTRACE_SETREGSET, child, (void *)NT_PRFPREG, &room));
    errors(child);
    signals(child);
    OK(ptrace(PTRACE_GETEVENTMSG, child, 0, &message));
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    TRY(waitpid(child, 0, 0));
    return 0;
}
