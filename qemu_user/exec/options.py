"""What the user asked for, as the command line or an embedding program says it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Options:
    """Settings of a run; the attributes' names follow the command line's."""

    def __init__(self) -> None:
        self.sysroot: bytes | None = None  # -L
        self.stack_size = 8 << 20  # -s, bytes
        self.cpu: str | None = None  # -cpu
        self.release: str | None = None  # -r
        self.seed: int | None = None  # -seed: reproducible AT_RANDOM and getrandom
        self.native: tuple[str, ...] = ()  # -native: globs of programs that the host runs
        self.log_items: tuple[str, ...] = ()  # -d
        self.log_file: str | None = None  # -D
        self.strace: str | None = None  # "qemu", "full" or "json"
        self.strace_settings: Any = None  # strace(1)'s own options
        self.extra: dict[str, str] = {}  # options of extensions, by name
        self.program_name = "qemu"  # how messages begin
