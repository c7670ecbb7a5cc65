"""Signal frames of 32-bit PowerPC: struct sigframe and rt_sigframe with their mcontext."""

from __future__ import annotations

from errno import EFAULT, EINVAL

from ..abi import signals as abi
from ..abi.layout import S32, U32, U64, Addr, Array, Bytes, CStruct, Int, SigSet, ULong
from ..abi.signals import SigAltStack
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack
from .powerpc import FPR, VEC, pt_regs, set_pt_regs, set_vector_image, vector_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action, SigInfo
    from ..thread import Thread

_VECTORS = 33 * 16  # bytes: the last entry is VSCR, with VRSAVE in its first word


class SigContext(CStruct):
    """struct sigcontext."""

    reserved: tuple[int, ...] = Array(ULong, 4)
    signal: S32
    handler: ULong
    oldmask: ULong
    regs: Addr


class MContext(CStruct):
    """struct mcontext: pt_regs, floating point, room for code that returns, vectors."""

    min_align = 16
    mc_gregs: tuple[int, ...] = Array(U32, 48)
    mc_fregs: tuple[int, ...] = Array(U64, 33)
    mc_pad: tuple[int, ...] = Array(ULong, 2)
    mc_vregs: bytes = Bytes(_VECTORS)


class UContext(CStruct):
    """struct ucontext."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    _pad0: tuple[int, ...] = Array(Int, 7)
    uc_regs: Addr
    uc_sigmask: SigSet
    _pad1: tuple[int, ...] = Array(Int, 33)
    uc_mcontext: MContext


_INFO = 128
_GAP = 56 * 4  # of the ABI, below the interrupted program's frame
_OLD_SIZE, _RT_SIZE = 32 + 992 + _GAP, _INFO + 192 + 992 + _GAP
_HEAD = 64  # a stack frame's first words, for the handler
_MCONTEXT_AT = 192  # in ucontext


class Frame:
    """A frame of either kind, as SA_SIGINFO says."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        rt = bool(action.flags & abi.SA_SIGINFO)
        at = (frame_top(t, action) - (_RT_SIZE if rt else _OLD_SIZE)) & ~15
        sp = at - _HEAD - (16 if rt else 0)
        if sp < 0:
            raise LinuxError(EFAULT)
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        back = t.process.vdso_function("__kernel_sigtramp_rt32" if rt else "__kernel_sigtramp32")
        if rt:
            context = UContext(
                uc_stack=save_altstack(t),
                uc_regs=at + _INFO + _MCONTEXT_AT,
                uc_sigmask=mask,
                uc_mcontext=_mcontext(t),
            )
            data = info.pack(model) + context.pack(model)
            arguments = {"r4": at, "r5": at + _INFO, "r6": at}
        else:
            head = SigContext(
                reserved=(0, 0, 0, mask >> 32),
                signal=info.signo,
                handler=action.handler,
                oldmask=mask & 0xFFFFFFFF,
                regs=at + SigContext.size(model),
            )
            data = head.pack(model) + _mcontext(t).pack(model)
            arguments = {"r4": at}
        memory.write(at, data)
        memory.set_word(sp, cpu.read("r1"))
        for name, value in {"r1": sp, "r3": info.signo, "lr": back, **arguments}.items():
            cpu.write(name, value)
        cpu.write("pc", action.handler)
        cpu.write("fpscr", 0)

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        context = t.memory.load(t.cpu.read("r1") + _HEAD + 16 + _INFO, UContext)
        _restore(t, t.memory.load(context.uc_regs, MContext))
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        saved = t.memory.load(t.cpu.read("r1") + _HEAD, SigContext)
        _restore(t, t.memory.load(saved.regs, MContext))
        return saved.oldmask | saved.reserved[3] << 32


def _mcontext(t: Thread) -> MContext:
    return MContext(
        mc_gregs=pt_regs(t),
        mc_fregs=(*t.cpu.bank(*FPR).get(), t.cpu.read("fpscr")),
        mc_vregs=vector_image(t)[:_VECTORS],
    )


def _restore(t: Thread, saved: MContext, *, thread_pointer: bool = True) -> None:
    cpu = t.cpu
    gregs = list(saved.mc_gregs)
    if not thread_pointer:
        gregs[2] = cpu.read("r2")
    if gregs[33] & VEC:
        set_vector_image(t, saved.mc_vregs)
    cpu.bank(*FPR).set(saved.mc_fregs[:32])
    cpu.write("fpscr", saved.mc_fregs[32] & 0xFFFFFFFF)
    set_pt_regs(t, gregs)


def swapcontext(t: Thread, old_ctx: Addr, new_ctx: Addr, ctx_size: ULong) -> int:
    """Store the registers and the mask in one ucontext, go on with those of another."""
    size = UContext.size(t.arch.model)
    if ctx_size < size:
        raise LinuxError(EINVAL)
    if old_ctx:
        regs = old_ctx + _MCONTEXT_AT
        old = UContext(uc_regs=regs, uc_sigmask=t.mask, uc_mcontext=_mcontext(t))
        data = old.pack(t.arch.model)
        t.memory.write(regs, data[_MCONTEXT_AT:])
        t.memory.write(old_ctx + 48, data[48:60])  # uc_regs, uc_sigmask
    if not new_ctx:
        return 0
    new = t.memory.load(new_ctx, UContext)
    _restore(t, t.memory.load(new.uc_regs, MContext), thread_pointer=False)
    t.mask = new.uc_sigmask
    return t.cpu.read("r3")
