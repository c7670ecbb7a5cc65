"""What an instruction-set or kernel extension may add; the core does not know which ones exist."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .thread import Thread


class Extension:
    """Every hook as a method that does nothing; a process holds one instance of each extension."""

    name = ""
    cpuinfo_flags: tuple[str, ...] = ()

    def syscall(self, t: Thread, number: int, words: Sequence[int]) -> Any:
        """The Bound for a number that is used for the first time; None leaves it to the kernel's.

        Asked again at the next use only while nobody knows the number.
        """
        return None

    def execute(self, t: Thread, code: bytes) -> int | None:
        """An instruction the engine refused, at PC; `code` holds up to 15 bytes of it.

        Returns its length when it was executed, 0 when PC has been set, None when it is not ours.
        """
        return None

    def identify(
        self, leaf: int, subleaf: int, answer: tuple[int, int, int, int]
    ) -> tuple[int, int, int, int]:
        """Edit what the guest reads of the CPU's identity (x86 CPUID: EAX, EBX, ECX, EDX)."""
        return answer

    def before_user(self, t: Thread) -> None:
        """`t` is about to run guest code, signals have been delivered; may change registers."""

    def interrupts(self, t: Thread) -> bool:
        """A sleep of `t` shall end as if by a signal, and its call fail with EINTR."""
        return False

    def thread_start(self, t: Thread, parent: Thread) -> None:
        """`t` was cloned by `parent` in the same process."""

    def thread_exit(self, t: Thread) -> None: ...

    def forking(self, t: Thread) -> None:
        """`t` is about to fork; in the parent."""

    def forked(self, t: Thread) -> None:
        """In a forked child, whose only thread is `t`."""

    def exec(self, t: Thread) -> None:
        """The address space is about to be replaced; `t` is the only thread left."""
