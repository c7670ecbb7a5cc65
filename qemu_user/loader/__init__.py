"""Puts an ELF program into a new address space."""

from __future__ import annotations

from .errors import LoadError
from .image import Image, map_program
from .program import Program, inspect, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.process import Process

__all__ = ["Image", "LoadError", "Program", "inspect", "load", "map_program", "resolve"]


def load(process: Process, path: bytes, argv: list[bytes], envp: list[bytes]) -> Image:
    """Check and map the program a run begins with; LoadError if it is not the process's kind."""
    program = inspect(process.options, path)
    memory = process.memory
    memory.limit_stack(process.options.stack_size)
    process.image = map_program(memory, program, argv, envp, process.options.seed)
    image: Image = process.image
    return image
