// xfail-sparc64: the data of its programs is executable
// xfail-sparc32plus: the data of its programs is executable
// /proc/self/maps names our own mappings, stack and heap.
#include "guest.h"
int main(void)
{
    char line[600];
    int own = 0, stack = 0, exe = 0, bad = 0;
    static char here;
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(m, 4096, PROT_READ);
    FILE *f = fopen("/proc/self/maps", "r");
    MUST(f);
    char onstack;
    uintptr_t last = 0;
    while (fgets(line, sizeof line, f)) {
        uintptr_t a, b;
        char prot[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &a, &b, prot) != 3 || a >= b ||
            a < last) {
            bad++;
            continue;
        }
        last = b;
        if (a <= (uintptr_t)m && (uintptr_t)m < b) {
            own = 1;
            printf("own page: %s\n", prot);
        }
        if (a <= (uintptr_t)m + 4096 && (uintptr_t)m + 4096 < b)
            printf("next page: %s\n", prot);
        if (a <= (uintptr_t)&onstack && (uintptr_t)&onstack < b)
            stack = strstr(line, "[stack]") != NULL;
        if (a <= (uintptr_t)main && (uintptr_t)main < b) {
            printf("code: %s\n", prot);
            exe = strchr(line, '/') != NULL;
        }
        if (a <= (uintptr_t)&here && (uintptr_t)&here < b)
            printf("data: %s\n", prot);
    }
    SHOW(own);
    SHOW(stack);
    SHOW(exe);
    SHOW(bad);
    return 0;
}
