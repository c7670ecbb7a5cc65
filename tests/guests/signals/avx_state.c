// arch: x86_64
// host: avx2
// flags: -O1 -mavx2
// Upper halves of vector registers: kept over handlers, shown in frames, changed there; threads.
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static int change;

static void handler(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    unsigned char *fp = (void *)u->uc_mcontext.fpregs;
    uint32_t magic, size;
    uint64_t features, used;
    memcpy(&magic, fp + 464, 4);
    memcpy(&features, fp + 472, 8);
    memcpy(&size, fp + 480, 4);
    memcpy(&used, fp + 512, 8);
    printf("magic %x avx %d %d big %d\n", magic, !!(features & 4), !!(used & 4), size >= 832);
    printf("ymm3 above %02x\n", fp[576 + 16 * 3 + 5]);
    if (change)
        fp[576 + 16 * 3 + 5] = 0x77;
    asm volatile("vpxor %%xmm3, %%xmm3, %%xmm3\n\tvzeroall" ::: "xmm0", "xmm3");
}

static void raise_with(unsigned char value)
{
    unsigned char in[32], out[32];
    memset(in, value, 32);
    asm volatile("vmovdqu %2, %%ymm3\n\tsyscall\n\tvmovdqu %%ymm3, %1"
                 : "=a"(*(long[1]){0}), "=m"(out)
                 : "m"(in), "a"(234), "D"((long)getpid()), "S"((long)gettid()), "d"((long)SIGUSR1)
                 : "rcx", "r11", "memory", "xmm3");
    printf("after: %02x %02x %02x %02x\n", out[0], out[15], out[16 + 5], out[31]);
}

static void *thread(void *arg)
{
    unsigned char mine = (uintptr_t)arg, out[32], in[32];
    memset(in, mine, 32);
    int wrong = 0;
    for (int i = 0; i < 300; i++) {
        asm volatile("vmovdqu %1, %%ymm7\n\tmov $24, %%eax\n\tsyscall\n\tvmovdqu %%ymm7, %0"
                     : "=m"(out) : "m"(in) : "rax", "rcx", "r11", "memory", "xmm7");
        wrong += out[31] != mine || out[0] != mine;
    }
    return (void *)(intptr_t)wrong;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, 0);
    raise_with(0x11);
    change = 1;
    raise_with(0x22);
    pthread_t threads[3];
    void *wrong[3];
    for (long i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, thread, (void *)(i + 5));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], &wrong[i]);
    printf("threads %ld %ld %ld\n", (long)wrong[0], (long)wrong[1], (long)wrong[2]);
    fflush(stdout);
    unsigned char in[32], out[32];
    memset(in, 0x5a, 32);
    long child;
    asm volatile("vmovdqu %2, %%ymm9\n\tsyscall\n\tvmovdqu %%ymm9, %1"
                 : "=a"(child), "=m"(out) : "m"(in), "a"(57) : "rcx", "r11", "memory", "xmm9");
    if (!child)
        _exit(out[31] == 0x5a ? 7 : 8);
    int status;
    waitpid(child, &status, 0);
    printf("fork %02x %d\n", out[31], WEXITSTATUS(status));
    return 0;
}
