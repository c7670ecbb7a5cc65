"""Descriptor tables of 32-bit x86: each thread's GDT and the process's LDT (SDM volume 3, 3.4)."""

from __future__ import annotations

from errno import EINVAL, ENOSYS, ESRCH

from ..abi.layout import U32, Addr, CStruct, Int, ULong
from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread

CS, DS = 0x23, 0x2B
BASE = (1 << 32) + 4096  # Arch.system_base
_GDT_SIZE = 128  # bytes: the sixteen entries that an x86-64 kernel has
_GDTS = 8192  # as many threads can have one of their own
_LDT_AT = _GDT_SIZE * _GDTS
_LDT_ENTRIES = 8192
SYSTEM_SIZE = _LDT_AT + 8 * _LDT_ENTRIES
_CODE32, _DATA, _CODE64 = 0x00CFFB000000FFFF, 0x00CFF3000000FFFF, 0x00AFFB000000FFFF
_FIRST_TLS, _TLS = 12, 3  # GDT_ENTRY_TLS_MIN, GDT_ENTRY_TLS_ENTRIES
_LIMIT = _GDT_SIZE - 1
SELECTORS = ("ds", "es", "fs", "gs")


class UserDesc(CStruct):
    """struct user_desc (man 2 set_thread_area)."""

    entry_number: U32
    base_addr: U32
    limit: U32
    flags: U32


_SEG_32BIT, _CONTENTS_AT, _READ_EXEC_ONLY, _IN_PAGES = 1, 1, 8, 16
_NOT_PRESENT, _USEABLE = 32, 64
_EMPTY_FLAGS = _READ_EXEC_ONLY | _NOT_PRESENT


class _Gdt:
    """The number of a thread's own GDT, in `Thread.ext`."""

    __slots__ = ("slot",)

    def __init__(self, slot: int) -> None:
        self.slot = slot


def table_register(base: int, limit: int) -> int:
    """GDTR or LDTR as the engine takes it: selector, base, limit, flags."""
    return base << 64 | limit << 128


START = {
    "gdtr": table_register(BASE, _LIMIT),
    "ldtr": table_register(BASE + _LDT_AT, 8 * _LDT_ENTRIES - 1),  # zeros are no descriptors
}


def begin(t: Thread) -> None:
    """Tables of a program that begins: the kernel's flat segments and nothing else."""
    system = t.memory.system
    system[:_GDT_SIZE] = bytes(_GDT_SIZE)
    system[_LDT_AT : _LDT_AT + 8 * _LDT_ENTRIES] = bytes(8 * _LDT_ENTRIES)
    for entry, value in ((CS >> 3, _CODE32), (DS >> 3, _DATA), ((DS >> 3) + 1, _CODE64)):
        system[8 * entry : 8 * entry + 8] = value.to_bytes(8, "little")
    t.ext[_Gdt] = _Gdt(0)


def new_thread(parent: Thread, child: Thread) -> None:
    """A GDT for the new thread, a copy of its parent's."""
    used = {other.ext[_Gdt].slot for other in parent.process.threads.values() if _Gdt in other.ext}
    slot = next(n for n in range(_GDTS) if n not in used)
    child.ext[_Gdt] = _Gdt(slot)
    system, old = parent.memory.system, parent.ext[_Gdt].slot
    system[_GDT_SIZE * slot : _GDT_SIZE * (slot + 1)] = system[
        _GDT_SIZE * old : _GDT_SIZE * (old + 1)
    ].tobytes()
    parent.cpu.write("gdtr", table_register(BASE + _GDT_SIZE * slot, _LIMIT))


def tls(t: Thread, addr: int) -> Callable[[Thread], None]:
    """CLONE_SETTLS: the descriptor at `addr`; EFAULT, EINVAL."""
    desc = t.memory.load(addr, UserDesc)
    _check(desc)
    _check_entry(desc.entry_number)
    return lambda child: _set_entry(child, desc, desc.entry_number)


def set_thread_area(t: Thread, u_info: Addr) -> int:
    """Man 2 set_thread_area."""
    desc = t.memory.load(u_info, UserDesc)
    entry = desc.entry_number
    if entry == 0xFFFFFFFF:
        entry = _free_entry(t)
        desc.entry_number = entry
        _check(desc)
        t.memory.store(u_info, desc)
    _set_entry(t, desc, entry)
    return 0


def get_thread_area(t: Thread, u_info: Addr) -> int:
    """Man 2 get_thread_area."""
    entry = t.memory.load(u_info, UserDesc).entry_number
    _check_entry(entry)
    at = _place(t, entry)
    desc = _decode(int.from_bytes(t.memory.system[at : at + 8], "little"))
    desc.entry_number = entry
    t.memory.store(u_info, desc)
    return 0


def _place(t: Thread, entry: int) -> int:
    return int(_GDT_SIZE * t.ext[_Gdt].slot + 8 * entry)


def _free_entry(t: Thread) -> int:
    for entry in range(_FIRST_TLS, _FIRST_TLS + _TLS):
        at = _place(t, entry)
        if not any(t.memory.system[at : at + 8]):
            return entry
    raise LinuxError(ESRCH)


def _check_entry(entry: int) -> None:
    if not _FIRST_TLS <= entry < _FIRST_TLS + _TLS:
        raise LinuxError(EINVAL)


def _is_empty(desc: UserDesc) -> bool:
    """LDT_empty and LDT_zero: what stands for "no descriptor"."""
    return desc.base_addr == desc.limit == 0 and desc.flags & 0x7F in (0, _EMPTY_FLAGS)


