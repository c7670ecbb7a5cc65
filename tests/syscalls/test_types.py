"""What mypy catches in a system call's function."""

from __future__ import annotations

from pathlib import Path

import pytest

GOOD = """\
from __future__ import annotations

from qemu_user.exec.abi.clocks import Itimerval, Timespec
from qemu_user.exec.thread import Thread
from qemu_user.syscalls.args import Path, Fd, In, Int, Out, OutBuf
from qemu_user.syscalls.syscall import syscall


@syscall
def right(t: Thread, fd: Fd, a: In[Timespec], b: Out[Timespec], c: Out[Int], d: OutBuf) -> int:
    b.write(a.read())
    c.write(a.read().tv_sec)
    return sum(map(len, d.views())) + fd


@syscall(name="left", note="partial")
def other(t: Thread, a: In[Timespec], b: Out[Timespec], name: Path) -> int:
    {line}
    return 0
"""


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("b.write(a.read())", ""),
        ("a.write(Timespec())", '"In[Timespec]" has no attribute "write"'),
        ("b.read()", '"Out[Timespec]" has no attribute "read"'),
        ("b.write(Itimerval())", 'incompatible type "Itimerval"'),
        ("name.encode()", '"bytes" has no attribute "encode"'),
        ("right(t, 1)", "Missing positional arguments"),
        ('right(t, "1", a, b, Out, b)', 'incompatible type "str"; expected "int"'),
    ],
)
def test_a_wrong_use_is_a_type_error(line: str, complaint: str, tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    source = tmp_path / "family.py"
    source.write_text(GOOD.replace("{line}", line))
    out, err, status = api.run(["--strict", "--follow-imports=silent", str(source)])
    assert err == ""
    if complaint:
        assert status == 1
        assert complaint in out
    else:
        assert status == 0, out
