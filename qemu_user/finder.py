"""Imports this package's modules from where they must be, instead of looking for them.

A start imports about a hundred of them, and looking costs as much as loading.
"""

from __future__ import annotations

import os
import sys
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType, ModuleType

    from _typeshed import ReadableBuffer as Buffer
else:  # importlib itself imports warnings
    from _frozen_importlib import ModuleSpec
    from _frozen_importlib_external import SourceFileLoader

_HEADER = 16  # bytes: magic number, flags, and of the source its time and size (PEP 552)
_MASK = 0xFFFFFFFF
_LARGEST = 1 << 16  # bytes that are read at once; few modules have more
# importlib.util's, which costs more to import than is saved here.
_MAGIC: bytes = vars(sys.modules[SourceFileLoader.__module__])["MAGIC_NUMBER"]
_PREFIX = f"{__package__}."
_TAG = f".{sys.implementation.cache_tag}.pyc"


class _Loader(SourceFileLoader):
    """Takes compiled code that is up to date; leaves all else to Python's loader."""

    cached: str
    source: os.stat_result

    def exec_module(self, module: ModuleType) -> None:
        """Python's; again with more descriptors, for the guest may have used up its own."""
        try:
            super().exec_module(module)
        except (OSError, ImportError):
            from .exec.hostcall import with_room

            with_room(lambda: super(_Loader, self).exec_module(module))

    def get_code(self, fullname: str) -> CodeType | None:
        try:
            fd = os.open(self.cached, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return super().get_code(fullname)
        try:
            data = os.read(fd, _LARGEST)
        finally:
            os.close(fd)
        source = self.source
        wanted = (0, int(source.st_mtime) & _MASK, source.st_size & _MASK)
        header = _MAGIC + b"".join(n.to_bytes(4, "little") for n in wanted)
        if len(data) == _LARGEST or data[:_HEADER] != header:
            return super().get_code(fullname)
        try:
            code: CodeType = loads(memoryview(data)[_HEADER:])
        except (EOFError, ValueError, TypeError):
            _forget(self.cached)
            return super().get_code(fullname)
        return code

    def set_data(self, path: str, data: Buffer, *, _mode: int = 0o666) -> None:
        """Python's own keeps what a full disk or the guest's RLIMIT_FSIZE has cut short."""
        super().set_data(path, data, _mode=_mode)
        try:
            whole = os.stat(path).st_size == len(memoryview(data))
        except OSError:
            return
        if not whole:
            _forget(path)


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # not ours to repair; it is compiled again each time


class _Finder:
    """Knows that a module of this package is a file in its parent's directory."""

    @staticmethod
    def find_spec(
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG004
    ) -> ModuleSpec | None:
        if not path or not name.startswith(_PREFIX):
            return None
        directory, module = path[0], name.rpartition(".")[2]
        file = f"{directory}/{module}.py"
        try:
            source = os.stat(file)
        except OSError:
            return None  # a package, or nothing
        loader = _Loader(name, file)
        loader.source = source
        loader.cached = f"{directory}/__pycache__/{module}{_TAG}"
        spec = ModuleSpec(name, loader, origin=file)
        spec.has_location = True
        spec.cached = loader.cached
        return spec


def install() -> None:
    """Use it from now on, where Python keeps compiled modules as it does by default."""
    ordinary = sys.pycache_prefix is None and not sys.flags.optimize
    if ordinary and type(__spec__ and __spec__.loader) is SourceFileLoader:
        sys.meta_path.insert(0, _Finder)
