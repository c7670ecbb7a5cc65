/* A first message that opens the connection waits for it where the socket does. */
#include "../guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

static void open_with(const struct sockaddr_in *to, int flags, const char *what)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int sent = sendto(fd, "hello", 5, flags, (const void *)to, sizeof *to);

    printf("%s: %d%s\n", what, sent, sent < 0 && errno == EINPROGRESS ? " in progress" : "");
    if (sent < 0 && errno != EINPROGRESS)
        printf("%s\n", strerror(errno));
    close(fd);
}

int main(void)
{
    struct sockaddr_in to = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof to;
    char data[8] = "";
    int server = socket(AF_INET, SOCK_STREAM, 0), at;

    SHOW(bind(server, (void *)&to, size));
    SHOW(getsockname(server, (void *)&to, &size));
    open_with(&to, MSG_FASTOPEN, "nobody listens");
    SHOW(listen(server, 4));
    open_with(&to, MSG_FASTOPEN, "blocking");
    at = accept(server, NULL, NULL);
    SHOW((int)read(at, data, sizeof data));
    printf("%s\n", data);
    return 0;
}
