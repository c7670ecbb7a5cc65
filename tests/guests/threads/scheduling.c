// Policy, nice value and processors belong to a thread; threads and children inherit them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* musl has no more than stubs of these. */
#define get_policy(tid) syscall(SYS_sched_getscheduler, tid)
#define set_policy(tid, policy, param) syscall(SYS_sched_setscheduler, tid, policy, param)

static int first, last;

static void report(int result) {
    printf("%d %s\n", result, result < 0 ? strerror(errno) : "");
}

static void show(const char *who, int tid) {
    cpu_set_t set;
    int param[4];
    CPU_ZERO(&set);
    printf("%s: policy %d", who, (int)get_policy(tid));
    printf(" nice %d", getpriority(PRIO_PROCESS, tid));
    printf(" param %d", (int)syscall(SYS_sched_getparam, tid, param));
    sched_getaffinity(tid, sizeof set, &set);
    printf(" first only %d\n", CPU_ISSET(first, &set) && (first == last || !CPU_ISSET(last, &set)));
    fflush(stdout);
}

static volatile int ready, done, tid;

static void *grandchild(void *arg) {
    show("its thread", 0);
    return NULL;
}

static void *other(void *arg) {
    tid = syscall(SYS_gettid);
    ready = 1;
    while (!done) usleep(1000);
    printf("on the first: %d\n", sched_getcpu() == first);
    show("itself", 0);
    pthread_t thread;
    pthread_create(&thread, NULL, grandchild, NULL);
    pthread_join(thread, NULL);
    pid_t child = fork();
    if (!child) {
        show("its child", 0);
        printf("on the first: %d\n", sched_getcpu() == first);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return NULL;
}

int main(void) {
    cpu_set_t all, one;
    struct sched_param param = {0};
    sched_getaffinity(0, sizeof all, &all);
    for (first = 0; !CPU_ISSET(first, &all); first++);
    for (last = CPU_SETSIZE - 1; !CPU_ISSET(last, &all); last--);
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    pthread_t thread;
    pthread_create(&thread, NULL, other, NULL);
    while (!ready) usleep(1000);
    report(sched_setaffinity(tid, sizeof one, &one));
    report(set_policy(tid, SCHED_BATCH, &param));
    report(setpriority(PRIO_PROCESS, tid, 5));
    show("other", tid);
    printf("main: policy %d nice %d\n", (int)get_policy(0), getpriority(PRIO_PROCESS, 0));
    done = 1;
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, grandchild, NULL);
    pthread_join(thread, NULL);
    cpu_set_t none;
    CPU_ZERO(&none);
    report(sched_setaffinity(0, sizeof none, &none));
    report(set_policy(0, 99, &param));
    param.sched_priority = 5;
    report(set_policy(0, SCHED_OTHER, &param));
    report(get_policy(4000000));
    fflush(stdout);
    if (fork() == 0) { /* alone in its group: what the group has is what it has */
        setpgid(0, 0);
        report(setpriority(PRIO_PROCESS, 0, 19));
        report(getpriority(PRIO_PGRP, 0));
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    return 0;
}
