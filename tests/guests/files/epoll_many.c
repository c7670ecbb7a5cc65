// epoll_wait hands over all that is ready if there is room.
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define MANY 1500

static struct epoll_event found[MANY + 100];

int main(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = MANY + 100;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        puts("few descriptors");
    int poll = epoll_create1(0), made = 0, sum = 0;
    for (int i = 0; i < MANY; i++) {
        struct epoll_event event = {EPOLLIN, {.u32 = i}};
        made += epoll_ctl(poll, EPOLL_CTL_ADD, eventfd(1, 0), &event) == 0;
    }
    printf("%d %d\n", made == MANY, epoll_wait(poll, found, 3, 0));
    int count = epoll_wait(poll, found, MANY + 100, -1);
    for (int i = 0; i < count; i++)
        sum += found[i].data.u32;
    printf("%d %d\n", count == made, sum == MANY * (MANY - 1) / 2);
}
