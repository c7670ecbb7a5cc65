"""uintr_register_handler's flags, by name for strace."""

from __future__ import annotations

from ..syscalls.kinds import Flags

UINTR_HANDLER_FLAG_WAITING_RECEIVER = 0x1000  # a sleep ends with EINTR: the receiver pays for it
UINTR_HANDLER_FLAG_WAITING_SENDER = 0x2000  # the same: the sender pays
UINTR_HANDLER_FLAG_WAITING_ANY = 0x3000

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    HandlerFlags: TypeAlias = int
else:

    class _HandlerFlags(Flags):
        """Flags whose names are in this module."""

        __slots__ = ()

        def generic(self) -> dict[str, int]:
            return {
                "UINTR_HANDLER_FLAG_WAITING_RECEIVER": UINTR_HANDLER_FLAG_WAITING_RECEIVER,
                "UINTR_HANDLER_FLAG_WAITING_SENDER": UINTR_HANDLER_FLAG_WAITING_SENDER,
            }

    HandlerFlags = _HandlerFlags("UINTR_HANDLER_FLAG_", "")
