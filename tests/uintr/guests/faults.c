// arch: x86_64
// Delivery that fails, and signals around user interrupts.
#include "uintr_test.h"

static volatile int signals, ui_in_signal, uif_in_signal;

static void on_usr1(int signo)
{
    signals++;
    uif_in_signal = testui();
    ui_in_signal = count;
}

static void clui_in_signal(int signo) { CLUI(); }

static void *new_thread(void *result)
{
    *(int *)result = testui();
    FAILS(vector_fd(0, 0), EINVAL);
    return NULL;
}

__attribute__((noinline, noclone)) static void set_uif_on(unsigned long rsp)
{
    __asm__ volatile("mov %%rsp, %%rbx\n mov %0, %%rsp\n .byte 0xf3,0x0f,0x01,0xef\n"
                     "stui_done: nop\n mov %%rbx, %%rsp" ::"r"(rsp) : "rbx", "memory");
}
extern char stui_done[];

static void raise_in_handler(unsigned long vector)
{
    CHECK(!testui());
    raise(SIGUSR1);
}

int main(void)
{
    catch_faults();
    MUST(register_handler(handler, 0) == 0);
    int index = register_self(11, 0);
    MUST(index == 0);

    /* No stack to push on: a page fault at the interrupted instruction, nothing changed. The
       signal's handler runs on its own stack, and there the interrupt comes first. */
    char *area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mprotect(area, 4096, PROT_READ) == 0);
    SENDUIPI(index);
    FAULT(set_uif_on((unsigned long)area + 4096 + 128));
    IS(caught.signo, SIGSEGV);
    IS(caught.code, SEGV_ACCERR);
    IS(caught.addr, (unsigned long)area + 4096 - 8);
    IS(caught.rip, (unsigned long)stui_done);
    IS(caught.rsp, (unsigned long)area + 4096 + 128);
    IS(count, 1);
    CHECK(testui());
    CLUI();
    SENDUIPI(index);
    FAULT(set_uif_on((unsigned long)area + 4096 + 128 + 16)); /* two of four words fit */
    IS(caught.addr, (unsigned long)area + 4096 - 8);
    IS(count, 2);
    CLUI();
    munmap(area, 8192);
    SENDUIPI(index);
    FAULT(set_uif_on((unsigned long)area + 4096));
    IS(caught.code, SEGV_MAPERR);

    /* An unmapped handler: delivered, then the fetch faults. */
    unregister_handler(0);
    MUST(register_handler(0x1000, 0) == 0);
    STUI();
    FAULT(SENDUIPI(index));
    IS(caught.signo, SIGSEGV);
    IS(caught.addr, 0x1000);
    IS(caught.rip, 0x1000);
    IS(caught.rsp % 16, 0);
    CHECK(!testui());

    /* A handler that is not canonical: general protection at the boundary. */
    unregister_handler(0);
    MUST(register_handler(1ul << 62, 0) == 0);
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGSEGV, &action, NULL);
    pid_t child = fork();
    if (child == 0) {
        CHECK(!testui());
        MUST(register_handler(1ul << 62, 0) == 0);
        MUST(register_self(1, 0) == 1);
        STUI();
        SENDUIPI(1);
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    catch_faults();
    unregister_handler(0);
    MUST(register_handler(handler, 0) == 0);

    /* UIF is not part of a signal frame, and a signal handler can be interrupted. */
    signal(SIGUSR1, on_usr1);
    STUI();
    count = 0;
    raise(SIGUSR1);
    IS(uif_in_signal, 1);
    signal(SIGUSR2, clui_in_signal);
    raise(SIGUSR2);
    CHECK(!testui());
    STUI();
    in_handler = raise_in_handler;
    signals = 0;
    SENDUIPI(index);
    IS(signals, 1);
    IS(uif_in_signal, 0);
    IS(ui_in_signal, 1);
    CHECK(testui());
    in_handler = NULL;

    /* New threads and children start without. */
    pthread_t thread;
    int uif = 7;
    MUST(pthread_create(&thread, NULL, new_thread, &uif) == 0);
    pthread_join(thread, NULL);
    IS(uif, 0);
    child = fork();
    if (child == 0) {
        CHECK(!testui());
        FAILS(vector_fd(1, 0), EINVAL);
        _exit(failures);
    }
    waitpid(child, &status, 0);
    IS(status, 0);
    CHECK(testui());
    return done();
}
