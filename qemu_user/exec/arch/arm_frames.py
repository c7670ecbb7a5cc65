"""Signal frames of 32-bit Arm: struct sigframe and rt_sigframe with their VFP record."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.layout import U32, U64, Addr, Array, Bytes, CStruct, SigSet, ULong
from ..abi.signals import SigAltStack
from ..cpu import WRITE, Fault, Illegal
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Cpu
    from ..signals import Action, SigInfo
    from ..thread import Thread

SAVED = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc")
DOUBLES = tuple(f"d{n}" for n in range(32))
_MARK = 0x5AC3C35A  # in uc_flags: a frame without siginfo
_VFP_MAGIC, _VFP_SIZE = 0x56465001, 288
_FPEXC = 0x40000000
THUMB = 1 << 5
_IT = 0x0600FC00
PSR = 0xF80F0000 | _IT | THUMB  # what sigreturn takes from a frame
_BIG, _USER = 1 << 9, 0x10


class SigContext(CStruct):
    """struct sigcontext."""

    trap_no: ULong
    error_code: ULong
    oldmask: ULong
    regs: tuple[int, ...] = Array(U32, 16)
    cpsr: U32
    fault_address: Addr


class VfpFrame(CStruct):
    """struct vfp_sigframe, and the zero that ends the records of uc_regspace."""

    magic: U32
    record_size: U32
    fpregs: tuple[int, ...] = Array(U64, 32)
    fpscr: U32
    _pad0: U32
    fpexc: U32
    fpinst: U32
    fpinst2: U32
    _pad1: U32
    end_magic: U32


class UContext(CStruct):
    """struct ucontext."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_mcontext: SigContext
    uc_sigmask: SigSet
    unused: bytes = Bytes(120)
    uc_regspace: bytes = Bytes(512)


_INFO = 128
_RETURN = 16  # bytes of code that a frame ends with


def returning(thumb: bool, number: int) -> bytes:
    """Code that makes the system call `number`."""
    if thumb:
        return bytes((number, 0x27, 0x00, 0xDF))  # movs r7, number; svc 0
    return bytes((number, 0x70, 0xA0, 0xE3, 0x00, 0x00, 0x00, 0xEF))  # mov r7, number; svc 0


def sigreturn_code() -> bytes:
    """What handlers return to, where they bring nothing of their own; see `_returns_to`."""
    return b"".join(
        returning(thumb, number).ljust(8, b"\0") for number in (119, 173) for thumb in (False, True)
    )


def _returns_to(action: Action, rt: bool) -> int:
    if action.flags & abi.SA_RESTORER:
        return action.restorer
    thumb = action.handler & 1
    return SIGPAGE + 16 * rt + 8 * thumb + thumb


SIGPAGE = 0xFFFF0500  # in the page of the kernel's helpers


class Frame:
    """A frame of either kind, as SA_SIGINFO says."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, model = t.cpu, t.arch.model
        rt = bool(action.flags & abi.SA_SIGINFO)
        size = UContext.size(model) + _RETURN + (_INFO if rt else 0)
        at = (frame_top(t, action) - size) & ~7
        if at < 0:
            raise LinuxError(EFAULT)
        thumb = action.handler & 1
        context = UContext(
            uc_flags=0 if rt else _MARK,
            uc_mcontext=_context(t, mask),
            uc_sigmask=mask,
            uc_regspace=_vfp(t),
        )
        if rt:
            context.uc_stack = save_altstack(t)
        code = returning(bool(thumb), 173 if rt else 119).ljust(_RETURN, b"\0")
        head = info.pack(model) if rt else b""
        t.memory.write(at, head + context.pack(model) + code)
        cpsr = cpu.read("cpsr") & ~(_IT | THUMB | _BIG)
        pc = action.handler & (~1 if thumb else ~3)
        cpu.write("cpsr", cpsr | (THUMB if thumb else 0) | _order(t))
        cpu.bank("r0", "sp", "lr", "pc").set((info.signo, at, _returns_to(action, rt), pc))
        if rt:
            cpu.bank("r1", "r2").set((at, at + _INFO))

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        context = _restore(t, _INFO)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        return _restore(t, 0).uc_sigmask


def _order(t: Thread) -> int:
    return _BIG if t.arch.model.order == ">" else 0


def _context(t: Thread, mask: int) -> SigContext:
    number, error, address = _last_trap(t)
    return SigContext(
        trap_no=number,
        error_code=error,
        oldmask=mask & 0xFFFFFFFF,
        regs=tuple(t.cpu.bank(*SAVED).get()),
        cpsr=t.cpu.read("cpsr"),
        fault_address=address & 0xFFFFFFFF,
    )


def _last_trap(t: Thread) -> tuple[int, int, int]:
    """Number, fault status and address of the last exception (Arm ARM, B4.1.52 DFSR)."""
    trap = t.last_trap
    if isinstance(trap, Fault):
        known = t.memory.fault_code(trap.addr) == abi.SEGV_ACCERR
        return 14, (0xF if known else 7) | (0x800 if trap.access == WRITE else 0), trap.addr
    return (6, 0, 0) if isinstance(trap, Illegal) else (0, 0, 0)


def vfp_state(cpu: Cpu) -> tuple[tuple[int, ...], int]:
    """The doubleword registers and FPSCR."""
    return tuple(cpu.bank(*DOUBLES).get()), cpu.read("fpscr")


def _vfp(t: Thread) -> bytes:
    doubles, fpscr = vfp_state(t.cpu)
    record = VfpFrame(
        magic=_VFP_MAGIC, record_size=_VFP_SIZE, fpregs=doubles, fpscr=fpscr, fpexc=_FPEXC
    )
    return record.pack(t.arch.model).ljust(512, b"\0")


def _restore(t: Thread, skip: int) -> UContext:
    cpu, model = t.cpu, t.arch.model
    at = cpu.read("sp")
    if at & 7:
        raise LinuxError(EFAULT)
    context = t.memory.load(at + skip, UContext)
    record = VfpFrame.unpack(model, context.uc_regspace)
    if (record.magic, record.record_size) != (_VFP_MAGIC, _VFP_SIZE):
        raise LinuxError(EFAULT)
    saved = context.uc_mcontext
    set_psr(t, saved.cpsr)
    cpu.bank(*SAVED).set(saved.regs)
    cpu.bank(*DOUBLES).set(record.fpregs)
    cpu.write("fpscr", record.fpscr)
    return context


def set_psr(t: Thread, value: int) -> None:
    """Set what user code may choose of CPSR."""
    t.cpu.write("cpsr", value & PSR | _USER | _order(t))
