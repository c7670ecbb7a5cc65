"""docs/architectures.md, written from what the tests found out.

`python -m tests.architectures RESULTS.xml` reads what --junitxml left (`make architectures`
runs the tests and this). Nothing about an architecture is typed here: a gap is a test that is
expected to fail, with its reason, and fails the suite once it passes.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from qemu_user.exec import arch as architectures
from tests import debian, programs

DOCUMENT = programs.ROOT / "docs" / "architectures.md"
GROUPS = {
    "threads": ("threads", "ipc"),
    "signals": ("signals", "time"),
    "faults": ("errors", "smc", "limits"),
    "files, memory": ("files", "memory", "terminals"),
    "processes": ("processes", "ptrace"),
    "arithmetic": ("basics", "floats"),
}
HEAD = """# Architectures

Written by `make architectures` from the results of the tests. A cell says how many of the guest
programs in `tests/guests` print what they print natively (or under qemu-user), of how many that
could be compiled; what is missing to the total is named under "Known gaps". "Debian" counts the
cases of `tests/test_debian.py` with the distribution's own dynamically linked programs, "processor"
those of `tests/test_cpu_contract.py`: exact faults, exceptions, privilege, interrupts, contexts.

"""


class Outcome(NamedTuple):
    """How one test ended for one architecture."""

    arch: str
    group: str  # a family of guests, "debian" or "processor"
    name: str
    libc: str
    result: str  # "passed", "failed", "skipped", "xfailed"
    reason: str


def _result(case: ET.Element) -> tuple[str, str]:
    for child in case:
        if child.tag in ("failure", "error"):
            return "failed", child.get("message", "")
        if child.tag == "skipped":
            expected = child.get("type") == "pytest.xfail"
            return "xfailed" if expected else "skipped", child.get("message", "")
    return "passed", ""


def _where(module: str, words: str) -> tuple[str, str, str, str] | None:
    """Architecture, group, test and C library of a test's parameters."""
    if module == "test_guests" and (found := re.fullmatch(r"(\w+)/([\w.]+)-(\w+)-(\w+)", words)):
        family, name, arch, libc = found.groups()
        return arch, family, f"{family}/{name}", libc
    if module == "test_debian" and (found := re.fullmatch(r"(.+)-(\w+)", words)):
        name, port = found.groups()
        return debian.PORTS.get(port, port), "debian", name, port
    if module == "test_cpu_contract":
        arch = next((word for word in words.split("-") if word in architectures.NAMES), "")
        return (arch, "processor", words, "") if arch else None
    return None


def outcomes(path: Path) -> Iterator[Outcome]:
    """What the tests of architectures in a file of pytest's --junitxml found."""
    for case in ET.parse(path).iter("testcase"):
        module = case.get("classname", "").rpartition(".")[2]
        found = re.fullmatch(r"\w+\[(.*)\]", case.get("name", ""), re.DOTALL)
        where = _where(module, found[1]) if found else None
        if where is not None:
            arch, group, name, libc = where
            yield Outcome(arch, group, name, libc, *_result(case))


def _cell(found: list[Outcome]) -> str:
    count = Counter(one.result for one in found)
    ran = count["passed"] + count["failed"] + count["xfailed"]
    return f"{count['passed']}/{ran}" if ran else "-"


def _row(name: str, found: list[Outcome]) -> list[str]:
    arch = architectures.load(name)
    groups = [[one for one in found if one.group in families] for families in GROUPS.values()]
    order = "little" if arch.model.order == "<" else "big"
    return [
        name,
        f"{arch.elf_machine}, {8 * arch.model.word}, {order}",
        ", ".join(arch.cpus),
        *(_cell([one for one in found if one.libc == libc]) for libc in programs.LIBCS),
        *(_cell([one for one in found if one.group == group]) for group in ("debian", "processor")),
        *map(_cell, groups),
    ]


def _gaps(found: list[Outcome]) -> list[str]:
    reasons: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if one.result == "xfailed":
            reasons[one.reason].add(one.name)
        elif one.result == "failed":
            reasons["FAILED when this was written"].add(one.name)
    return [f"- {reason}: {', '.join(sorted(reasons[reason]))}" for reason in sorted(reasons)]


def document(found: list[Outcome]) -> str:
    """The text of docs/architectures.md."""
    titles = ["guest", "ELF machine, bits, byte order", "CPU models", *programs.LIBCS, "Debian"]
    titles += ["processor", *GROUPS]
    of = {name: [one for one in found if one.arch == name] for name in architectures.NAMES}
    lines = [titles, ["---"] * 3 + ["---:"] * (len(titles) - 3)]
    lines += [_row(name, of[name]) for name in architectures.NAMES]
    text = HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text += "\n`-cpu help` tells more about the models.\n\n## Known gaps\n"
    for name in architectures.NAMES:
        gaps = _gaps(of[name])
        notes = [f"- {note}" for note in architectures.load(name).notes]
        text += (
            f"\n### {name}\n\n" + "\n".join([*notes, *gaps] or ["None that a test knows."]) + "\n"
        )
    return text


def main() -> None:
    """Write the document."""
    found = list(outcomes(Path(sys.argv[1])))
    if not found:
        sys.exit(f"{sys.argv[1]} has no results of architectures")
    DOCUMENT.write_text(document(found))


if __name__ == "__main__":
    main()
