"""What surrounds a guest may be broken: closed stdio, full disks, scripts that name themselves."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs
from tests.programs import Result

DESCRIPTORS = r"""
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int open_at_start[3];
    for (int i = 0; i < 3; i++)
        open_at_start[i] = fcntl(i, F_GETFD) < 0 ? -errno : 1;
    int first = open("/dev/null", O_RDWR), written = write(2, "", 0) < 0 ? -errno : 0;
    int file = open(argv[1], O_WRONLY | O_CREAT, 0600);
    for (int i = 0; i < 3; i++)
        dprintf(file, "%d ", open_at_start[i]);
    dprintf(file, "%d %d %d\n", first, written, file);
    return 0;
}
"""
LIMITED = r"""
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void)
{
    struct rlimit limit = {100, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 50; i++)
        getppid();
    puts("not killed");
    return 0;
}
"""
EXECUTES = r"""
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    execv(argv[1], argv + 1);
    printf("%d\n", errno);
    return 0;
}
"""

DAEMON = """
#include <signal.h>
#include <unistd.h>

int main(void)
{
    if (!fork()) {
        alarm(60);
        for (int i = 0; i < 3; i++)
            close(i);
        pause();
    }
    return 0;
}
"""
ABORTS = """
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    close(2);
    if (open(argv[1], O_WRONLY | O_CREAT, 0600) == 2)
        abort();
    return 0;
}
"""
INTERRUPTED = """
import os, signal, sys
from qemu_user import cli
cli._open_engine = lambda: os.kill(os.getpid(), signal.SIGINT)
sys.argv[1:] = ["/bin/true"]
cli.main()
"""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_stdio_is_closed_for_the_guest(
    build_c: Callable[..., Path], tmp_path: Path, closed: str
) -> None:
    program = build_c(DESCRIPTORS)
    said = []
    for command in ([], [sys.executable, "-m", "qemu_user"]):
        place = tmp_path / "said"
        words = [*command, str(program), str(place)]
        environment = {**os.environ, "PYTHONPATH": str(programs.ROOT)}
        shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *words]
        done = subprocess.run(shell, env=environment, timeout=programs.TIMEOUT, check=False)
        assert done.returncode == 0
        said.append(place.read_text())
        place.unlink()
    assert said[0] == said[1]


def test_a_daemon_lets_go_of_stderr(build_c: Callable[..., Path]) -> None:
    words = [sys.executable, "-m", "qemu_user", build_c(DAEMON)]
    environment = {**os.environ, "PYTHONPATH": str(programs.ROOT)}
    starter = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    try:
        said = starter.communicate(timeout=50)  # until the daemon closed its descriptors
        os.killpg(starter.pid, 0)  # which still runs
    finally:
        programs.kill_group(starter)
    assert said == (b"", b"")


def test_a_report_does_not_go_to_the_guests_file(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    assert run_ours(build_c(ABORTS), str(file)).status == -signal.SIGABRT
    assert file.read_bytes() == b""


def test_an_interrupt_at_the_start_ends_without_a_word() -> None:
    result = programs.run(
        [sys.executable, "-c", INTERRUPTED], env={**os.environ, "PYTHONPATH": str(programs.ROOT)}
    )
    assert (result.status, result.out, result.err) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("option", ["-strace", "-strace=full", "-strace=json"])
def test_a_full_disk_under_the_log_is_told_once(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], option: str
) -> None:
    result = run_ours(build_c(LIMITED), options=[option, "-D", "/dev/full"])
    assert result.text == "not killed\n"
    assert result.status == 0
    assert result.err == b"qemu: cannot write the log: No space left on device\n"


def test_the_guests_limit_is_not_the_logs(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    result = run_ours(build_c(LIMITED), options=["-strace", "-D", str(log)])
    assert (result.status, result.text, result.err) == (0, "not killed\n", b"")
    lines = log.read_text().splitlines()
    assert sum("getppid" in line for line in lines) == 50
    assert "exit_group" in lines[-1]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100


def test_scripts_may_name_scripts_for_some_time(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path
) -> None:
    program = build_c(EXECUTES)
    interpreter = Path("/bin/true")
    chain = []
    for depth in range(7):
        script = tmp_path / f"{depth}.sh"
        script.write_text(f"#!{interpreter}\n")
        script.chmod(0o755)
        chain.append(script)
        interpreter = script
    chain[0].with_name("own.sh").write_text(f"#!{tmp_path / 'own.sh'}\n")
    (tmp_path / "own.sh").chmod(0o755)
    for script in (*chain[3:], tmp_path / "own.sh"):
        native = programs.run([program, script])
        ours = run_ours(program, str(script))
        assert (ours.status, ours.text) == (native.status, native.text), script
