"""32-bit SPARC (V8), whose programs run on 64-bit processors."""

from __future__ import annotations

from .sparc32plus import make

_NOTES = (
    "the processor is one of V9: reading PSR is an illegal instruction, not a privileged one",
    "LEON's CASA costs a trap, and between processes it is not atomic",
)
ARCH = make("sparc", 2, "sparc", _NOTES)  # EM_SPARC
