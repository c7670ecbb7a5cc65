"""Seccomp: a thread's mode and filters, and what they say of a call (man 2 seccomp)."""

from __future__ import annotations

from . import bpf
from .abi import processes as abi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .arch import Arch
    from .bpf import Instruction

SIZE = 64  # of struct seccomp_data
_NR, _ARCH, _IP, _ARGS = 0, 4, 8, 16  # offsets in it
_MAX_PATH = 1 << 15  # instructions in all filters of a thread
_FILTER_COST = 4  # that each counts beside its own
_STRICT = frozenset(("read", "write", "exit", "rt_sigreturn", "sigreturn"))
_ADDRESSES = ("ip() & 0xFFFFFFFF", "ip() >> 32 & 0xFFFFFFFF")


class _Depends(Exception):
    """A filter looks at more than the call's number."""


class _Unknown:
    """In place of arguments that a verdict must not depend on."""

    def __getitem__(self, index: int) -> int:
        raise _Depends

    def __call__(self) -> int:
        raise _Depends


_UNKNOWN = _Unknown()


class Filter:
    """One program, as a function of the number, AUDIT_ARCH_*, PC (when asked) and arguments."""

    __slots__ = ("logs", "program", "run")

    def __init__(self, program: Sequence[Instruction], arch: Arch, *, logs: bool) -> None:
        """Takes a program that `bpf.check` took."""
        self.program = tuple(program)
        self.logs = logs  # SECCOMP_FILTER_FLAG_LOG
        high = int(arch.model.order == ">")  # which of two words is the more significant one

        def load(offset: int) -> str:
            if offset in (_NR, _ARCH):
                return "arch" if offset else "nr"
            second = (offset // 4 & 1) ^ high
            if offset < _ARGS:
                return _ADDRESSES[second]
            shift = " >> 32" if second else ""
            return f"w[{(offset - _ARGS) // 8}]{shift} & 0xFFFFFFFF"

        self.run: Callable[..., int] = bpf.compiled(self.program, SIZE, "nr, arch, ip, w", load)


class Seccomp:
    """The state of one or more threads; it does not change."""

    __slots__ = ("_known", "filters", "mode")

    def __init__(self, mode: int, filters: tuple[Filter, ...] = ()) -> None:
        self.mode = mode
        self.filters = filters  # the latest first
        self._known: dict[tuple[int, int], int | None] = {}

    def and_filter(self, new: Filter) -> Seccomp:
        """The state with one more filter."""
        return Seccomp(abi.SECCOMP_MODE_FILTER, (new, *self.filters))

    @property
    def full(self) -> bool:
        """There are more instructions than one thread may have."""
        return sum(len(f.program) + _FILTER_COST for f in self.filters) > _MAX_PATH

    def descends_from(self, other: Seccomp | None) -> bool:
        """The other's filters are among this one's, as the oldest."""
        if other is None:
            return True
        count = len(other.filters)
        return other.mode == abi.SECCOMP_MODE_FILTER and self.filters[-count:] == other.filters

    def allows(self, number: int, arch: Arch) -> bool:
        """The call may be made whatever its arguments are."""
        key = number, arch.audit
        if key not in self._known:
            try:
                self._known[key] = self.verdict(number, arch, _UNKNOWN, _UNKNOWN)
            except _Depends:
                self._known[key] = None
        return self._known[key] == abi.SECCOMP_RET_ALLOW

    def verdict(
        self,
        number: int,
        arch: Arch,
        pc: Callable[[], int],
        words: Sequence[int] | _Unknown,
    ) -> int:
        """The SECCOMP_RET_* that takes precedence, with its 16 bits of data."""
        if self.mode == abi.SECCOMP_MODE_STRICT:
            return self._strictly(number, arch)
        found = abi.SECCOMP_RET_ALLOW
        for each in self.filters:
            value = each.run(number & 0xFFFFFFFF, arch.audit, pc, words)
            if _rank(value) < _rank(found):
                found = value
        return found

    @staticmethod
    def _strictly(number: int, arch: Arch) -> int:
        from .abi.numbers import call_numbers

        numbers = call_numbers(arch.name)
        allowed = any(numbers.get(name) == number for name in _STRICT)
        return abi.SECCOMP_RET_ALLOW if allowed else abi.SECCOMP_RET_KILL_THREAD


def _rank(value: int) -> int:
    """The action as the signed number by which the kernel compares."""
    action = value & abi.SECCOMP_RET_ACTION_FULL
    return action - (1 << 32) if action >> 31 else action
