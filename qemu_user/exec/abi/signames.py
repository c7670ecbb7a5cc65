"""Signal numbers of every architecture (man 7 signal); 32 and up are the real-time ones."""

from __future__ import annotations

from .numbers import ALIASES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import DataModel
    from .signals import SigInfo


def signal_numbers(arch: str) -> dict[str, int]:
    """Numbers by name, "SIGHUP" to "SIGSYS"."""
    from .generated import signals

    family = signals.FAMILY.get(ALIASES.get(arch, arch))
    return signals.GENERIC if family is None else signals.VARIANTS[family]


def signal_names(arch: str) -> dict[int, str]:
    """Names by number."""
    return {number: name for name, number in signal_numbers(arch).items()}


_BY_FAMILY: dict[str, tuple[dict[int, int], dict[int, int]]] = {}


def numbers_of(family: str) -> tuple[dict[int, int], dict[int, int]]:
    """A family's number for each of most architectures' that differs, and the other way round.

    Signals that one side alone has stand for each other.
    """
    found = _BY_FAMILY.get(family)
    if found is None:
        from .generated import signals

        own, generic = signals.VARIANTS[family], signals.GENERIC
        there = {number: own[name] for name, number in generic.items() if name in own}
        rest = [number for number in generic.values() if number not in there]
        left = sorted(set(own.values()) - set(there.values()))
        there.update(zip(sorted(rest), left, strict=False))
        there = {ours: theirs for ours, theirs in there.items() if ours != theirs}
        found = _BY_FAMILY[family] = (there, {theirs: ours for ours, theirs in there.items()})
    return found


def mask_to(family: str, mask: int, direction: int) -> int:
    """A signal mask with the family's numbers (direction 0), or from them (1)."""
    changed = numbers_of(family)[direction]
    out = mask
    for before in changed:
        out &= ~(1 << before - 1)
    for before, after in changed.items():
        out |= (mask >> before - 1 & 1) << after - 1
    return out


def status_to(family: str, status: int) -> int:
    """What wait4(2) tells, with the family's numbers of signals."""
    if not family:
        return status
    numbers = numbers_of(family)[0]
    if status & 0xFF == 0x7F:
        signo = status >> 8 & 0x7F
        return status & ~0x7F00 | numbers.get(signo, signo) << 8
    signo = status & 0x7F
    return status & ~0x7F | numbers.get(signo, signo)


# si_code of any signal -> MIPS's
_MIPS_CODES = {-2: -3, -3: -4, -4: -2}  # SI_TIMER, SI_MESGQ, SI_ASYNCIO
_WITH_SIGNAL = range(2, 7)  # si_code of SIGCHLD: CLD_KILLED to CLD_CONTINUED have one as status


def siginfo_to_guest(values: dict[str, int], model: DataModel) -> None:
    """Members of a siginfo_t by name, as a family with signals of its own has them."""
    from .signals import SIGCHLD, SIGTRAP

    if values["si_signo"] == SIGCHLD and values["si_code"] in _WITH_SIGNAL:
        values["si_status"] = model.signal_to_guest(values["si_status"])
    if values["si_signo"] == SIGTRAP and values["si_code"] > 0xFF:  # a signal, and ptrace's event
        event = values["si_code"] & ~0x7F
        values["si_code"] = event | model.signal_to_guest(values["si_code"] & 0x7F)
    values["si_signo"] = model.signal_to_guest(values["si_signo"])
    if model.signals == "mips":  # which has si_code before si_errno
        code = _MIPS_CODES.get(values["si_code"], values["si_code"])
        values["si_code"], values["si_errno"] = values["si_errno"], code


def siginfo_to_ours(head: SigInfo, model: DataModel) -> None:
    """The other way round, for what a guest may write."""
    head.si_signo = model.signal_to_ours(head.si_signo)
    if model.signals == "mips":
        codes = {theirs: ours for ours, theirs in _MIPS_CODES.items()}
        code = codes.get(head.si_errno, head.si_errno)
        head.si_code, head.si_errno = code, head.si_code
