// A parent reads /proc/<child>: sizes, threads, descriptors and memory are the program's, not of what runs it.
// arch: x86_64 i386
#include "guest.h"
#include <dirent.h>
#include <sys/prctl.h>

static pid_t child;
static int known = 12345;
static int gate[2];

static const char *path_of(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", child, name);
    return path;
}

static int entries(const char *name)
{
    DIR *d = opendir(path_of(name));
    struct dirent *e;
    int n = 0;
    MUST(d);
    while ((e = readdir(d)))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static long field(const char *file, const char *name)
{
    char line[400];
    long value = -1;
    FILE *f = fopen(path_of(file), "r");
    MUST(f);
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name)))
            sscanf(line + strlen(name), "%*[: \t]%ld", &value);
    fclose(f);
    return value;
}

static void maps(void)
{
    char line[400];
    int stack = 0, data = 0, strange = 0;
    FILE *f = fopen(path_of("maps"), "r");
    MUST(f);
    while (fgets(line, sizeof line, f)) {
        uintptr_t a, b;
        char prot[5];
        sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &a, &b, prot);
        stack += strstr(line, "[stack]") != NULL;
        data += a <= (uintptr_t)&known && (uintptr_t)&known < b && !strcmp(prot, "rw-p");
        strange += strstr(line, "python") || strstr(line, "unicorn");
    }
    fclose(f);
    printf("maps: stack %d, data %d, strange %d\n", stack, data, strange);
}

static void memory(void)
{
    int fd = open(path_of("mem"), O_RDWR), got = 0, new = 777;
    MUST(fd >= 0);
    TRY(pread(fd, &got, 4, (off_t)(uintptr_t)&known));
    SHOW(got);
    TRY(pwrite(fd, &new, 4, (off_t)(uintptr_t)&known));
    TRY(pread(fd, &got, 4, (off_t)(uintptr_t)&known));
    SHOW(got);
    TRY(pread(fd, &got, 4, 64));
    close(fd);
}

static void again(void)
{
    struct stat st;
    char text[4096], first[16], second[16];
    int fd = open(path_of("stat"), O_RDONLY);
    MUST(fd >= 0);
    MUST(!fstat(fd, &st));
    printf("stat: %o %ld\n", st.st_mode, (long)st.st_size);
    ssize_t n = read(fd, text, sizeof text - 1);
    text[n] = 0, sscanf(text, "%*d %15s", first);
    MUST(!lseek(fd, 0, SEEK_SET));
    write(gate[1], "n", 1);
    do {  // until the child has the other name
        sleep_ms(2);
        n = pread(fd, text, sizeof text - 1, 0);
        text[n] = 0, sscanf(text, "%*d %15s", second);
    } while (!strcmp(first, second));
    printf("%s, then %s\n", first, second);
    SHOW(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == ENODEV);
    close(fd);
}

static void *idle(void *unused) { pause(); return unused; }

static int be_child(void)
{
    char c;
    pthread_t t;
    prctl(PR_SET_NAME, "before");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_create(&t, NULL, idle, NULL);
    pthread_create(&t, NULL, idle, NULL);
    open("/dev/null", O_RDONLY);
    mmap(NULL, 10 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sleep_ms(20);
    write(gate[1], "x", 1);
    read(gate[1], &c, 1);
    prctl(PR_SET_NAME, "renamed");
    pause();
    return 0;
}

int main(void)
{
    char c;
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, gate));
    child = fork();
    if (!child)
        return close(gate[0]), be_child();
    close(gate[1]), gate[1] = gate[0];
    read(gate[0], &c, 1);
    maps();
    SHOW(field("status", "Threads"));
    SHOW(field("status", "VmSize") > 10000 && field("status", "VmSize") < 400000);
    SHOW(field("status", "VmRSS") < field("status", "VmSize"));
    SHOW(field("status", "VmRSS") < 12000);
    SHOW(field("smaps_rollup", "Rss") == field("smaps_rollup", "Rss"));
    SHOW(field("limits", "Max open files") > 0);
    SHOW(entries("task"));
    SHOW(entries("fd"));
    SHOW(entries("fdinfo"));
    SHOW(entries("map_files") >= 0);
    memory();
    again();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int fd = open(path_of("maps"), O_RDONLY);
    SHOW(fd);
    return 0;
}
