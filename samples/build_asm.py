"""Builds an assembly sample into a static ELF with nothing but the Keystone assembler.

    python samples/build_asm.py samples/asm/hello.s build/samples/hello

A source has a text part and, after a line `.data`, a data part. Each goes to a segment of its own
(text R+X, data R+W) at a fixed address. In the text a data label stands for its address and
`sizeof_LABEL` for the bytes up to the next label. Execution starts at the first instruction.
A first line `# arch: aarch64` chooses the machine; x86_64 in AT&T syntax is the default.
"""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import keystone

TEXT = 0x401000
DATA = 0x402000
PAGE = 0x1000
EM_X86_64 = 62
EM_AARCH64 = 183
PF_X, PF_W, PF_R = 1, 2, 4


class AsmError(Exception):
    """The source cannot be assembled; the message names file and reason."""


def machine_of(source: str) -> str:
    """The `arch:` of the first comment lines, x86_64 without one."""
    found = re.search(r"^(?:#|//) arch: (\w+)$", source, re.MULTILINE)
    return found[1] if found else "x86_64"


def assembler(machine: str) -> keystone.Ks:
    """A Keystone assembler for the machine."""
    if machine == "aarch64":
        return keystone.Ks(keystone.KS_ARCH_ARM64, keystone.KS_MODE_LITTLE_ENDIAN)
    ks = keystone.Ks(keystone.KS_ARCH_X86, keystone.KS_MODE_64)
    ks.syntax = keystone.KS_OPT_SYNTAX_ATT
    return ks


def without_comments(source: str) -> str:
    """The source with `#` and `//` comment lines and trailing `# …` comments removed."""
    lines = (re.sub(r"(^|\s)(#|//)\s.*$", "", line).rstrip() for line in source.splitlines())
    return "\n".join(line for line in lines if line.strip())


def plain_numbers(text: str) -> str:
    """Decimal numbers outside strings in hexadecimal, which Keystone's AT&T syntax assumes."""
    parts = re.split(r'("[^"]*")', text)
    parts[::2] = [re.sub(r"(?<![\w.])\d+\b", lambda n: hex(int(n[0])), p) for p in parts[::2]]
    return "".join(parts)


def assemble(ks: keystone.Ks, text: str, address: int) -> bytes:
    """The machine code of text at address."""
    if not text.strip():
        return b""
    try:
        code, _ = ks.asm(plain_numbers(text), address, as_bytes=True)
    except keystone.KsError as error:
        raise AsmError(f"{error} after {error.get_asm_count()} statements") from None
    return bytes(code or b"")


def assemble_data(ks: keystone.Ks, data: str) -> tuple[bytes, dict[str, int]]:
    """The bytes of the data part, and what its labels and their sizeof_ names stand for."""
    out = b""
    symbols: dict[str, int] = {}
    for name, body in re.findall(r"^(\w+):(.*?)(?=^\w+:|\Z)", data, re.MULTILINE | re.DOTALL):
        out += bytes(-len(out) % 16)
        chunk = assemble(ks, body, DATA + len(out))
        symbols[name] = DATA + len(out)
        symbols[f"sizeof_{name}"] = len(chunk)
        out += chunk
    return out, symbols


def elf(machine: str, text: bytes, data: bytes) -> bytes:
    """A static executable with the two segments (ELF specification, gABI chapters 4 and 5)."""
    number = EM_AARCH64 if machine == "aarch64" else EM_X86_64
    segments = [(PF_R | PF_X, TEXT, text)] + ([(PF_R | PF_W, DATA, data)] if data else [])
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01", 2, number, 1, TEXT, 64, 0, 0, 64, 56, len(segments), 64, 0, 0,
    )  # fmt: skip
    body = b""
    for flags, address, content in segments:
        offset = address - TEXT + PAGE
        size = len(content)
        header += struct.pack("<IIQQQQQQ", 1, flags, offset, address, address, size, size, PAGE)
        body += bytes(offset - PAGE - len(body)) + content
    return header + bytes(PAGE - len(header)) + body


def build(source: Path, output: Path) -> None:
    """Assembles source into the executable output; raises AsmError."""
    content = source.read_text()
    machine = machine_of(content)
    text, _, data = without_comments(content).partition("\n.data\n")
    ks = assembler(machine)
    try:
        content_of_data, symbols = assemble_data(ks, data)
        known = re.compile(r"\b(" + "|".join(symbols) + r")\b") if symbols else None
        if known:
            text = known.sub(lambda found: hex(symbols[found[0]]), text)
        code = assemble(ks, text, TEXT)
    except AsmError as error:
        raise AsmError(f"{source}: {error}") from None
    if len(code) > DATA - TEXT:
        raise AsmError(f"{source}: more than {DATA - TEXT} bytes of code")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(elf(machine, code, content_of_data))
    output.chmod(0o755)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]))
    except AsmError as problem:
        sys.exit(str(problem))
