// What the command-line tests ask a guest about itself: probe QUESTION [ARGUMENT ...]
#define _GNU_SOURCE
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static int is(const char *question, const char *name)
{
    return strcmp(question, name) == 0;
}

static int print_args(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("%s\n", argv[i]);
    return 0;
}

static int print_env(char **names)
{
    for (; *names; names++)
        printf("%s=%s\n", *names, getenv(*names) ? getenv(*names) : "(unset)");
    return 0;
}

static int print_random(void)
{
    unsigned char bytes[32];

    memcpy(bytes, (const void *)getauxval(AT_RANDOM), 16);
    if (getrandom(bytes + 16, 16, 0) != 16)
        return 1;
    for (int i = 0; i < 32; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
    return 0;
}

static int touch_stack(size_t kib)
{
    volatile char *bottom = alloca(kib << 10);

    for (size_t i = kib; i-- > 0;)
        bottom[i << 10] = 1;
    printf("%zu\n", kib);
    return 0;
}

static int copy_input(void)
{
    static char buffer[65536];
    ssize_t size;

    while ((size = read(0, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0, n; done < size; done += n)
            if ((n = write(1, buffer + done, size - done)) < 0)
                return 1;
    return size < 0;
}

static int print_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];

    if (!file || !fgets(line, sizeof line, file)) {
        printf("%s\n", strerror(errno));
        return 1;
    }
    fputs(line, stdout);
    return 0;
}

/* Which of the standard descriptors are open, and which one a new file gets. */
static int report_descriptors(const char *path)
{
    char report[64];
    int size = 0, fd;

    for (fd = 0; fd < 3; fd++)
        size += sprintf(report + size, "%s ", fcntl(fd, F_GETFD) < 0 ? "closed" : "open");
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    size += sprintf(report + size, "%d\n", fd);
    return write(fd, report, size) != size;
}

static int spin(void)
{
    volatile unsigned long turns = 0;

    puts("ready");
    fflush(stdout);
    for (;;)
        turns++;
}

static int die_by(int signal)
{
    puts("printed before");
    fflush(stdout);
    kill(getpid(), signal);
    return 1;
}

static int unknown_calls(void)
{
    for (int i = 0; i < 3; i++) {
        long result = syscall(1000);
        printf("%ld %s\n", result, strerror(errno));
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *question = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : "";
    struct utsname name;
    char path[4096] = "";

    if (is(question, "args"))
        return print_args(argc, argv);
    if (is(question, "env"))
        return print_env(argv + 2);
    if (is(question, "random"))
        return print_random();
    if (is(question, "stack"))
        return touch_stack(strtoul(argument, NULL, 10));
    if (is(question, "cat"))
        return copy_input();
    if (is(question, "file"))
        return print_file(argument);
    if (is(question, "descriptors"))
        return report_descriptors(argument);
    if (is(question, "spin"))
        return spin();
    if (is(question, "exit"))
        return atoi(argument);
    if (is(question, "signal"))
        return die_by(atoi(argument));
    if (is(question, "unknown"))
        return unknown_calls();
    if (is(question, "null"))
        return *(volatile int *)8;
    if (is(question, "uname"))
        return uname(&name) < 0 || printf("%s %s\n", name.machine, name.release) < 0;
    if (is(question, "exe"))
        return readlink("/proc/self/exe", path, sizeof path) < 0 ||
               printf("%s\n%s\n", path, (char *)getauxval(AT_EXECFN)) < 0;
    if (is(question, "pid"))
        return printf("%d\n", getpid()) < 0;
    puts("no question");
    return 0;
}
