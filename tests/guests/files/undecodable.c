// Names that are no UTF-8, of a directory that is listed and of the working directory.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    char path[] = "/tmp/guest-XXXXXX", name[] = "a\xff\xfe";
    mkdtemp(path);
    chdir(path);
    mkdir(name, 0700);
    close(open("a\xff\xfe/maps", O_CREAT | O_WRONLY, 0600));
    int fd = open(name, O_RDONLY | O_DIRECTORY);
    DIR *directory = fdopendir(fd);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            puts(entry->d_name);
    printf("%d\n", openat(fd, "maps", O_RDONLY) >= 0);
    chdir(name);
    printf("%d\n", open("maps", O_RDONLY) >= 0);
    char now[200];
    printf("%d\n", strcmp(strrchr(getcwd(now, sizeof now), '/') + 1, name));
    unlink("maps");
    chdir(path);
    rmdir(name);
    rmdir(path);
}
