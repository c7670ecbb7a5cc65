"""Puts an ELF program into a new address space."""

from __future__ import annotations

from .errors import LoadError
from .image import Image, map_program
from .program import Program, inspect, resolve

__all__ = ["Image", "LoadError", "Program", "inspect", "map_program", "resolve"]
