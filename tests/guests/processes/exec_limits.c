// arch: x86_64 i386
// How many bytes of arguments a program can get, to the byte, under several stack limits.
#include "guest.h"

enum { LONGEST = 128 << 10 };
static char text[LONGEST + 1];

/* What execve says to arguments of `size` bytes with their NULs; 0 when it took them. */
static int attempt(long size)
{
    static char *words[100];
    char *none[] = {NULL};
    int status, n = 0;

    words[n++] = "again";
    for (size -= sizeof "again"; size > LONGEST; size -= LONGEST)
        words[n++] = text + 1;
    words[n++] = text + sizeof text - size;
    words[n] = NULL;
    pid_t child = vfork();
    if (child == 0) {
        execve("/proc/self/exe", words, none);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    static const long limits[] = {8 << 20, 1 << 20, 400 << 10};
    char *too_long[] = {text, NULL};

    if (argc > 1)
        return 0;
    memset(text, 'x', LONGEST);
    for (int i = 0; i < 3; i++) {
        struct rlimit stack;
        long high = limits[i] / 4 > LONGEST ? limits[i] / 4 : LONGEST, low = high - 512;

        getrlimit(RLIMIT_STACK, &stack);
        stack.rlim_cur = limits[i];
        MUST(setrlimit(RLIMIT_STACK, &stack) == 0);
        while (high - low > 1) {
            long middle = (low + high) / 2;
            if (attempt(middle))
                high = middle;
            else
                low = middle;
        }
        printf("%ld of %ld, then %s\n", low, limits[i], error_name(attempt(high)));
    }
    TRY(execve("/proc/self/exe", too_long, NULL));
    TRY(execve("/proc/nothing", too_long, NULL));
    TRY(syscall(SYS_execveat, AT_FDCWD, "", too_long, NULL, AT_EMPTY_PATH));
    return 0;
}
