"""The published generations of the Linux interface: their numbers, and what differs."""

from __future__ import annotations

MEMFD = "user-interrupts"  # name of the files behind UPIDs and tables, for who looks from outside


class Generation:
    """Consecutive system call numbers from `first`; `names` are functions of `module`."""

    __slots__ = ("first", "module", "name", "names", "thread_tables")

    def __init__(self, name: str, first: int, module: str, names: tuple[str, ...]) -> None:
        self.name = name
        self.first = first
        self.module = module
        self.names = names
        self.thread_tables = module == "rfc"  # each thread has its own UITT, nobody inherits one

    def numbers(self) -> dict[int, str]:
        """Number -> name without "uintr_"."""
        return dict(enumerate(self.names, self.first))


_RFC = (
    *("register_handler", "unregister_handler", "create_fd"),
    *("register_sender", "unregister_sender", "wait"),
)
_FINAL = (
    *("register_handler", "unregister_handler", "vector_fd", "register_sender"),
    *("unregister_sender", "wait", "register_self", "alt_stack", "ipi_fd"),
)

GENERATIONS = {
    g.name: g
    for g in (
        Generation("449", 449, "rfc", _RFC),
        Generation("450", 450, "rfc", _RFC),
        Generation("471-create-fd", 471, "rfc", _RFC),
        Generation("471", 471, "calls", _FINAL),
        Generation("480", 471, "calls", (*_FINAL, "set_timer")),
    )
}
AUTO = "auto"
NAMES = (AUTO, *GENERATIONS)
