"""Signal frames of 32-bit x86: struct sigframe_ia32 and rt_sigframe_ia32."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.layout import U16, U32, Addr, Bytes, CStruct, DataModel, SigSet, UInt, ULong
from ..abi.signals import SigAltStack
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack
from .i386_segments import CS, DS, SELECTORS, load
from .x86_64 import FLAGS, last_trap
from .x86_64_fp import clear_fp, fp_image, restore_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Cpu
    from ..signals import Action, SigInfo
    from ..thread import Thread

_SAVED = ("edi", "esi", "ebp", "esp", "ebx", "edx", "ecx", "eax", "eip")
_TF, _DF, _RF = 0x100, 0x400, 0x10000
_FXSR = 0  # _fpstate_32.magic: an FXSAVE image follows
_LEGACY = 112  # bytes of struct fregs_state, before that image
LEGACY_FP = 108  # of them as ptrace(2) has them
_UC_FP_XSTATE = 1
MODEL = DataModel(word=4, align64=4)


class SigContext(CStruct):
    """struct sigcontext_32."""

    gs: UInt
    fs: UInt
    es: UInt
    ds: UInt
    edi: U32
    esi: U32
    ebp: U32
    esp: U32
    ebx: U32
    edx: U32
    ecx: U32
    eax: U32
    trapno: U32
    err: U32
    eip: U32
    cs: UInt
    eflags: U32
    esp_at_signal: U32
    ss: UInt
    fpstate: Addr
    oldmask: U32
    cr2: U32


class UContext(CStruct):
    """struct ucontext_ia32."""

    uc_flags: UInt
    uc_link: Addr
    uc_stack: SigAltStack
    uc_mcontext: SigContext
    uc_sigmask: SigSet


class LegacyFp(CStruct):
    """The FSAVE image that struct _fpstate_32 begins with."""

    cw: U32
    sw: U32
    tag: U32
    ipoff: U32
    cssel: U32
    dataoff: U32
    datasel: U32
    st: bytes = Bytes(80)
    status: U16
    magic: U16


class OldFrame(CStruct):
    """struct sigframe_ia32."""

    pretcode: Addr
    sig: UInt
    sc: SigContext
    fpstate_unused: bytes = Bytes(624)
    extramask: ULong
    retcode: bytes = Bytes(8)


class RtFrame(CStruct):
    """struct rt_sigframe_ia32."""

    pretcode: Addr
    sig: UInt
    pinfo: Addr
    puc: Addr
    info: bytes = Bytes(128)
    uc: UContext
    retcode: bytes = Bytes(8)


class Frame:
    """A frame of either kind, as SA_SIGINFO says; FSAVE and FXSAVE images lie above it."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        image = fp_image(cpu, model)
        fx_at = (frame_top(t, action) - len(image)) & ~63
        rt = action.flags & abi.SA_SIGINFO
        shape = RtFrame if rt else OldFrame
        at = ((fx_at - _LEGACY - shape.size(model) + 4) & ~15) - 4
        if at < 0:
            raise LinuxError(EFAULT)
        context = self._context(t, fx_at - _LEGACY, mask)
        restorer = action.restorer
        if not action.flags & abi.SA_RESTORER:
            name = "__kernel_rt_sigreturn" if rt else "__kernel_sigreturn"
            restorer = t.process.vdso_function(name)
        if rt:
            frame = self._rt_frame(t, at, restorer, info, context, mask)
        else:
            frame = OldFrame(
                pretcode=restorer, sig=info.signo, sc=context, extramask=mask >> 32
            ).pack(model)
        memory.write(fx_at - _LEGACY, legacy_fp(cpu) + image)
        memory.write(at, frame)
        pinfo, puc = (at + _INFO_AT, at + _UC_AT) if rt else (0, 0)
        values = (info.signo, pinfo, puc, at, action.handler & 0xFFFFFFFF)
        cpu.bank("eax", "edx", "ecx", "esp", "eip").set(values)
        cpu.write("eflags", cpu.read("eflags") & ~(_TF | _DF | _RF))
        clear_fp(cpu)
        for name in ("ds", "es"):
            load(t, name, DS)

    def _rt_frame(
        self,
        t: Thread,
        at: int,
        restorer: int,
        info: SigInfo,
        context: SigContext,
        mask: int,
    ) -> bytes:
        uc = UContext(
            uc_flags=_UC_FP_XSTATE,
            uc_stack=save_altstack(t),
            uc_mcontext=context,
            uc_sigmask=mask,
        )
        return RtFrame(
            pretcode=restorer,
            sig=info.signo,
            pinfo=at + _INFO_AT,
            puc=at + _UC_AT,
            info=info.pack(t.arch.model),
            uc=uc,
        ).pack(t.arch.model)

    def _context(self, t: Thread, fp_at: int, mask: int) -> SigContext:
        number, error, cr2 = last_trap(t)
        registers = dict(zip(_SAVED, t.cpu.bank(*_SAVED).get(), strict=True))
        selectors = {name: t.cpu.read(name) for name in SELECTORS}
        return SigContext(
            **registers,
            **selectors,
            cs=CS,
            ss=DS,
            esp_at_signal=registers["esp"],
            eflags=t.cpu.read("eflags") & 0xFFFFFFFF,
            err=error,
            trapno=number,
            oldmask=mask & 0xFFFFFFFF,
            cr2=cr2 & 0xFFFFFFFF,
            fpstate=fp_at,
        )

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        context = t.memory.load(t.cpu.read("esp") - 4 + _UC_AT, UContext)
        _restore_context(t, context.uc_mcontext)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        frame = t.memory.load(t.cpu.read("esp") - 8, OldFrame)
        _restore_context(t, frame.sc)
        return frame.sc.oldmask | frame.extramask << 32


