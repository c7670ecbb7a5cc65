"""Reads numbers out of the kernel's user headers, for regenerate.py.

The headers in question are flat lists of `#define`, so no preprocessor is needed.
"""

from __future__ import annotations

import re
from pathlib import Path

_DEFINE = re.compile(r"^#\s*define[ \t]+(\w+)[ \t]+([^\n]*?)[ \t]*(?:/\*[^\n]*)?$", re.MULTILINE)
_LINE = re.compile(
    r"^#\s*(?:(include)\s*<([\w/.-]+)>|(undef)\s+(\w+)"
    r"|(define)[ \t]+(\w+)[ \t]+([^\n]*?)[ \t]*(?:/\*.*)?$)",
    re.MULTILINE,
)


def version(root: Path) -> str:
    """The kernel's version, "6.1.4"."""
    text = (root / "any-linux-any" / "linux" / "version.h").read_text()
    found = re.search(r"LINUX_VERSION_CODE\s+(\d+)", text)
    if found is None:
        raise SystemExit(f"{root}: linux/version.h has no LINUX_VERSION_CODE")
    code = int(found[1])
    return f"{code >> 16}.{code >> 8 & 255}.{code & 255}"


def base_of(text: str, name: str, header: str) -> int:
    """The value of the macro `name` nearest above the inclusion of `header`."""
    above = text[: text.index(f"<asm/{header}>")]
    return _value(re.findall(rf"#\s*define\s+{name}\s+(\w+)", above)[-1], {})


def prefixed(text: str, prefix: str, known: dict[str, int]) -> dict[str, int]:
    """Names without `prefix` and their values, in order; `known` gives the macros they add to."""
    space = dict(known)
    found: dict[str, int] = {}
    for name, value in _DEFINE.findall(text):
        if name.startswith(prefix):
            number = _number(value, space)
            if number is not None:
                found[name.removeprefix(prefix)] = space[name] = number
    return found


def macros(root: Path, cpu: str, header: str, pattern: str) -> dict[str, int]:
    """Macros that match `pattern` in a header and what it includes, for one CPU."""
    found: dict[str, int] = {}
    _collect(root, cpu, header, re.compile(pattern), found)
    return found


def _collect(
    root: Path, cpu: str, header: str, pattern: re.Pattern[str], found: dict[str, int]
) -> None:
    places = [root / f"{cpu}-linux-any" / header, root / "any-linux-any" / header]
    text = next(place for place in places if place.exists()).read_text()
    for line in _LINE.finditer(text):
        if line[1] and line[2].startswith(("asm/", "asm-generic/")):
            _collect(root, cpu, line[2], pattern, found)
        elif line[3]:
            found.pop(line[4], None)
        elif line[5] and pattern.fullmatch(line[6]):
            number = _number(line[7], found)
            if number is not None:
                found[line[6]] = number


def _number(text: str, space: dict[str, int]) -> int | None:
    """The value of `12`, `0x1`, `NAME` or `(NAME + 12)`; None for anything else."""
    sides = text.strip("() \t").split("+")
    try:
        return sum(_value(side.strip(), space) for side in sides)
    except (KeyError, ValueError):
        return None


def _value(word: str, space: dict[str, int]) -> int:
    if word in space:
        return space[word]
    word = word.rstrip("uUlL")
    return int(word, 8) if re.fullmatch("0[0-7]+", word) else int(word, 0)
