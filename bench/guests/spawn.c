/* Forks, executes a program and waits for it, so many times.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[1]) : 0, failed = 0;

    for (int i = 0; i < times; i++) {
        int status = -1;
        pid_t pid = fork();

        if (pid == 0) {
            execv(argv[2], argv + 2);
            _exit(127);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            failed++;
    }
    printf("%d times, %d failed\n", times, failed);
    return times == 0 || failed != 0;
}
