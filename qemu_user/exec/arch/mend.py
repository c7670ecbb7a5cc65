"""What an architecture wants replaced in the engine's library."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Mend:
    """Functions of the engine's library to be made right before it is used; see `engine_mend`."""

    def __init__(
        self,
        *,
        symbol: str,
        machine: str,
        before: int,
        size: int,
        checksum: int = 0,
        after: int = 0,
        distances: Mapping[int, int] | None = None,
        spared: tuple[int, ...] = (),
        pieces: Mapping[int, tuple[bytes, bytes]] | None = None,
        pointers: Mapping[int, tuple[int, int]] | None = None,
        required: bool = True,
    ) -> None:
        self.symbol = symbol  # a function among them, by which they are found
        self.machine = machine  # the host whose code this is
        self.before = before  # bytes from their beginning to it
        self.size = size  # bytes of code
        # As distributed: it as a number modulo `straight.PRIME`; 0: `pieces` tell
        self.checksum = checksum
        self.after = after  # and with everything replaced
        self.distances = distances or {}  # from the CPU state: as they are, as they must be
        self.spared = spared  # places where the same bytes are something else
        self.pieces = pieces or {}  # place -> code as distributed, and as it must be
        # place -> what a pointer points to as distributed, and must, in bytes from the symbol on
        self.pointers = pointers or {}
        self.required = required  # without it the architecture can't run at all
