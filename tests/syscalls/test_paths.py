"""What the guest sees of itself under /proc, and that it sees nothing of the emulator."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import Result

ARCHES = pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
LISTING = r"""
#include "guest.h"
#include <dirent.h>
static void list(const char *name)
{
    DIR *d = opendir(name);
    struct dirent *e;
    MUST(d);
    while ((e = readdir(d)))
        if (e->d_name[0] != '.')
            printf("%s ", e->d_name);
    puts("");
    closedir(d);
}
static void *second(void *unused) { list("/proc/self/task"); return NULL; }
"""


def run(
    build_c: Callable[..., Path],
    run_ours: Callable[..., Result],
    body: str,
    *args: str,
    arch: str = "x86_64",
    options: tuple[str, ...] = (),
) -> Result:
    """The output of a main function with this body."""
    text = f"{LISTING}int main(int argc, char **argv)\n{{\n{body}\nreturn 0;\n}}\n"
    result = run_ours(build_c(text, arch), *args, options=options)
    assert result.status == 0, result
    return result


@ARCHES
def test_descriptors_of_the_emulator_do_not_exist(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], arch: str
) -> None:
    body = r"""
    char b[100]; struct stat st; int dead = 0;
    sleep_ms(1);
    list("/proc/self/fd");
    for (int fd = 900; fd < 1024; fd++)
        dead += fcntl(fd, F_GETFD) < 0 && errno == EBADF && close(fd) < 0 && errno == EBADF
            && fstat(fd, &st) < 0 && errno == EBADF && read(fd, b, 1) < 0 && errno == EBADF
            && (sprintf(b, "/proc/self/fd/%d", fd), readlink(b, b, 100)) < 0 && errno == ENOENT;
    printf("%d\n", dead);
    MUST(syscall(SYS_close_range, 3, -1, 0) == 0);
    sleep_ms(1);
    raise(SIGCHLD);
    puts("alive");
    """
    lines = run(build_c, run_ours, body, arch=arch).text.splitlines()
    assert lines[0].split() == ["0", "1", "2", "3"]
    assert lines[1:] == ["124", "alive"]


@ARCHES
def test_threads_are_the_guests(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], arch: str
) -> None:
    body = r"""
    pthread_t t;
    printf("%d\n", getpid());
    list("/proc/self/task");
    MUST(pthread_create(&t, NULL, second, NULL) == 0);
    pthread_join(t, NULL);
    """
    pid, alone, both = run(build_c, run_ours, body, arch=arch).text.splitlines()
    assert alone.split() == [pid]
    assert pid in both.split()
    assert len(both.split()) == 2


@ARCHES
def test_program_and_arguments(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], arch: str
) -> None:
    body = r"""
    char b[4000]; int n, fd; struct stat mine, its;
    n = readlink("/proc/self/exe", b, sizeof b);
    printf("%.*s\n", n, b);
    MUST(stat("/proc/self/exe", &mine) == 0 && stat(argv[0], &its) == 0);
    SHOW(mine.st_ino == its.st_ino);
    MUST((fd = open("/proc/self/cmdline", O_RDONLY)) >= 0);
    n = read(fd, b, sizeof b);
    for (int i = 0; i < n; i++)
        if (!b[i])
            b[i] = '|';
    printf("%.*s\n", n, b);
    MUST((fd = open("/proc/self/comm", O_RDONLY)) >= 0);
    n = read(fd, b, sizeof b);
    printf("%.*s", n, b);
    """
    result = run(build_c, run_ours, body, "one", "two words", arch=arch)
    path, same, arguments, comm = result.text.splitlines()
    assert same == "mine.st_ino == its.st_ino: 1"
    assert arguments == f"{path}|one|two words|"
    assert comm == os.path.basename(path)[:15]


@ARCHES
def test_memory_as_a_file(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], arch: str
) -> None:
    body = r"""
    static const int fixed = 1;
    volatile int here = 2; int fd, got;
    MUST((fd = open("/proc/self/mem", O_RDWR)) >= 0);
    TRY(pread(fd, &got, 4, (long)&here)); SHOW(got);
    TRY(pwrite(fd, &(int){3}, 4, (long)&here)); SHOW(here);
    TRY(pwrite(fd, &(int){4}, 4, (long)&fixed)); SHOW(*(volatile const int *)&fixed);
    TRY(pread(fd, &got, 4, 16));
    MUST(lseek(fd, (long)&here, SEEK_SET) == (long)&here);
    TRY(read(fd, &got, 4)); SHOW(got);
    """
    assert run(build_c, run_ours, body, arch=arch).text.splitlines() == [
        "pread(fd, &got, 4, (long)&here) = 4",
        "got: 2",
        "pwrite(fd, &(int){3}, 4, (long)&here) = 4",
        "here: 3",
        "pwrite(fd, &(int){4}, 4, (long)&fixed) = 4",
        "*(volatile const int *)&fixed: 4",
        "pread(fd, &got, 4, 16) = -1 EIO",
        "read(fd, &got, 4) = 4",
        "got: 3",
    ]


def test_sysroot_comes_first(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("from the prefix\n")
    body = r"""
    char b[100]; int n, fd;
    MUST((fd = open("/etc/hostname", O_RDONLY)) >= 0);
    n = read(fd, b, sizeof b);
    printf("%.*s", n, b);
    TRY(access("/etc/passwd", R_OK));
    TRY(access("/etc/absent", F_OK));
    """
    result = run(build_c, run_ours, body, options=("-L", str(root)))
    assert result.text.splitlines() == [
        "from the prefix",
        'access("/etc/passwd", R_OK) = 0',
        'access("/etc/absent", F_OK) = -1 ENOENT',
    ]


def test_directories_of_the_sysroot_are_completed_by_the_hosts(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("from the prefix\n")
    (tmp_path / "here").write_text("")
    body = rf"""
    struct stat at;
    int fd, etc;
    char b[100];
    MUST((fd = open("/", O_PATH | O_DIRECTORY)) >= 0);
    TRY(fstatat(fd, "etc/hostname", &at, 0));
    TRY(fstatat(fd, "{str(tmp_path)[1:]}/here", &at, AT_SYMLINK_NOFOLLOW));
    TRY(faccessat(fd, "etc/absent", F_OK, 0));
    MUST((etc = openat(fd, "etc", O_RDONLY | O_DIRECTORY)) >= 0);
    TRY(faccessat(etc, "passwd", R_OK, 0));
    TRY(readlinkat(fd, "proc/self/nothing", b, sizeof b));
    MUST(chdir("/etc") == 0);
    TRY(access("hostname", F_OK));
    TRY(access("passwd", F_OK));
    TRY(access("absent", F_OK));
    MUST((fd = open("{tmp_path}", O_RDONLY)) >= 0);
    TRY(faccessat(fd, "etc/passwd", F_OK, 0));
    TRY(faccessat(-1, "passwd", F_OK, 0));
    """
    options = ("-L", os.path.relpath(root))
    result = run(build_c, run_ours, body, options=options)
    found = [line.rpartition(" = ")[2] for line in result.text.splitlines()]
    wanted = ["0", "0", "-1 ENOENT", "0", "-1 ENOENT", "0", "0", "-1 ENOENT", "-1 ENOENT"]
    assert found == [*wanted, "-1 EBADF"]


def test_seed_makes_getrandom_repeat(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    body = r"""
    unsigned char b[100];
    for (int i = 0; i < 2; i++) {
        MUST(syscall(SYS_getrandom, b, 100, 0) == 100);
        for (int j = 0; j < 100; j++)
            printf("%02x", b[j]);
        puts("");
    }
    """
    first, again, other, free = (
        run(build_c, run_ours, body, options=options).text.splitlines()
        for options in (("-seed", "7"), ("-seed", "7"), ("-seed", "8"), ())
    )
    assert first == again
    assert len({*first, *other, *free}) == 6


def test_working_directories_have_the_hosts_names(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "etc" / "own").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("from the prefix\n")
    (root / "etc" / "own" / "file").write_text("")
    body = r"""
    char b[4096];
    MUST(chdir("/") == 0);
    MUST(getcwd(b, sizeof b)); puts(b);
    MUST(chdir("etc") == 0);
    MUST(getcwd(b, sizeof b)); puts(b);
    TRY(access("own/file", F_OK));
    TRY(access("../etc/own/file", F_OK));
    TRY(access("../../etc/own", F_OK));
    TRY(access("passwd", F_OK));
    MUST(chdir("..") == 0);
    MUST(getcwd(b, sizeof b)); puts(b);
    TRY(access("../here", F_OK));
    TRY(access("etc/own/file", F_OK));
    TRY(chdir("etc/own"));
    TRY(access("file", F_OK));
    TRY(access("../own/file", F_OK));
    """
    (tmp_path / "here").write_text("")
    result = run(build_c, run_ours, body, options=("-L", str(root)))
    found = [line.rpartition(" = ")[2] for line in result.text.splitlines()]
    wanted = ["/", "/etc", "0", "0", "0", "0", "/", "-1 ENOENT", "0", "0", "0", "0"]
    assert found == wanted
