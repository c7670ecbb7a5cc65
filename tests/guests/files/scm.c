// reference: own
// A file descriptor and credentials over a Unix socket.
#include "guest.h"
int main(void)
{
    int s[2], p[2], on = 1;
    char b[8], ctl[256];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && pipe(p) == 0);
    TRY(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    union {
        char c[CMSG_SPACE(sizeof(int))];
        struct cmsghdr h;
    } u = {0};
    struct iovec v = {"m", 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = u.c, .msg_controllen = sizeof u.c};
    u.h.cmsg_level = SOL_SOCKET;
    u.h.cmsg_type = SCM_RIGHTS;
    u.h.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&u.h), &p[1], sizeof(int));
    TRY(sendmsg(s[0], &m, 0));
    int bad = 99;
    memcpy(CMSG_DATA(&u.h), &bad, sizeof bad);
    TRY(sendmsg(s[0], &m, 0));
    struct iovec in = {b, 8};
    struct msghdr r = {
        .msg_iov = &in, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof ctl};
    TRY(recvmsg(s[1], &r, MSG_CMSG_CLOEXEC));
    SHOW(r.msg_flags & ~MSG_CMSG_CLOEXEC);
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&r); h; h = CMSG_NXTHDR(&r, h)) {
        printf("type %d length %ld\n", h->cmsg_type, (long)h->cmsg_len);
        if (h->cmsg_type == SCM_RIGHTS) {
            int fd;
            memcpy(&fd, CMSG_DATA(h), sizeof fd);
            SHOW(fd);
            SHOW(fcntl(fd, F_GETFD));
            TRY(write(fd, "through", 7));
            TRY(read(p[0], b, 8));
        } else {
            struct ucred c;
            memcpy(&c, CMSG_DATA(h), sizeof c);
            SHOW(c.pid == getpid());
            SHOW(c.uid == getuid());
        }
    }
    return 0;
}
