#include "guest.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
int main(void)
{
    int p[2]; char b[8]; MUST(pipe(p) == 0);
    struct pollfd f[3] = {{p[0], POLLIN, 9}, {p[1], POLLOUT, 9}, {-1, POLLIN, 9}};
    TRY(poll(f, 3, 0)); SHOW(f[0].revents); SHOW(f[1].revents); SHOW(f[2].revents);
    write(p[1], "a", 1); TRY(poll(f, 1, 1000)); SHOW(f[0].revents);
    f[2].fd = 99; TRY(poll(f, 3, 1000)); SHOW(f[2].revents); read(p[0], b, 1);
    TRY(poll(f, 1, 20)); TRY(poll(NULL, 0, 10));
    fd_set r, w; FD_ZERO(&r); FD_ZERO(&w); FD_SET(p[0], &r); FD_SET(p[1], &w); struct timeval tv = {0, 10000};
    TRY(select(p[1] + 1, &r, &w, NULL, &tv)); SHOW(FD_ISSET(p[0], &r)); SHOW(FD_ISSET(p[1], &w));
    FD_ZERO(&r); FD_SET(p[0], &r); tv.tv_usec = 10000; TRY(select(p[0] + 1, &r, NULL, NULL, &tv)); SHOW(tv.tv_usec); FD_SET(60, &r); TRY(select(61, &r, NULL, NULL, &tv)); TRY(select(-1, NULL, NULL, NULL, &tv));
    int e = epoll_create1(EPOLL_CLOEXEC); struct epoll_event ev = {EPOLLIN, {.u64 = 77}}, out[4];
    TRY(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev)); TRY(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev)); TRY(epoll_wait(e, out, 4, 0)); write(p[1], "b", 1);
    TRY(epoll_wait(e, out, 4, 1000)); SHOW(out[0].data.u64); SHOW(out[0].events); ev.events = EPOLLIN | EPOLLONESHOT; TRY(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &ev));
    TRY(epoll_wait(e, out, 4, 1000)); TRY(epoll_wait(e, out, 4, 10)); TRY(epoll_ctl(e, EPOLL_CTL_DEL, p[0], NULL)); TRY(epoll_ctl(e, EPOLL_CTL_DEL, p[0], NULL)); TRY(epoll_wait(e, out, 0, 0)); TRY(epoll_ctl(e, 9, p[0], &ev)); TRY(epoll_ctl(e, EPOLL_CTL_ADD, e, &ev));
    int file = open("/proc/self/exe", O_RDONLY); TRY(epoll_ctl(e, EPOLL_CTL_ADD, file, &ev)); TRY(epoll_create1(1));
    int v = eventfd(3, EFD_NONBLOCK); uint64_t x; TRY(read(v, &x, 8)); SHOW(x); TRY(read(v, &x, 8)); x = 5; TRY(write(v, &x, 8)); TRY(write(v, &x, 4)); TRY(read(v, &x, 8)); SHOW(x); x = -1; TRY(write(v, &x, 8));
    v = eventfd(2, EFD_SEMAPHORE); TRY(read(v, &x, 8)); SHOW(x); f[0].fd = v; TRY(poll(f, 1, 0)); SHOW(f[0].revents);
    close(p[1]); read(p[0], b, 8); f[0].fd = p[0]; TRY(poll(f, 1, 0)); SHOW(f[0].revents);
    struct timespec ts = {0, 1000000}; sigset_t s; sigemptyset(&s); f[0].fd = -1; TRY(ppoll(f, 1, &ts, &s)); ts.tv_nsec = -1; TRY(ppoll(f, 1, &ts, &s));
    return 0;
}
