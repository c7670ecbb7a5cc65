"""Modules that will be needed when the files of Python may be out of reach.

Families of system calls are imported when the first of them is made. After chroot(2) and its
relatives, or a change of identity where only the former user may read them, that would be too late.
"""

from __future__ import annotations

import os
import sys

_GENERATORS = frozenset(("__main__", "compiler", "regenerate", "tables"))
_PACKAGE = __name__.partition(".")[0]
_complete: list[bool] = []  # whether all is imported


def prepare_for(uid: int) -> None:
    """Import what may be needed, unless a user will be able to read it as well."""
    if _complete or uid in (os.geteuid(), 0xFFFFFFFF):
        return
    if not all(map(_readable, (__file__, os.__file__))):
        import_all()


def _readable(path: str) -> bool:
    """Whether anyone may read a file and the directories that it is in."""
    path = os.path.realpath(path)
    while path != "/":
        try:
            if not os.stat(path).st_mode & 0o004:
                return False
        except PermissionError:
            return False
        path = os.path.dirname(path)
    return True


def import_all() -> None:
    """Import all that the packages in use have, and what functions of theirs import later."""
    if _complete:  # the files may be out of reach by now
        return
    _complete.append(True)
    __import__("hashlib")
    __import__("traceback")
    for name, package in sorted(sys.modules.items()):
        parent, _, _ = name.rpartition(".")
        if parent == _PACKAGE and package.__file__ and hasattr(package, "__path__"):
            _import_package(name, os.path.dirname(package.__file__))


def _import_package(name: str, directory: str) -> None:
    for file in sorted(os.listdir(directory)):
        module, _, kind = file.partition(".")
        if kind == "py" and module not in _GENERATORS:
            __import__(f"{name}.{module}")
        elif os.path.exists(os.path.join(directory, file, "__init__.py")):
            _import_package(f"{name}.{file}", os.path.join(directory, file))
