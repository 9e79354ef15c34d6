"""The recovery code: 160 random bits that a person writes down once and types, perhaps, years later.

Eight groups of five symbols in Crockford's base 32 (no I, L, O, U). The fifth symbol of each group checks the
other four and the group's place, over GF(32): one wrong symbol, two swapped neighbours and two swapped groups
are always noticed, and the message names the group.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from latchstring.base.errors import BadInput

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS = 8
GROUP_SYMBOLS = 5

_MISREAD = str.maketrans("OIL", "011")
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


class BadRecoveryCode(BadInput):
    """This is not the recovery code as it was shown."""


@dataclass(frozen=True)
class RecoveryCode:
    """A code in the form that is shown and that wraps the key: XXXXX-XXXXX-… in capitals."""

    text: str

    def __repr__(self) -> str:
        return "RecoveryCode(<secret>)"

    @classmethod
    def generate(cls) -> RecoveryCode:
        return cls.from_bits(secrets.randbits(160))

    @classmethod
    def from_bits(cls, bits: int) -> RecoveryCode:
        groups = []
        for place in range(GROUPS):
            twenty = bits >> (20 * (GROUPS - 1 - place)) & 0xFFFFF
            symbols = [twenty >> shift & 31 for shift in (15, 10, 5, 0)]
            groups.append("".join(ALPHABET[s] for s in (*symbols, _check_symbol(place, symbols))))
        return cls("-".join(groups))

    @classmethod
    def read(cls, typed: str) -> RecoveryCode:
        """Read what a person typed: any case, spaces or hyphens anywhere, O for 0, I and L for 1."""
        plain = "".join(typed.replace("-", " ").split()).upper().translate(_MISREAD)
        for position, letter in enumerate(plain):
            if letter not in ALPHABET:
                place = position // GROUP_SYMBOLS + 1
                raise BadRecoveryCode(f"group {place} has a {letter!r}, which no recovery code has")
        if len(plain) != GROUPS * GROUP_SYMBOLS:
            raise BadRecoveryCode(
                f"a recovery code has {GROUPS} groups of {GROUP_SYMBOLS} letters and digits, "
                f"{GROUPS * GROUP_SYMBOLS} in all; this has {len(plain)}"
            )
        groups = [plain[i : i + GROUP_SYMBOLS] for i in range(0, len(plain), GROUP_SYMBOLS)]
        for place, group in enumerate(groups):
            *symbols, check_symbol = (ALPHABET.index(s) for s in group)
            if _check_symbol(place, symbols) != check_symbol:
                raise BadRecoveryCode(f"group {place + 1} ({group}) is mistyped or stands in the wrong place")
        return cls("-".join(groups))


def _check_symbol(place: int, symbols: list[int]) -> int:
    """Horner's rule with the generator of GF(32), begun with the place so that moved groups differ."""
    value = place + 1
    for symbol in symbols:
        value = _times_generator(value) ^ symbol
    return _times_generator(value)


def _times_generator(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled > 31 else doubled
