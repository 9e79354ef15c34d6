"""What was counted in an area before and after the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from latchstring.base.errors import BadInput


class BadCounts(BadInput):
    """Counts are whole numbers from 0 up, one before the start and one after it."""


@dataclass(frozen=True)
class Change:
    """Incidents of one area in the period before the start and in the period after it."""

    before: int
    after: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", whole(self.before))
        object.__setattr__(self, "after", whole(self.after))

    @property
    def difference(self) -> int:
        return self.after - self.before


def whole(count: float) -> int:
    """`count` as an int; a share, a negative number, NaN or an infinity is refused."""
    if not math.isfinite(count) or count < 0 or count != math.floor(count):
        raise BadCounts(f"a count is a whole number from 0 up, not {count}")
    return int(count)


NOTHING = Change(0, 0)


def total(changes: Sequence[Change]) -> Change:
    """All kinds of offence together."""
    return Change(sum(c.before for c in changes), sum(c.after for c in changes))


def refuse_emptiness(*areas: Sequence[Change]) -> None:
    """Where nothing was ever counted there is nothing to compare."""
    if not any(c.before or c.after for c in chain(*areas)):
        raise BadCounts("no incident was counted in any area; there is nothing to compare")
