"""Path arguments as the host's calls get them, so that the host finds what is wrong first."""

from __future__ import annotations

from errno import EFAULT

from ..exec import hostcall, paths
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW, PATH_MAX
from ..exec.errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.hostcall import Word
    from ..exec.thread import Thread
    from .args import StringPtr

_TOO_LONG = b"x" * PATH_MAX


def given(pointer: StringPtr) -> Word:
    """The string for the host; for one out of reach or too long, something that is so there."""
    if not pointer:
        return None
    try:
        return pointer.read()
    except LinuxError as error:
        return hostcall.INVALID if error.errno == EFAULT else _TOO_LONG


def existing(t: Thread, dirfd: int, pointer: StringPtr, flags: int = 0) -> Word:
    """The name of a file that is there, by the rules of exec.paths; `flags` are AT_ ones."""
    name = given(pointer)
    if not isinstance(name, bytes):
        return name
    if flags & AT_SYMLINK_NOFOLLOW:
        return paths.host_path(t, dirfd, name)
    return paths.follow(t, dirfd, name)
