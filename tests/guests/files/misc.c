#include "guest.h"
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/random.h>
int main(void)
{
    int p[2], q[2]; char b[64]; pipe(p); pipe(q);
    int m = memfd_create("name", MFD_CLOEXEC); SHOW(m >= 0); TRY(write(m, "0123456789", 10)); off_t o = 2; TRY(sendfile(p[1], m, &o, 5)); SHOW(o); TRY(read(p[0], b, 64)); TRY(sendfile(p[1], m, NULL, 5)); TRY(lseek(m, 4, SEEK_SET)); TRY(sendfile(p[1], m, NULL, 3)); TRY(lseek(m, 0, SEEK_CUR)); TRY(read(p[0], b, 64));
    TRY(write(p[1], "splice", 6)); TRY(syscall(SYS_tee, p[0], q[1], 6, 0)); TRY(read(q[0], b, 64)); TRY(splice(p[0], NULL, q[1], NULL, 6, 0)); TRY(read(q[0], b, 64)); printf("%.6s\n", b);
    off_t i = 0, j = 20; TRY(copy_file_range(m, &i, m, &j, 4, 0)); SHOW(i); SHOW(j); TRY(fallocate(m, 0, 0, 100)); struct stat st; fstat(m, &st); SHOW(st.st_size); TRY(posix_fadvise(m, 0, 0, POSIX_FADV_SEQUENTIAL)); TRY(fallocate(p[0], 0, 0, 1));
    struct statfs sf; TRY(fstatfs(m, &sf)); SHOW(sf.f_type == 0x01021994); SHOW(sf.f_bsize); TRY(statfs("/absent", &sf)); TRY(statfs("/proc", &sf)); SHOW(sf.f_type == 0x9fa0);
    struct statx sx; TRY(syscall(SYS_statx, m, "", AT_EMPTY_PATH, 0x7ff, &sx)); SHOW(sx.stx_size); SHOW(sx.stx_nlink); TRY(syscall(SYS_statx, AT_FDCWD, "absent", 0, 0x7ff, &sx)); TRY(syscall(SYS_statx, AT_FDCWD, "/", 0x40000000, 0x7ff, &sx));
    TRY(getrandom(b, 64, 0)); TRY(getrandom(b, 64, 0x100)); TRY(getrandom((void *)16, 8, 0));
    char l[300]; ssize_t n = readlink("/proc/self/exe", l, 299); SHOW(n > 0); l[n] = 0; SHOW(access(l, X_OK)); sprintf(b, "/proc/self/fd/%d", p[0]); n = readlink(b, l, 299); printf("%.6s\n", l);
    sprintf(b, "/proc/%d/comm", getpid()); int fd = open(b, O_RDONLY); SHOW(fd >= 0); close(fd); fd = open("/proc/self/cmdline", O_RDONLY); n = read(fd, l, 299); SHOW(n > 0 && l[n - 1] == 0); close(fd);
    fd = open("/dev/zero", O_RDONLY); b[0] = 1; TRY(read(fd, b, 8)); SHOW(b[0]); close(fd); fd = open("/dev/full", O_WRONLY); TRY(write(fd, b, 1)); fd = open("/dev/null", O_RDWR); TRY(write(fd, b, 9)); TRY(read(fd, b, 9));
    SHOW(isatty(fd)); sync(); TRY(fcntl(m, F_ADD_SEALS, F_SEAL_SHRINK)); m = memfd_create("s", MFD_ALLOW_SEALING); TRY(fcntl(m, F_ADD_SEALS, F_SEAL_WRITE)); TRY(write(m, b, 1)); TRY(fcntl(m, F_GET_SEALS));
    return 0;
}
