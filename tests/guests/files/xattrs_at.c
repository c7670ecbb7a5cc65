// getxattrat, setxattrat, listxattrat, removexattrat.
// arch: x86_64
#include "guest.h"
struct args {
    uint64_t value;
    uint32_t size, flags;
    uint64_t more;
};
#define SET(name, a, size) syscall(463, AT_FDCWD, file, 0, name, a, size)
#define GET(name, a, size) syscall(464, AT_FDCWD, file, 0, name, a, size)
int main(void)
{
    char file[40], text[64] = "value", list[64] = "";
    struct args a = {(uintptr_t)text, 5, 0, 0};
    sprintf(file, "xattr-%d", getpid());
    int fd = open(file, O_RDWR | O_CREAT, 0600);
    TRY(SET("user.one", &a, 16));
    TRY(SET("user.one", &a, 24));
    TRY(SET("user.one", &a, 8));
    TRY(SET("user.one", &a, 5000));
    TRY(SET("user.one", 16, 16));
    a.more = 1;
    TRY(SET("user.one", &a, 24));
    a.flags = 1;
    TRY(SET("user.one", &a, 16));
    a.flags = 0;
    a.value = 16;
    TRY(SET("user.one", &a, 16));
    TRY(GET("user.one", &a, 16));
    a.value = (uintptr_t)text;
    memset(text, '.', 63);
    TRY(GET("user.one", &a, 16));
    printf("%.6s\n", text);
    a.size = 0;
    TRY(GET("user.one", &a, 16));
    a.size = 2;
    TRY(GET("user.one", &a, 16));
    TRY(GET("user.two", &a, 16));
    TRY(syscall(464, fd, "", 0x1000, "user.one", &a, 16));
    TRY(syscall(465, AT_FDCWD, file, 0, list, 64));
    TRY(syscall(465, AT_FDCWD, file, 0, list, 3));
    TRY(syscall(465, AT_FDCWD, file, 0, NULL, 0));
    puts(list);
    TRY(syscall(466, AT_FDCWD, file, 0, "user.one"));
    TRY(syscall(466, AT_FDCWD, file, 0, "user.one"));
    TRY(syscall(466, AT_FDCWD, file, 4, "user.one"));
    unlink(file);
    return 0;
}
