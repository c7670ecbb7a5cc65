// arch: x86_64 i386
// reference: own
// Instructions that user code may not execute, and what their signals tell.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __x86_64__
#define PC REG_RIP
#else
#define PC REG_EIP
#endif

static sigjmp_buf back;
static unsigned char *code;

static void handler(int signo, siginfo_t *info, void *context)
{
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    long addr = info->si_addr ? (long)info->si_addr - (long)code : -1;
    printf("signal %d code %d addr %ld pc %ld trap %d error %#x\n", signo, info->si_code, addr,
           (long)regs[PC] - (long)code, (int)regs[REG_TRAPNO], (int)regs[REG_ERR]);
    siglongjmp(back, 1);
}

static void try(const char *name, const char *hex)
{
    unsigned value;
    int size = 0;
    for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
        code[size++] = value;
    code[size] = 0xc3;
    printf("%s: ", name);
    if (!sigsetjmp(back, 1)) {
        ((void (*)(void))code)();
        puts("done");
    }
}

int main(void)
{
    code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
    for (int i = 0; i < 5; i++)
        sigaction(signals[i], &action, 0);
    try("int3", "cc");
    try("int 3", "cd03");
    try("icebp", "f1");
    try("int 4", "cd04");
    static const int numbers[] = {0, 1, 2, 5, 6, 7, 8, 11, 12, 13, 14, 16, 17, 18, 19, 32, 45, 255};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char hex[5];
        sprintf(hex, "cd%02x", numbers[i]);
        try(hex, hex);
    }
    try("ud2", "0f0b");
    try("a fault after an int", "31c9f7f1");
    try("hlt", "f4");
    try("rdmsr", "0f32");
    try("rdpmc", "31c90f33");
    try("sysret", "0f07");
    try("sysexit", "0f35");
    try("ds = a table's", "b8400000008ed8");
    try("ds = beyond", "b8ff0f00008ed8");
    try("ds = no local one", "b80f0000008ed8");
    try("ss = code", "8cc88ed0");
    try("cs", "8ec8");
#ifdef __i386__
    try("into", "31c0ce");
    try("into with overflow", "b8ffffff7f83c001ce");
    try("bound", "6a006a00b805000000620424");
    try("far jump to null", "ea000000000000");
#else
    try("into", "ce");
    try("far call", "9a000000000000");
#endif
}
