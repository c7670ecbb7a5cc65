"""CPython's own tests of what the kernel does pass under the emulator.

tests/cpython_failures.txt lists the tests that are known to fail, each with its reason. The list
may only shrink: a failure that is not in it fails here, and so does a test that is in it and
passes. What fails natively on this machine, too, is nobody's failure and is not counted.
"""

from __future__ import annotations

import platform
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import debian, programs

pytestmark = pytest.mark.slow

FAILURES = Path(__file__).with_name("cpython_failures.txt")
MODULES = {
    "amd64": (
        "test_subprocess", "test_signal", "test_socket", "test_threading", "test_os", "test_posix",
        "test_faulthandler", "test_tempfile", "test_time", "test_select", "test_mmap", "test_fcntl",
        "test_pty",
    ),
    "arm64": ("test_os", "test_posix", "test_select", "test_mmap", "test_fcntl", "test_pty"),
}  # fmt: skip
# One waits for ever, natively as well, where nobody serves the address of the machine itself;
# the other is most of test_subprocess once more.
LEFT_OUT = ("*VSOCKSocketStream*", "*ProcessTestCaseNoPoll*")
TIMEOUT = 420.0  # seconds, of a module; the longest takes a fifth of that
# In a mount namespace, $1 is the sysroot: its /usr, and all else as the emulator's guests see it.
OVER_USR = 'mount --bind "$1/usr" /usr && shift && exec /usr/bin/python3 "$@"'

Runner = Callable[[Sequence[str], Path], programs.Result]


def known_failures(arch: str, module: str) -> dict[str, str]:
    """The tests of a module that are known to fail on an architecture, with the reasons."""
    found = {}
    for line in FAILURES.read_text().splitlines():
        if line and not line.startswith("#"):
            where, test, reason = line.split(maxsplit=2)
            if where == arch and test.startswith(f"test.{module}."):
                found[test] = reason
    return found


def emulated(arch: str) -> Runner:
    """Runs the sysroot's Python under the emulator."""
    root = debian.sysroot(arch, "cpython")

    def run(words: Sequence[str], work: Path) -> programs.Result:
        return programs.run_ours(
            root / "usr" / "bin" / "python3", *words, options=["-L", str(root)],
            env=debian.ENVIRONMENT | {"HOME": str(work)}, cwd=work, timeout=TIMEOUT,
        )  # fmt: skip

    return run


def native(words: Sequence[str], work: Path) -> programs.Result:
    """Runs amd64's Python by the machine's own kernel."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", OVER_USR, "sh"]
    return programs.run(
        [*command, debian.sysroot("amd64", "cpython"), *words],
        env=debian.ENVIRONMENT | {"HOME": str(work), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        cwd=work,
        timeout=TIMEOUT,
    )


def results(run: Runner, module: str, work: Path, only: Sequence[str] = ()) -> dict[str, bool]:
    """Test id -> whether it passed, of a module or of `only` some tests; skipped ones are absent.

    Fails when the module does not run to its end.
    """
    report = work / "report.xml"
    report.unlink(missing_ok=True)
    words = ["-E", "-m", "test", "-v", "--junit-xml", str(report)]
    for pattern in LEFT_OUT:
        words += ["--ignore", pattern]
    for test in only:
        words += ["--match", test]
    try:
        done = run([*words, module], work)
    except programs.TimedOut as error:
        pytest.fail(f"{module} does not end: {error}")
    if not report.exists():
        pytest.fail(f"{module} ends with {done.status}:\n{(done.out + done.err)[-3000:].decode()}")
    found: dict[str, bool] = {}
    for case in ET.parse(report).iter("testcase"):
        if case.find("skipped") is None and case.get("result") == "completed":
            passed = case.find("failure") is None and case.find("error") is None
            found[case.attrib["name"]] = passed and found.get(case.attrib["name"], True)
    return found


def failing(found: dict[str, bool]) -> list[str]:
    """The tests that failed."""
    return [test for test, passed in found.items() if not passed]


def is_failure_here(module: str, tests: Sequence[str], work: Path) -> list[str]:
    """Those of `tests` that pass natively, as far as that can be found out."""
    if platform.machine() != "x86_64" or shutil.which("unshare") is None:
        return list(tests)
    try:
        found = results(native, module, work, tests)
    except pytest.fail.Exception:
        return list(tests)
    return [test for test in tests if found.get(test, True)]


@pytest.mark.parametrize(
    ("arch", "module"), [(arch, module) for arch, names in MODULES.items() for module in names]
)
def test_module(arch: str, module: str, tmp_path: Path) -> None:
    try:
        run = emulated(arch)
    except debian.Unavailable as reason:
        pytest.skip(str(reason))
    known = known_failures(arch, module)
    found = results(run, module, tmp_path)
    assert found, f"{module} has no tests"
    mended = [test for test in known if found.get(test)]
    assert not mended, f"these pass now; take them out of {FAILURES.name}: {mended}"
    failed = [test for test in failing(found) if test not in known]
    if failed:  # much of it is timed: once more, when there may be less to do for the machine
        failed = failing(results(run, module, tmp_path, failed))
    if failed:
        failed = is_failure_here(module, failed, tmp_path)
    assert not failed


def test_list_of_known_failures_names_what_is_run() -> None:
    lines = [n for n in FAILURES.read_text().splitlines() if n and not n.startswith("#")]
    listed = [
        test
        for arch, modules in MODULES.items()
        for module in modules
        for test in known_failures(arch, module)
    ]
    assert len(listed) == len(lines)
