// After fork: private memory is copied, shared memory is shared.
#include "guest.h"
static int global = 1;
int main(void)
{
    int *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *pr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *sh = *pr = 1;
    pid_t c = fork();
    if (c == 0) {
        *sh += 10;
        *pr += 10;
        global += 10;
        _exit(*sh + *pr + global);
    }
    int st;
    MUST(waitpid(c, &st, 0) == c);
    SHOW(WEXITSTATUS(st));
    SHOW(*sh);
    SHOW(*pr);
    SHOW(global);
    return 0;
}
