"""What the host's processor has, asked without /proc, which takes longer."""

from __future__ import annotations

import ctypes
import mmap
import os

MACHINE = "x86_64"  # the host whose code this is
# (words): CPUID's ECX of leaf 1, EBX and ECX of leaf 7, EAX of its subleaf 1, and XCR0.
SOURCE = """
        push rbx
        mov eax, 1
        xor ecx, ecx
        cpuid
        mov dword ptr [rdi], ecx
        mov r8d, ecx
        mov eax, 7
        xor ecx, ecx
        cpuid
        mov dword ptr [rdi + 4], ebx
        mov dword ptr [rdi + 8], ecx
        mov eax, 7
        mov ecx, 1
        cpuid
        mov dword ptr [rdi + 12], eax
        xor eax, eax
        bt r8d, 27
        jae done
        xor ecx, ecx
        xgetbv
    done:
        mov dword ptr [rdi + 16], eax
        pop rbx
        ret
"""
CODE = bytes.fromhex(
    "53b80100000031c90fa2890f4189c8b80700000031c90fa2895f04894f08b807"
    "000000b9010000000fa289470c31c0410fbae01b730531c90f01d08947105bc3"
)


def words() -> tuple[int, ...]:
    """These five; () where the host is another one, or forbids machine code of one's own."""
    if os.uname().machine != MACHINE:
        return ()
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    page[: len(CODE)] = CODE
    place = ctypes.addressof(ctypes.c_char.from_buffer(page))
    readable = ctypes.c_int(mmap.PROT_READ | mmap.PROT_EXEC)
    size = ctypes.c_size_t(mmap.PAGESIZE)
    if ctypes.CDLL(None).mprotect(ctypes.c_void_p(place), size, readable):
        return ()
    found = (ctypes.c_uint32 * 5)()
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(place)(found)
    return tuple(found)
