"""Classic BPF: the kernel's checks of a program, and its translation to a Python function.

Sources: Linux's documentation of networking/filter and userspace-api/seccomp_filter.
"""

from __future__ import annotations

from errno import EINVAL

from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    Instruction: TypeAlias = tuple[int, int, int, int]  # code, jt, jf, k

INSTRUCTION = "HBBI"  # struct sock_filter
MAX_INSTRUCTIONS = 4096
_SLOTS = 16  # words of scratch memory

# Instructions that a filter of system calls may have, by code.
_LD_ABS, _LD_LEN, _LDX_LEN = 0x20, 0x80, 0x81
_LD_IMM, _LDX_IMM, _LD_MEM, _LDX_MEM, _ST, _STX = 0x00, 0x01, 0x60, 0x61, 0x02, 0x03
_RET_K, _RET_A, _JA, _NEG, _TAX, _TXA = 0x06, 0x16, 0x05, 0x84, 0x07, 0x87
_ALU = {  # the result, where {} is the operand
    0x04: "A + {} & 0xFFFFFFFF",
    0x14: "A - {} & 0xFFFFFFFF",
    0x24: "A * {} & 0xFFFFFFFF",
    0x34: "A // {}",
    0x44: "A | {}",
    0x54: "A & {}",
    0x64: "A << ({} & 31) & 0xFFFFFFFF",
    0x74: "A >> ({} & 31)",
    0xA4: "A ^ {}",
}
_JUMPS = {0x15: "A == {}", 0x25: "A > {}", 0x35: "A >= {}", 0x45: "A & {}"}
_X = 8  # the operand is X, not K
_DIVIDE, _SHIFTS = 0x34, (0x64, 0x74)
_MOVES = {_TAX: "X = A", _TXA: "A = X", _NEG: "A = -A & 0xFFFFFFFF"}
_LOADS = {_LD_IMM: "A = {k}", _LDX_IMM: "X = {k}", _LD_MEM: "A = m{k}", _LDX_MEM: "X = m{k}"}
_STORES = {_ST: "m{k} = A", _STX: "m{k} = X"}
_LENGTHS = {_LD_LEN: "A = {size}", _LDX_LEN: "X = {size}"}
_MEMORY = (_LD_MEM, _LDX_MEM, _ST, _STX)


def check(program: Sequence[Instruction], size: int) -> None:
    """EINVAL unless the kernel would take `program` as a filter of `size` bytes of words."""
    if not 1 <= len(program) <= MAX_INSTRUCTIONS:
        raise LinuxError(EINVAL)
    if program[-1][0] not in (_RET_K, _RET_A):
        raise LinuxError(EINVAL)
    for pc, instruction in enumerate(program):
        if not _valid(instruction, len(program) - pc - 1, size):
            raise LinuxError(EINVAL)
    _check_memory(program)


def _valid(instruction: Instruction, left: int, size: int) -> bool:
    """`left` is how many instructions follow."""
    code, jt, jf, k = instruction
    if code == _LD_ABS:
        return k % 4 == 0 and k < size
    if code in _MEMORY:
        return k < _SLOTS
    if code == _JA:
        return k < left
    if code & ~_X in _JUMPS:
        return jt < left and jf < left
    if code & ~_X in _ALU:
        if code == _DIVIDE:
            return k != 0
        return code not in _SHIFTS or k < 32
    return code in (_RET_K, _RET_A) or code in _MOVES or code in _LOADS or code in _LENGTHS


def _check_memory(program: Sequence[Instruction]) -> None:
    """EINVAL if a word of scratch memory may be read before it is written."""
    known = [(1 << _SLOTS) - 1] * len(program)  # written on every way that leads there
    now = 0
    for pc, (code, jt, jf, k) in enumerate(program):
        now &= known[pc]
        if code in _STORES:
            now |= 1 << k
        elif code in (_LD_MEM, _LDX_MEM):
            if not now >> k & 1:
                raise LinuxError(EINVAL)
        elif code == _JA or code & ~_X in _JUMPS:
            for target in (k,) if code == _JA else (jt, jf):
                known[pc + 1 + target] &= now
            now = (1 << _SLOTS) - 1


def compiled(
    program: Sequence[Instruction], size: int, parameters: str, load: Callable[[int], str]
) -> Callable[..., int]:
    """`program`, which was checked, as a function of `parameters`.

    `load` gives the expression for the word at an offset of the data, in terms of them.
    """
    scope: dict[str, Any] = {}
    # Not compile(): its first call makes the classes of all syntax trees.
    exec("\n".join(_Translation(program, size, load).lines(parameters)), scope)
    function: Callable[..., int] = scope["run"]
    return function


class _Translation:
    """Jumps lead forward only: each block runs unless `n` says that a later one is next."""

    def __init__(
        self, program: Sequence[Instruction], size: int, load: Callable[[int], str]
    ) -> None:
        self.program = program
        self.size = size
        self.load = load
        self.targets: set[int] = set()  # where blocks begin that `n` may name
        self.out: list[str] = []
        self.indent = ""
        self.open = True  # the last line written goes on with the next instruction

    def lines(self, parameters: str) -> list[str]:
        self.out = [f"def run({parameters}):", " A = X = n = 0"]
        for pc, instruction in enumerate(self.program):
            if pc in self.targets:
                self.out.append(f" if n <= {pc}:\n  pass")
                self.indent, self.open = " ", True
            if self.open:
                self._instruction(pc, *instruction)
        return self.out

    def _write(self, text: str) -> None:
        self.out.append(f" {self.indent}{text}")

    def _instruction(self, pc: int, code: int, jt: int, jf: int, k: int) -> None:
        operand = "X" if code & _X else str(k)
        if code in (_RET_K, _RET_A):
            self._write(f"return {k if code == _RET_K else 'A'}")
            self.open = False
        elif code == _JA:
            self._go(pc, pc + 1 + k)
        elif code & ~_X in _JUMPS:
            self._branch(pc, _JUMPS[code & ~_X].format(operand), pc + 1 + jt, pc + 1 + jf)
        elif code & ~_X in _ALU and code not in _MOVES:
            if code == _DIVIDE | _X:
                self._write("if not X: return 0")
            self._write("A = " + _ALU[code & ~_X].format(operand))
        elif code == _LD_ABS:
            self._write("A = " + self.load(k))
        else:
            text = _MOVES.get(code) or _LOADS.get(code) or _STORES.get(code) or _LENGTHS[code]
            self._write(text.format(k=k, size=self.size))

    def _returned(self, pc: int) -> str:
        """What the instruction at `pc` returns; "" when it is another one."""
        code, _, _, k = self.program[pc]
        return str(k) if code == _RET_K else "A" if code == _RET_A else ""

    def _branch(self, pc: int, test: str, yes: int, no: int) -> None:
        if self._returned(yes):
            self._write(f"if {test}: return {self._returned(yes)}")
            self._go(pc, no)
        elif self._returned(no):
            self._write(f"if not ({test}): return {self._returned(no)}")
            self._go(pc, yes)
        else:
            self.targets |= {yes, no}
            self._write(f"n = {yes} if {test} else {no}")
            self.open = False

    def _go(self, pc: int, target: int) -> None:
        if self._returned(target):
            self._write(f"return {self._returned(target)}")
            self.open = False
        elif target != pc + 1:
            self.targets.add(target)
            self._write(f"n = {target}")
            self.open = False
