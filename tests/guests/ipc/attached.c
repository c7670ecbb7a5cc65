// page: 4096
// What munmap, mprotect, mremap, fork and execve do to attached segments.
#include "guest.h"
#include <sys/shm.h>
static int id;
static void show_attached(void)
{
    struct shmid_ds about;
    MUST(shmctl(id, IPC_STAT, &about) == 0);
    SHOW(about.shm_nattch);
}
int main(int argc, char **argv)
{
    char line[300];
    if (argc > 1) {
        puts("in the new program");
        return 0;
    }
    id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    char *a = shmat(id, NULL, 0);
    a[0] = 1;
    munmap(a, 4096);
    show_attached();
    TRY(shmdt(a));
    show_attached();
    a = shmat(id, NULL, 0);
    TRY(mprotect(a, 8192, PROT_READ));
    TRY(mlock(a, 8192));
    char *moved = mremap(a, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, a - (1 << 20));
    SHOW(moved == a - (1 << 20));
    SHOW(moved[0]);
    TRY(shmdt(moved));
    a = shmat(id, NULL, 0);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "SYSV"))
            fputs(strstr(line, "/SYSV"), stdout);
    fflush(stdout);
    if (fork() == 0) {
        execl("/proc/self/exe", "again", "more", NULL);
        exit(1);
    }
    wait(NULL);
    show_attached();
    shmctl(id, IPC_RMID, NULL);
    return 0;
}
