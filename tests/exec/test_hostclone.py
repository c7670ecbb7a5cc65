"""Forks that only clone3(2) can make."""

from __future__ import annotations

import sys

from tests import programs

CLONES = """
import mmap, os, sys, threading
from qemu_user.exec.abi.processes import CloneArgs
from qemu_user.exec.hostclone import clone

def spin():
    while True:
        pass

room = mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
room.madvise(mmap.MADV_NOHUGEPAGE)
for at in range(0, len(room), mmap.PAGESIZE):  # so that it takes long enough to be asked meanwhile
    room[at] = 1
sys.setswitchinterval(1e-6)
threading.Thread(target=spin, daemon=True).start()
for _ in range(20):
    pid = clone(CloneArgs(flags=0, exit_signal=0))
    if pid == 0:
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0x40000000)[1]))
"""


def test_a_child_runs_though_a_thread_of_the_parent_asked_for_the_interpreter() -> None:
    done = programs.run([sys.executable, "-c", CLONES])
    assert (done.status, done.text.split()) == (0, ["7"] * 20)
