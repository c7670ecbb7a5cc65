"""Random numbers."""

from __future__ import annotations

from errno import EFAULT, EINVAL

from ..exec import hostcall
from ..exec.abi.system import GRND_INSECURE, GRND_NONBLOCK, GRND_RANDOM
from ..exec.errors import LinuxError
from .args import GrndFlags, OutBuf
from .pointers import MAX_RW_COUNT
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_BLOCK = 64  # bytes of a BLAKE2b digest


class SeededRandom:
    """The bytes that `-seed` makes reproducible: digests of the seed and a counter."""

    def __init__(self, seed: int) -> None:
        from hashlib import blake2b

        self._digest = blake2b
        self._key = seed.to_bytes(16, "little", signed=True)
        self._count = 0
        self._left = b""

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        parts = [self._left]
        have = len(self._left)
        while have < size:
            block = self._digest(self._count.to_bytes(8, "little"), key=self._key).digest()
            self._count += 1
            parts.append(block)
            have += _BLOCK
        data = b"".join(parts)
        self._left = data[size:]
        return data[:size]


def _seeded(t: Thread) -> SeededRandom | None:
    seed = t.process.options.seed
    if seed is None:
        return None
    kept = t.process.kept
    if SeededRandom not in kept:
        kept[SeededRandom] = SeededRandom(seed)
    found: SeededRandom = kept[SeededRandom]
    return found


@syscall
def getrandom(t: Thread, buf: OutBuf, flags: GrndFlags) -> int:
    both = GRND_RANDOM | GRND_INSECURE
    if flags & ~(GRND_NONBLOCK | both) or flags & both == both:
        raise LinuxError(EINVAL)
    if hostcall.bad(t, buf.addr, min(buf.size, MAX_RW_COUNT)) == hostcall.BEYOND:
        raise LinuxError(EFAULT)
    seeded = _seeded(t)
    done = 0
    for view in buf.views():
        if seeded is not None:
            view[:] = seeded.take(len(view))
            done += len(view)
            continue
        done += hostcall.call("getrandom", hostcall.address(view), len(view), flags)
    if buf.size and not done:
        raise LinuxError(EFAULT)
    return done
