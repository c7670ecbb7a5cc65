"""x87 and vector registers of x86 as signal frames and ptrace(2) have them: FXSAVE and XSAVE."""

from __future__ import annotations

from ..abi.layout import U16, U32, U64, Array, Bytes, CStruct, DataModel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Cpu
    from ..thread import Thread

_MAGIC1, _MAGIC2 = 0x46505853, 0x46505845
_XSTATE_SIZE = 512 + 64  # FXSAVE area and XSAVE header
_X87_AND_SSE, _AVX = 3, 4
_UPPER = 256  # bytes of the vectors' upper halves
_EMPTY = 3  # x87 tag of an unused register
_FP = ("fpcw", "fpsw", "fptag", "mxcsr", *(f"fp{n}" for n in range(8)))
_XMM = tuple(f"xmm{n}" for n in range(16))
_FRESH = (0x37F, 0, 0xFFFF, 0x1F80, *(0,) * 16)


class FpState(CStruct):
    """The FXSAVE image, with what Linux puts into its unused end, and the XSAVE header.

    In a frame the upper halves of the vector registers follow where they are in use, and magic2.
    """

    cwd: U16
    swd: U16
    twd: U16
    fop: U16
    rip: U64
    rdp: U64
    mxcsr: U32
    mxcsr_mask: U32
    st: bytes = Bytes(128)
    xmm: bytes = Bytes(256)
    reserved: bytes = Bytes(48)
    magic1: U32
    extended_size: U32
    xfeatures: U64
    xstate_size: U32
    padding: bytes = Bytes(28)
    header: tuple[int, ...] = Array(U64, 8)


def fp_state(cpu: Cpu) -> FpState:
    """The x87 and SSE registers as a signal frame and ptrace(2) show them."""
    cwd, swd, tags, mxcsr, *physical = cpu.bank(*_FP).get()
    top = swd >> 11 & 7
    stack = b"".join(physical[(top + n) & 7].to_bytes(16, "little") for n in range(8))
    used = sum(1 << n for n in range(8) if tags >> 2 * n & 3 != _EMPTY)
    return FpState(
        cwd=cwd,
        swd=swd,
        twd=used,
        mxcsr=mxcsr,
        mxcsr_mask=0xFFFF,
        st=stack,
        xmm=b"".join(value.to_bytes(16, "little") for value in cpu.bank(*_XMM).get()),
        magic1=_MAGIC1,
        extended_size=_XSTATE_SIZE + 4,
        xfeatures=_X87_AND_SSE,
        xstate_size=_XSTATE_SIZE,
        header=(_X87_AND_SSE, *(0,) * 7),
    )


def fp_image(cpu: Cpu, model: DataModel) -> bytes:
    """What a signal frame holds of these registers and of the vectors' upper halves."""
    state = fp_state(cpu)
    upper = b""
    if wide_vectors(cpu):
        upper = upper_halves(cpu)
        state.extended_size += len(upper)
        state.xstate_size += len(upper)
        state.xfeatures |= _AVX
        state.header = (_X87_AND_SSE | _AVX, *(0,) * 7)
    return state.pack(model) + upper + _MAGIC2.to_bytes(4, "little")


def clear_fp(cpu: Cpu) -> None:
    """Have the registers as a new program finds them, as the handler of a signal does."""
    cpu.bank(*_FP[:4], *_XMM).set(_FRESH)
    if wide_vectors(cpu):
        set_upper_halves(cpu, bytes(_UPPER))


def restore_image(t: Thread, at: int) -> None:
    """Set the registers from a frame; what it leaves out is as in a new program. EFAULT."""
    state = t.memory.load(at, FpState)
    upper = bytes(_UPPER)
    size = _XSTATE_SIZE + _UPPER
    if state.magic1 == _MAGIC1 and state.xstate_size == size and state.xfeatures & _AVX:
        whole = t.memory.read(at + _XSTATE_SIZE, _UPPER + 4)
        if int.from_bytes(whole[_UPPER:], "little") == _MAGIC2 and state.header[0] & _AVX:
            upper = whole[:_UPPER]
    restore_fp(t.cpu, state)
    if wide_vectors(t.cpu):
        set_upper_halves(t.cpu, upper)


_wide: list[Cpu] = []  # the processor that has vectors of 256 bits


def use_wide_vectors(cpu: Cpu) -> None:
    """From now on the upper halves of vector registers are part of the state."""
    _wide[:] = (cpu,)


def wide_vectors(cpu: Cpu) -> bool:
    """Whether upper halves of vector registers are in use."""
    return bool(_wide) and _wide[0] is cpu


def upper_halves(cpu: Cpu) -> bytes:
    """Bits 128 to 255 of all vector registers, as XSAVE lays them out."""
    return b"".join((cpu.read(f"ymm{n}") >> 128).to_bytes(16, "little") for n in range(16))


def set_upper_halves(cpu: Cpu, data: bytes) -> None:
    """Set them; the lower halves stay."""
    for n in range(16):
        half = int.from_bytes(data[16 * n : 16 * n + 16], "little")
        cpu.write(f"ymm{n}", half << 128 | cpu.read(f"xmm{n}"))


def restore_fp(cpu: Cpu, state: FpState) -> None:
    """Set the x87 and SSE registers."""
    top = state.swd >> 11 & 7
    images = [int.from_bytes(state.st[16 * n : 16 * n + 10], "little") for n in range(8)]
    physical = [images[(n - top) & 7] for n in range(8)]
    tags = sum(0 if state.twd >> n & 1 else _EMPTY << 2 * n for n in range(8))
    cpu.bank(*_FP).set((state.cwd, state.swd, tags, state.mxcsr & 0xFFFF, *physical))
    xmm = [int.from_bytes(state.xmm[16 * n : 16 * n + 16], "little") for n in range(16)]
    cpu.bank(*_XMM).set(xmm)
