"""Signal frames of MIPS: struct sigframe and rt_sigframe, returned from through a page of code."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.layout import U32, U64, Addr, Array, CStruct, SigSet, ULong
from ..abi.mips import MipsSigAltStack
from ..abi.numbers import call_numbers
from ..abi.signals import SigAltStack
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action, SigInfo
    from ..thread import Thread
    from . import Arch

R = tuple(f"r{n}" for n in range(32))
F = tuple(f"f{n}" for n in range(32))
_HEAD = 24  # room for arguments, and padding
_INFO = 128
_USED_MATH = 1
_FR = 1 << 26  # of Status


class SigContext32(CStruct):
    """struct sigcontext of o32."""

    regmask: U32
    status: U32
    pc: U64
    regs: tuple[int, ...] = Array(U64, 32)
    fpregs: tuple[int, ...] = Array(U64, 32)
    acx: U32
    fpc_csr: U32
    fpc_eir: U32
    used_math: U32
    dsp: U32
    mdhi: U64
    mdlo: U64
    more: tuple[int, ...] = Array(ULong, 6)


class SigContext64(CStruct):
    """struct sigcontext of n64."""

    regs: tuple[int, ...] = Array(U64, 32)
    fpregs: tuple[int, ...] = Array(U64, 32)
    mdhi: U64
    more_hi: tuple[int, ...] = Array(U64, 3)
    mdlo: U64
    more_lo: tuple[int, ...] = Array(U64, 3)
    pc: U64
    fpc_csr: U32
    used_math: U32
    dsp: U32
    reserved: U32


class UContext32(CStruct):
    """struct ucontext of o32."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: MipsSigAltStack
    uc_mcontext: SigContext32
    uc_sigmask: SigSet


class UContext64(CStruct):
    """struct ucontext of n64."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: MipsSigAltStack
    uc_mcontext: SigContext64
    uc_sigmask: SigSet


class OldFrame(CStruct):
    """What struct sigframe of o32 has behind the arguments."""

    sc: SigContext32
    mask: SigSet


def trampolines(arch: Arch) -> bytes:
    """Code that handlers return to: rt_sigreturn, and sigreturn 8 bytes further on."""
    numbers = call_numbers(arch.name)
    order = "big" if arch.model.order == ">" else "little"
    words: tuple[int, ...] = (0x24020000 | numbers["rt_sigreturn"], 12)  # li v0, number; syscall
    if "sigreturn" in numbers:
        words += (0x24020000 | numbers["sigreturn"], 12)
    return b"".join(word.to_bytes(4, order) for word in words)  # type: ignore[arg-type]


class Frame:
    """A frame of either kind: o32 has one without siginfo."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, model = t.cpu, t.arch.model
        rt = model.register == 8 or bool(action.flags & abi.SA_SIGINFO)
        shape = UContext64 if model.register == 8 else UContext32
        size = _HEAD + (_INFO + shape.size(model) if rt else OldFrame.size(model))
        at = (frame_top(t, action) - size) & ~15
        if at < 0:
            raise LinuxError(EFAULT)
        if rt:
            context = shape(uc_mcontext=get_context(t), uc_sigmask=mask)
            stack = save_altstack(t)
            context.uc_stack = MipsSigAltStack(
                ss_sp=stack.ss_sp, ss_size=stack.ss_size, ss_flags=stack.ss_flags
            )
            data = info.pack(model) + context.pack(model)
            arguments = (at + _HEAD, at + _HEAD + _INFO)
        else:
            data = OldFrame(sc=get_context(t), mask=mask).pack(model)
            arguments = (0, at + _HEAD)
        t.memory.write(at, bytes(_HEAD) + data)
        back = t.arch.task_size + (0 if rt else 8)
        values = (model.signal_to_guest(info.signo), *arguments, at, back)
        cpu.bank("r4", "r5", "r6", "r29", "r31").set(values)
        cpu.bank("pc", "r25").set((action.handler, action.handler))

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        at = t.cpu.read("r29") + _HEAD + _INFO
        context: UContext32 | UContext64
        if t.arch.model.register == 8:
            context = t.memory.load(at, UContext64)
        else:
            context = t.memory.load(at, UContext32)
        set_context(t, context.uc_mcontext)
        stack = context.uc_stack
        restore_altstack(
            t,
            SigAltStack(ss_sp=stack.ss_sp, ss_flags=stack.ss_flags, ss_size=stack.ss_size),
        )
        return context.uc_sigmask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        frame = t.memory.load(t.cpu.read("r29") + _HEAD, OldFrame)
        set_context(t, frame.sc)
        return frame.mask


def get_context(t: Thread) -> SigContext32 | SigContext64:
    """struct sigcontext of a thread."""
    cpu, wide = t.cpu, t.arch.model.register == 8
    regs = (0, *map(_extended if not wide else int, cpu.bank(*R[1:]).get()))
    shape = SigContext64 if wide else SigContext32
    hi, lo, pc = (cpu.read(name) for name in ("hi", "lo", "pc"))
    if not wide:
        hi, lo = _extended(hi), _extended(lo)
    return shape(
        pc=pc,
        regs=regs,
        fpregs=get_floats(t),
        fpc_csr=cpu.read("fcsr"),
        used_math=_USED_MATH,
        mdhi=hi,
        mdlo=lo,
    )


def set_context(t: Thread, saved: SigContext32 | SigContext64) -> None:
    """Take back what `get_context` gave."""
    cpu = t.cpu
    mask = (1 << 8 * t.arch.model.register) - 1
    cpu.bank(*R[1:]).set([value & mask for value in saved.regs[1:]])
    if saved.used_math & _USED_MATH:
        set_floats(t, saved.fpregs)
        cpu.write("fcsr", saved.fpc_csr & 0xFFFFFFFF & ~0x3F000)
    cpu.write("hi", saved.mdhi & mask)
    cpu.write("lo", saved.mdlo & mask)
    cpu.write("pc", saved.pc & mask)


def wide_floats(t: Thread) -> bool:
    """Whether all floating-point registers have 64 bits (FR=1)."""
    return t.arch.model.register == 8 or bool(t.cpu.read("cp0_status") & _FR)


def get_floats(t: Thread) -> tuple[int, ...]:
    """The floating-point registers as the kernel has them: with FR=0 pairs make one of 64 bits."""
    values = t.cpu.bank(*F).get()
    if wide_floats(t):
        return tuple(value & (1 << 64) - 1 for value in values)
    low = [value & 0xFFFFFFFF for value in values]
    return tuple(low[n] | low[n + 1] << 32 if n % 2 == 0 else 0 for n in range(32))


def set_floats(t: Thread, values: tuple[int, ...]) -> None:
    """Set them."""
    if not wide_floats(t):
        values = tuple(v >> s & 0xFFFFFFFF for v in values[::2] for s in (0, 32))
    t.cpu.bank(*F).set(values)


def _extended(value: int) -> int:
    return value | 0xFFFFFFFF00000000 if value >> 31 else value
