"""Writes the vDSO images of the architectures that a <name>_vdso module describes, or <base>_vdso.

    python -m qemu_user.exec.arch.vdso [--check]

The assembler is keystone; where it is not installed nothing can be checked.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from pathlib import Path

from ..abi.numbers import call_numbers
from ..abi.vdso import Source, build
from . import NAMES, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OUTPUT = Path(__file__).parent / "images"


def image(name: str, source: Source) -> bytes:
    """The image that the source of the architecture `name` makes."""
    keystone: Any = import_module("keystone")
    arch = load(name)
    kind, modes = source.assembler
    mode = sum(getattr(keystone, f"KS_MODE_{mode}") for mode in modes)
    assembler: Any = keystone.Ks(getattr(keystone, f"KS_ARCH_{kind}"), mode) if kind else None

    def assemble(text: str) -> bytes:
        data: bytes = assembler.asm(text, 0, True)[0]
        return data

    return build(source, arch.elf_machine, arch.model, call_numbers(name), assemble)


def sources() -> dict[str, Source]:
    """The sources there are, by the architecture's name."""
    found = {}
    for arch in filter(lambda arch: arch.vdso, map(load, NAMES)):
        own = (Path(__file__).parent / f"{arch.name}_vdso.py").exists()
        module = f".{arch.name if own else arch.base}_vdso"
        found[arch.name] = import_module(module, __package__).VDSO
    return found


def main(arguments: list[str]) -> int:
    """Write the images, or with --check say which are not what their sources make."""
    if importlib.util.find_spec("keystone") is None:
        print("vdso: keystone is not installed", file=sys.stderr)
        return 0 if arguments == ["--check"] else 1
    made = {f"{name}.so": image(name, source) for name, source in sources().items()}
    present = {path.name for path in OUTPUT.glob("*.so")}
    stale = [n for n in made if n not in present or (OUTPUT / n).read_bytes() != made[n]]
    stale += sorted(present - made.keys())
    if arguments == ["--check"]:
        for name in stale:
            print(f"{OUTPUT / name} is not what its source makes", file=sys.stderr)
        return 1 if stale else 0
    OUTPUT.mkdir(exist_ok=True)
    for name in present - made.keys():
        (OUTPUT / name).unlink()
    for name, data in made.items():
        (OUTPUT / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
