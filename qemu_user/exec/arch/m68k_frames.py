"""Signal frames of m68k: struct sigframe and rt_sigframe."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.layout import S32, U16, U32, Addr, Array, Bytes, CStruct, SigSet, ULong
from ..abi.signals import SigAltStack
from ..cpu import Fault, Illegal, Raised
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action, SigInfo
    from ..thread import Thread

D = tuple(f"d{n}" for n in range(8))
A = tuple(f"a{n}" for n in range(8))
FP_CONTROL = ("fpcr", "fpsr")
RETURNS = 0xFFFF0000  # a page that user code does not reach otherwise
_VERSION = 2
_FLAGS = 0xFF  # of SR: what user code may choose
_IDLE = b"\x41\0\0\0"  # what FSAVE writes first, and FRESTORE wants
RETURN = bytes.fromhex("70774e40")  # moveq #119, d0; trap #0
RT_RETURN = bytes.fromhex("70524600 4e40 0000")  # moveq #~173 & 255, d0; not.b d0; trap #0


class SigContext(CStruct):
    """struct sigcontext, of handlers without SA_SIGINFO; they save the other registers."""

    sc_mask: ULong
    sc_usp: ULong
    regs: tuple[int, ...] = Array(U32, 4)  # d0, d1, a0, a1
    sc_sr: U16
    sc_pc: ULong
    sc_formatvec: U16
    sc_fpregs: bytes = Bytes(24)
    sc_fpcntl: tuple[int, ...] = Array(U32, 3)
    sc_fpstate: bytes = Bytes(216)


class UContext(CStruct):
    """struct ucontext with its struct mcontext, whose last words are those of FSAVE."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    version: S32
    gregs: tuple[int, ...] = Array(U32, 18)
    fpcntl: tuple[int, ...] = Array(U32, 3)
    fpregs: bytes = Bytes(96)
    uc_fpstate: bytes = Bytes(216)
    uc_filler: tuple[int, ...] = Array(U32, 26)
    uc_sigmask: SigSet


class Head(CStruct):
    """What both frames begin with: the arguments of the handler below its return address."""

    pretcode: Addr
    sig: S32
    second: Addr  # exception vector, or siginfo
    third: Addr  # sigcontext, or ucontext
    retcode: bytes = Bytes(8)


_HEAD = 24
_SAVED_SHORT = ("d0", "d1", "a0", "a1")


class Frame:
    """A frame of either kind, as SA_SIGINFO says."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, model = t.cpu, t.arch.model
        rt = bool(action.flags & abi.SA_SIGINFO)
        size = _HEAD + (128 + UContext.size(model) if rt else 4 + SigContext.size(model))
        at = (frame_top(t, action) - size) & ~7
        if at < 0:
            raise LinuxError(EFAULT)
        if rt:
            rest = info.pack(model) + _context(t, mask).pack(model)
            head = Head(second=at + _HEAD, third=at + _HEAD + 128, retcode=RT_RETURN)
        else:
            high = (mask >> 32).to_bytes(4, "big")
            rest = high + _short_context(t, mask).pack(model)
            head = Head(second=vector_of(t), third=at + _HEAD + 4, retcode=RETURN.ljust(8, b"\0"))
        head.pretcode, head.sig = RETURNS + 8 * rt, info.signo
        t.memory.write(at, head.pack(model) + rest)
        cpu.bank("a7", "pc").set((at, action.handler))

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        cpu = t.cpu
        context = t.memory.load(cpu.read("a7") - 4 + _HEAD + 128, UContext)
        if context.version != _VERSION:
            raise LinuxError(EFAULT)
        _set_fp(t, context.fpregs, context.fpcntl)
        *general, pc, sr = context.gregs
        cpu.write("sr", sr & _FLAGS)
        cpu.bank(*D, *A, "pc").set((*general, pc))
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        cpu = t.cpu
        at = cpu.read("a7") - 4 + _HEAD
        high = int.from_bytes(t.memory.read(at, 4), "big")
        context = t.memory.load(at + 4, SigContext)
        _set_fp(t, context.sc_fpregs, context.sc_fpcntl)
        cpu.write("sr", context.sc_sr & _FLAGS)
        values = (*context.regs, context.sc_usp, context.sc_pc)
        cpu.bank(*_SAVED_SHORT, "a7", "pc").set(values)
        return high << 32 | context.sc_mask


def vector_of(t: Thread) -> int:
    """Format and vector offset of the exception frame of the thread's last trap."""
    trap = t.last_trap
    if isinstance(trap, Fault):
        return 0x7008
    if isinstance(trap, Illegal):
        return 0x0010
    number = trap.number if isinstance(trap, Raised) else 32
    return (0x2000 if number in (5, 6, 7) else 0) | number << 2


def _context(t: Thread, mask: int) -> UContext:
    cpu = t.cpu
    return UContext(
        uc_stack=save_altstack(t),
        version=_VERSION,
        gregs=(*cpu.bank(*D, *A, "pc").get(), cpu.read("sr")),
        fpcntl=(*cpu.bank(*FP_CONTROL).get(), 0),
        fpregs=fp_registers(t),
        uc_fpstate=_IDLE.ljust(216, b"\0"),
        uc_sigmask=mask,
    )


def _short_context(t: Thread, mask: int) -> SigContext:
    cpu = t.cpu
    return SigContext(
        sc_mask=mask & 0xFFFFFFFF,
        sc_usp=cpu.read("a7"),
        regs=tuple(cpu.bank(*_SAVED_SHORT).get()),
        sc_sr=cpu.read("sr"),
        sc_pc=cpu.read("pc"),
        sc_formatvec=vector_of(t),
        sc_fpregs=fp_registers(t)[:24],
        sc_fpcntl=(*cpu.bank(*FP_CONTROL).get(), 0),
        sc_fpstate=_IDLE.ljust(216, b"\0"),
    )


def fp_registers(t: Thread) -> bytes:
    """FP0 to FP7 as FMOVEM writes them: 96 bits each, of which 16 are unused."""
    data = t.cpu.read("fp").to_bytes(128, "little")
    return b"".join(
        data[at + 9 : at + 7 : -1] + b"\0\0" + data[at : at + 8][::-1] for at in range(0, 128, 16)
    )


def set_fp_registers(t: Thread, image: bytes) -> None:
    """Take back what `fp_registers` gave, or the first of it."""
    data = bytearray(t.cpu.read("fp").to_bytes(128, "little"))
    for n in range(len(image) // 12):
        part = image[12 * n : 12 * n + 12]
        data[16 * n : 16 * n + 10] = part[:3:-1] + part[1::-1]
    t.cpu.write("fp", int.from_bytes(data, "little"))


def _set_fp(t: Thread, image: bytes, control: tuple[int, ...]) -> None:
    set_fp_registers(t, image)
    set_fp_control(t, control[0], control[1])


def set_fp_control(t: Thread, fpcr: int, fpsr: int) -> None:
    """FPCR and FPSR, and what the engine has made of the first: rounding mode and precision."""
    t.cpu.bank(*FP_CONTROL).set((fpcr & 0xFFFF, fpsr))
    t.cpu.write("rounding", (0, 3, 1, 2)[fpcr >> 4 & 3])
    t.cpu.write("precision", (80, 32, 64, 80)[fpcr >> 6 & 3])