def _check(desc: UserDesc) -> None:
    """EINVAL for what tls_desc_okay of Linux refuses: 16-bit, not present, call gates."""
    if _is_empty(desc):
        return
    contents = desc.flags >> _CONTENTS_AT & 3
    if not desc.flags & _SEG_32BIT or contents > 1 or desc.flags & _NOT_PRESENT:
        raise LinuxError(EINVAL)


def _set_entry(t: Thread, desc: UserDesc, entry: int) -> None:
    _check(desc)
    _check_entry(entry)
    at = _place(t, entry)
    value = 0 if _is_empty(desc) else _encode(desc)
    t.memory.system[at : at + 8] = value.to_bytes(8, "little")
    _reload(t, entry << 3 | 3)


def tls_entries(t: Thread) -> bytes:
    """The thread's descriptors as NT_386_TLS has them."""
    entries = []
    for entry in range(_FIRST_TLS, _FIRST_TLS + _TLS):
        at = _place(t, entry)
        desc = _decode(int.from_bytes(t.memory.system[at : at + 8], "little"))
        desc.entry_number = entry
        entries.append(desc.pack(t.arch.model))
    return b"".join(entries)


def set_tls_entries(t: Thread, data: bytes) -> None:
    """Set them; EINVAL for what set_thread_area refuses."""
    size = UserDesc.size(t.arch.model)
    for index in range(_TLS):
        desc = UserDesc.unpack_from(t.arch.model, data, index * size)
        _set_entry(t, desc, _FIRST_TLS + index)


def _reload(t: Thread, selector: int) -> None:
    """Registers that hold the selector show the new descriptor."""
    for name in SELECTORS:
        if t.cpu.read(name) == selector:
            load(t, name, selector)


def load(t: Thread, name: str, selector: int) -> None:
    """Set a segment register; one whose descriptor can't be used becomes null, as on sigreturn."""
    t.cpu.write(name, selector)
    if t.cpu.read(name) != selector:
        t.cpu.write(name, 0)


def _encode(desc: UserDesc) -> int:
    """The descriptor (SDM volume 3, figure 3-8), marked as accessed."""
    flags = desc.flags
    kind = (0 if flags & _READ_EXEC_ONLY else 2) | (flags >> _CONTENTS_AT & 3) << 2 | 1
    access = kind | 0x10 | 3 << 5 | (0 if flags & _NOT_PRESENT else 0x80)
    more = bool(flags & _USEABLE) | (flags & _SEG_32BIT) << 2 | (8 if flags & _IN_PAGES else 0)
    value = desc.limit & 0xFFFF | (desc.base_addr & 0xFFFFFF) << 16 | access << 40
    return value | (desc.limit >> 16 & 0xF) << 48 | more << 52 | (desc.base_addr >> 24) << 56


def _decode(value: int) -> UserDesc:
    access, more = value >> 40 & 0xFF, value >> 52 & 0xF
    base = value >> 16 & 0xFFFFFF | value >> 56 << 24
    flags = (more >> 2 & 1) | (access >> 2 & 3) << _CONTENTS_AT
    flags |= 0 if access & 2 else _READ_EXEC_ONLY
    flags |= (_IN_PAGES if more & 8 else 0) | (0 if access & 0x80 else _NOT_PRESENT)
    flags |= _USEABLE if more & 1 else 0
    return UserDesc(base_addr=base, limit=value & 0xFFFF | (value >> 48 & 0xF) << 16, flags=flags)


def modify_ldt(t: Thread, func: Int, ptr: Addr, bytecount: ULong) -> int:
    """Man 2 modify_ldt."""
    if func == 0:
        return _read_ldt(t, ptr, bytecount)
    if func == 2:
        size = min(bytecount, 5 * 8)  # the default LDT of old kernels: all zeros
        t.memory.write(ptr, bytes(size))
        return int(size)
    if func not in (1, 0x11):
        raise LinuxError(ENOSYS)
    if bytecount != UserDesc.size(t.arch.model):
        raise LinuxError(EINVAL)
    desc = t.memory.load(ptr, UserDesc)
    _write_ldt(t, desc, old=func == 1)
    return 0


def _read_ldt(t: Thread, ptr: int, size: int) -> int:
    table = t.memory.system[_LDT_AT : _LDT_AT + 8 * _LDT_ENTRIES].tobytes()
    used = -(-len(table.rstrip(b"\0")) // 8) * 8
    size = min(size, 8 * _LDT_ENTRIES)
    if not used:
        return 0
    t.memory.write(ptr, table[:used][:size].ljust(size, b"\0"))
    return size


def _write_ldt(t: Thread, desc: UserDesc, *, old: bool) -> None:
    if desc.entry_number >= _LDT_ENTRIES:
        raise LinuxError(EINVAL)
    if desc.flags >> _CONTENTS_AT & 3 == 3 and (old or not desc.flags & _NOT_PRESENT):
        raise LinuxError(EINVAL)
    empty = old and desc.base_addr == desc.limit == 0
    flags = desc.flags & ~_USEABLE if old else desc.flags
    clears = not old and _is_empty(desc)
    desc.flags = flags
    value = 0 if empty or clears else _encode(desc)
    at = _LDT_AT + 8 * desc.entry_number
    t.memory.system[at : at + 8] = value.to_bytes(8, "little")
    _reload(t, desc.entry_number << 3 | 7)
