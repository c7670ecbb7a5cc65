// /proc/self is about the first thread, thread-self and task/<tid> about others; smaps about the guest's areas.
// arch: x86_64 i386
#include "guest.h"
#include <sys/prctl.h>

static void lines(const char *path, const char *first, const char *second)
{
    char line[400];
    FILE *f = fopen(path, "r");
    MUST(f);
    printf("%s:", strstr(path, "/task/") ? "task" : path);
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, first, strlen(first)) || !strncmp(line, second, strlen(second)))
            printf(" %.*s", (int)strcspn(line, "\n"), line);
    puts("");
    fclose(f);
}

static void name_in_stat(const char *path, pid_t wanted)
{
    char name[32] = "";
    int pid = 0;
    FILE *f = fopen(path, "r");
    MUST(f);
    fscanf(f, "%d %31s", &pid, name);
    fclose(f);
    printf("%d %s\n", pid == wanted, name);
}

static void *worker(void *arg)
{
    char path[64];
    sigset_t set;
    pid_t tid = syscall(SYS_gettid);
    prctl(PR_SET_NAME, "worker");
    sigemptyset(&set), sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    lines("/proc/self/status", "Name:", "Threads:");
    lines("/proc/thread-self/status", "Name:", "SigBlk:");
    snprintf(path, sizeof path, "/proc/self/task/%d/status", getpid());
    lines(path, "Name:", "Threads:");
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", getpid(), tid);
    lines(path, "Name:", "SigBlk:");
    name_in_stat("/proc/self/stat", getpid());
    name_in_stat("/proc/thread-self/stat", tid);
    return NULL;
}

static void areas(void)
{
    char line[400], *m = mmap(NULL, 5 << 12, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(m + (4 << 12), 4096, PROT_NONE);
    m[0] = m[4096] = m[8192] = 1;
    FILE *f = fopen("/proc/self/smaps", "r");
    MUST(f);
    int foreign = 0, rss = 0, mine = 0, sizes = 0, heads = 0;
    while (fgets(line, sizeof line, f)) {
        uintptr_t start, end;
        int kb;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2) {
            mine = start <= (uintptr_t)m && (uintptr_t)m < end;
            foreign += strstr(line, "python") || strstr(line, "unicorn");
            heads++;
        }
        if (sscanf(line, "Size: %d kB", &kb) == 1) sizes++;
        if (mine && sscanf(line, "Rss: %d kB", &kb) == 1) printf("Rss %d\n", kb >= 12);
        if (mine && sscanf(line, "Shared_Dirty: %d kB", &kb) == 1) printf("shared %d\n", kb);
        if (mine && !strncmp(line, "VmFlags:", 8)) printf("%.14s\n", line);
    }
    printf("foreign %d, sizes %d\n", foreign, sizes == heads);
    fclose(f);
}

int main(void)
{
    pthread_t t;
    prctl(PR_SET_NAME, "first one");
    areas();
    prctl(PR_SET_NAME, "first");
    pthread_create(&t, NULL, worker, NULL);
    pthread_join(t, NULL);
    return 0;
}
