"""IEEE 754 binary arithmetic with integers: exact, then rounded once; for what the engine lacks.

Numbers are their encodings, in a `Format`. Each operation returns the result's and the exceptions.
"""

from __future__ import annotations

from math import isqrt

INVALID, ZERO_DIVIDE, OVERFLOW, UNDERFLOW, INEXACT = 0x80, 0x40, 0x20, 0x10, 0x08
NEAREST, TO_ZERO, UP, DOWN, AWAY, ODD = range(6)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Result = tuple[int, int]
    Exact = tuple[int, int, int]  # sign, and the integer and the power of two that are multiplied


class Format:
    """A binary interchange format; tininess is detected before rounding."""

    def __init__(self, bits: int, fraction: int) -> None:
        self.bits = bits
        self.fraction = fraction
        self.sign = 1 << bits - 1
        self.infinity = self.sign - (1 << fraction)
        self.quiet = 1 << fraction - 1
        self.nan = self.infinity | self.quiet
        self.least = 2 - (1 << bits - fraction - 2) - fraction  # of all bits' powers of two

    def is_nan(self, a: int) -> bool:
        """A NaN of either kind."""
        return a & self.sign - 1 > self.infinity

    def is_signaling(self, a: int) -> bool:
        """A signaling NaN."""
        return self.is_nan(a) and not a & self.quiet

    def is_infinite(self, a: int) -> bool:
        """Either infinity."""
        return a & self.sign - 1 == self.infinity

    def is_zero(self, a: int) -> bool:
        """Either zero."""
        return not a & self.sign - 1

    def exact(self, a: int) -> Exact:
        """A finite number."""
        exponent = (a & self.sign - 1) >> self.fraction
        integer = a & (1 << self.fraction) - 1
        if exponent:
            integer |= 1 << self.fraction
        return int(a >= self.sign), integer, self.least + max(exponent - 1, 0)

    def order(self, a: int) -> int:
        """Numbers that aren't NaNs compare as these."""
        return -(a - self.sign) if a >= self.sign else a

    def rounded(self, number: Exact, mode: int) -> Result:
        """The number as this format has it."""
        sign, integer, power = number
        top = sign * self.sign
        if not integer:
            return top, 0
        highest = integer.bit_length() + power - 1
        lowest = max(highest - self.fraction, self.least)
        kept = divide_power(sign, integer, lowest - power, mode)
        inexact = lowest > power and integer & (1 << lowest - power) - 1 != 0
        flags = INEXACT if inexact else 0
        if inexact and highest < self.least + self.fraction:
            flags |= UNDERFLOW
        encoded = (lowest - self.least << self.fraction) + kept
        if encoded >= self.infinity:
            finite = mode in (TO_ZERO, ODD) or mode == (UP if sign else DOWN)
            return top | self.infinity - finite, OVERFLOW | INEXACT
        return top | encoded, flags

    def not_a_number(self, *operands: int) -> Result | None:
        """The NaN that comes of NaNs among the operands: the first signaling one, or the first."""
        found = [a for a in operands if self.is_nan(a)]
        signaling = [a for a in found if not a & self.quiet]
        if not found:
            return None
        return (signaling or found)[0] | self.quiet, INVALID if signaling else 0

    def add(self, a: int, b: int, mode: int) -> Result:
        """A sum."""
        if (nan := self.not_a_number(a, b)) is not None:
            return nan
        if self.is_infinite(a) or self.is_infinite(b):
            if self.is_infinite(a) and self.is_infinite(b) and a != b:
                return self.nan, INVALID
            return (a if self.is_infinite(a) else b), 0
        return self.rounded(_sum(self.exact(a), self.exact(b), mode), mode)

    def multiply(self, a: int, b: int, mode: int) -> Result:
        """A product."""
        if (nan := self.not_a_number(a, b)) is not None:
            return nan
        if self.is_infinite(a) or self.is_infinite(b):
            if self.is_zero(a) or self.is_zero(b):
                return self.nan, INVALID
            return (a ^ b) & self.sign | self.infinity, 0
        return self.rounded(_product(self.exact(a), self.exact(b)), mode)

    def multiply_add(self, a: int, b: int, c: int, mode: int) -> Result:
        """A product and a sum, rounded once."""
        infinite = self.is_infinite(a) or self.is_infinite(b)
        if infinite and (self.is_zero(a) or self.is_zero(b)):
            nan = self.not_a_number(c)
            return (nan[0] if nan else self.nan), INVALID
        if (nan := self.not_a_number(a, b, c)) is not None:
            return nan
        if infinite:
            product = (a ^ b) & self.sign | self.infinity
            if self.is_infinite(c) and c != product:
                return self.nan, INVALID
            return product, 0
        if self.is_infinite(c):
            return c, 0
        product_exact = _product(self.exact(a), self.exact(b))
        return self.rounded(_sum(product_exact, self.exact(c), mode), mode)

    def divide(self, a: int, b: int, mode: int) -> Result:
        """A quotient."""
        if (nan := self.not_a_number(a, b)) is not None:
            return nan
        sign = (a ^ b) & self.sign
        if self.is_infinite(a):
            return (self.nan, INVALID) if self.is_infinite(b) else (sign | self.infinity, 0)
        if self.is_infinite(b):
            return sign, 0
        if self.is_zero(b):
            return (self.nan, INVALID) if self.is_zero(a) else (sign | self.infinity, ZERO_DIVIDE)
        (_, top, high), (_, bottom, low) = self.exact(a), self.exact(b)
        more = 2 * self.fraction + 4
        quotient, rest = divmod(top << more, bottom)
        return self.rounded(
            (int(sign > 0), quotient << 1 | (rest > 0), high - low - more - 1), mode
        )

    def square_root(self, a: int, mode: int) -> Result:
        """A square root."""
        if (nan := self.not_a_number(a)) is not None:
            return nan
        if self.is_zero(a) or a == self.infinity:
            return a, 0
        if a & self.sign:
            return self.nan, INVALID
        _, integer, power = self.exact(a)
        more = 2 * self.fraction + 4 + (power & 1)
        root = isqrt(integer << more)
        rest = root * root != integer << more
        return self.rounded((0, root << 1 | rest, (power - more) // 2 - 1), mode)

    def to(self, other: Format, a: int, mode: int) -> Result:
        """The number in another format."""
        top = other.sign if a & self.sign else 0
        if self.is_nan(a):
            fraction = a & (1 << self.fraction) - 1
            wider = other.fraction - self.fraction
            kept = fraction << wider if wider >= 0 else fraction >> -wider
            return top | other.nan | kept, INVALID if self.is_signaling(a) else 0
        if self.is_infinite(a):
            return top | other.infinity, 0
        return other.rounded(self.exact(a), mode)

    def integral(self, a: int, mode: int) -> Result:
        """The number without its fraction."""
        if (nan := self.not_a_number(a)) is not None:
            return nan
        sign, integer, power = (0, 0, 0) if self.is_infinite(a) else self.exact(a)
        if power >= 0:
            return a, 0
        kept = divide_power(sign, integer, -power, mode)
        return self.rounded((sign, kept, 0), mode)[0], INEXACT if kept << -power != integer else 0


def divide_power(sign: int, integer: int, power: int, mode: int) -> int:
    """A magnitude over 2**power, rounded; `sign` is that of the number."""
    if power <= 0:
        return integer << -power
    kept, rest, half = integer >> power, integer & (1 << power) - 1, 1 << power - 1
    if mode == NEAREST:
        return kept + (rest > half or (rest == half and kept & 1))
    if mode == AWAY:
        return kept + (rest >= half)
    if mode == ODD:
        return kept | (rest > 0)
    return kept + (rest > 0 and mode == (DOWN if sign else UP))


def _sum(a: Exact, b: Exact, mode: int) -> Exact:
    power = min(a[2], b[2])
    left, right = a[1] << a[2] - power, b[1] << b[2] - power
    total = (-left if a[0] else left) + (-right if b[0] else right)
    if total:
        return int(total < 0), abs(total), power
    return (a[0] if a[0] == b[0] else int(mode == DOWN)), 0, power


def _product(a: Exact, b: Exact) -> Exact:
    return a[0] ^ b[0], a[1] * b[1], a[2] + b[2]


SHORT, LONG, EXTENDED = Format(32, 23), Format(64, 52), Format(128, 112)
