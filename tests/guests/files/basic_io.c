#include "guest.h"
int main(void)
{
    char b[64]; struct stat st;
    enter_scratch();
    int fd = open("file", O_CREAT | O_EXCL | O_RDWR, 0640); MUST(fd >= 0);
    TRY(open("file", O_CREAT | O_EXCL | O_RDWR, 0640));
    TRY(write(fd, "0123456789", 10)); TRY(lseek(fd, 2, SEEK_SET)); TRY(read(fd, b, 4)); printf("%.4s\n", b);
    TRY(lseek(fd, -3, SEEK_END)); TRY(read(fd, b, 64)); TRY(read(fd, b, 64)); TRY(lseek(fd, 0, SEEK_CUR));
    TRY(lseek(fd, -20, SEEK_CUR)); TRY(lseek(fd, 0, 99)); TRY(pread(fd, b, 3, 5)); printf("%.3s\n", b);
    TRY(pwrite(fd, "ABC", 3, 20)); TRY(fstat(fd, &st)); SHOW(st.st_size); SHOW(st.st_mode & 0777); SHOW(S_ISREG(st.st_mode));
    SHOW(st.st_nlink); SHOW(st.st_uid == getuid()); SHOW(st.st_blksize > 0); SHOW(st.st_ino > 0);
    TRY(pread(fd, b, 10, 12)); SHOW(b[0] + b[7]); SHOW(b[8]);
    TRY(pread(fd, b, 1, -1)); TRY(ftruncate(fd, 5)); TRY(truncate("file", 4)); TRY(truncate("file", -1));
    TRY(stat("file", &st)); SHOW(st.st_size);
    TRY(fsync(fd)); TRY(fdatasync(fd)); TRY(fchmod(fd, 0600)); TRY(chmod("file", 0400)); TRY(fstat(fd, &st)); SHOW(st.st_mode & 0777);
    struct iovec v[3] = {{b, 2}, {b + 10, 0}, {b + 20, 30}};
    TRY(lseek(fd, 0, SEEK_SET)); TRY(readv(fd, v, 3)); printf("%.2s %.2s\n", b, b + 20);
    TRY(preadv(fd, v, 1, 2)); TRY(pwritev(fd, v, 1, 0)); TRY(readv(fd, v, -1)); TRY(readv(fd, v, 1025)); TRY(readv(fd, v, 0));
    TRY(close(fd)); TRY(close(fd)); TRY(read(fd, b, 1)); TRY(write(-1, b, 1)); TRY(fstat(fd, &st));
    fd = open("file", O_RDONLY); TRY(write(fd, b, 1)); TRY(ftruncate(fd, 0)); close(fd);
    fd = open("file2", O_CREAT | O_WRONLY | O_APPEND, 0600); TRY(read(fd, b, 1)); TRY(write(fd, "aa", 2)); TRY(lseek(fd, 0, SEEK_SET)); TRY(write(fd, "bb", 2));
    TRY(lseek(fd, 0, SEEK_CUR)); SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)); close(fd);
    TRY(open("absent", O_RDONLY)); TRY(open("file/x", O_RDONLY)); TRY(open(".", O_WRONLY)); TRY(open("", O_RDONLY));
    TRY(open("file", O_RDONLY | O_DIRECTORY));
    fd = open(".", O_RDONLY); TRY(read(fd, b, 1)); close(fd);
    TRY(access("file", R_OK)); TRY(access("absent", F_OK)); TRY(faccessat(AT_FDCWD, "file", F_OK, 0));
    TRY(unlink("file")); TRY(unlink("file")); TRY(unlink("file2"));
    leave_scratch();
    return 0;
}