_INFO_AT, _UC_AT = 16, 16 + 128


def _restore_context(t: Thread, saved: SigContext) -> None:
    cpu = t.cpu
    if saved.fpstate:
        restore_image(t, saved.fpstate + _LEGACY)
    cpu.bank(*_SAVED).set([getattr(saved, name) for name in _SAVED])
    cpu.write("eflags", cpu.read("eflags") & ~FLAGS | saved.eflags & FLAGS)
    for name in SELECTORS:
        load(t, name, getattr(saved, name) & 0xFFFF)


def legacy_fp(cpu: Cpu) -> bytes:
    """The x87 registers as FSAVE stores them."""
    cw, sw, tags, *physical = cpu.bank("fpcw", "fpsw", "fptag", *_PHYSICAL).get()
    top = sw >> 11 & 7
    stack = b"".join(physical[(top + n) & 7].to_bytes(16, "little")[:10] for n in range(8))
    values = LegacyFp(
        cw=cw | 0xFFFF0000, sw=sw | 0xFFFF0000, tag=tags | 0xFFFF0000, cssel=CS,
        datasel=0xFFFF0000 | DS, st=stack, status=sw, magic=_FXSR,
    )  # fmt: skip
    return values.pack(MODEL)


def restore_legacy_fp(cpu: Cpu, data: bytes) -> None:
    """Set the x87 registers from an FSAVE image of LEGACY_FP bytes."""
    image = LegacyFp.unpack(MODEL, data.ljust(_LEGACY, b"\0"))
    top = image.sw >> 11 & 7
    stack = [int.from_bytes(image.st[10 * n : 10 * n + 10], "little") for n in range(8)]
    physical = [stack[(n - top) & 7] for n in range(8)]
    words = (image.cw & 0xFFFF, image.sw & 0xFFFF, image.tag & 0xFFFF)
    cpu.bank("fpcw", "fpsw", "fptag", *_PHYSICAL).set((*words, *physical))


_PHYSICAL = tuple(f"fp{n}" for n in range(8))
