// What is no regular file is not executed: EACCES, a socket too, which open(2) calls ENXIO.
#include "guest.h"
#include <sys/sysmacros.h>
int main(void)
{
    char *none[] = {"x", NULL}, directory[] = "/tmp/exec-XXXXXX";
    MUST(mkdtemp(directory) && chdir(directory) == 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(bind(s, (void *)&name, sizeof name) == 0 && mkfifo("fifo", 0777) == 0);
    MUST(mkdir("directory", 0777) == 0);
    chmod("socket", 0777);
    TRY(execve("socket", none, none + 1));
    TRY(execve("fifo", none, none + 1));
    TRY(execve("directory", none, none + 1));
    TRY(execve("/dev/null", none, none + 1));
    TRY(execve("socket/x", none, none + 1));
    unlink("socket");
    unlink("fifo");
    rmdir("directory");
    rmdir(directory);
    return 0;
}
