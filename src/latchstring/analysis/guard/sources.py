"""Whose incidents a map may hold.

What the police find depends on where they look. A map of it sends them there again, where they find more:
after a while the map shows nothing but their own visits (Ensign et al. 2018). So only what residents reported
enters, and what was found on visits only where it is known how likely each visit was.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.base.errors import BadInput


class Source(Enum):
    """How an incident became known."""

    RESIDENT = "resident"  # somebody to whom it happened, or who saw it, reported it
    VISIT = "visit"  # found where somebody went to look
    POLICE = "police"  # found by police, and nobody knows how likely they were to be there


class PoliceFound(BadInput):
    """Incidents that police discovered cannot be mapped: they show where police went. Leave them out."""


class NeedsVisits(BadInput):
    """Incidents found on visits need the probability of each visit, above 0 and at most 1."""


class UnknownSource(BadInput):
    """Each incident needs its source: resident, visit or police."""


class VisitFound(BadInput):
    """Incidents found on visits show where somebody looked; only what residents reported enters this map."""


def check_resident(source: Source) -> None:
    """For maps that know no visit's probability: only what residents reported."""
    if source is Source.POLICE:
        raise PoliceFound
    if source is Source.VISIT:
        raise VisitFound


def parse(text: str) -> Source:
    try:
        return Source(text.strip().lower())
    except ValueError:
        raise UnknownSource(f"{text[:40]!r} is no source; it is resident, visit or police") from None


def weights(sources: Sequence[Source], visit_probability: ArrayLike | None = None) -> NDArray[np.float64]:
    """How much each incident counts: 1 where a resident reported it, 1 / probability where a visit found it.

    The inverse probability (Horvitz and Thompson 1952) is what dropping updates in proportion to the
    probability, as Ensign et al. 2018 do, comes to on average, without the dice.
    """
    for number, source in enumerate(sources):
        if source is Source.POLICE:
            raise PoliceFound(
                f"incident {number + 1} of {len(sources)} was discovered by police, which shows where they "
                "went; leave such incidents out"
            )
    on_visit = np.array([source is Source.VISIT for source in sources], dtype=bool)
    found = np.ones(len(sources))
    if not on_visit.any():
        return found
    if visit_probability is None:
        raise NeedsVisits
    chances = np.asarray(visit_probability, dtype=np.float64)
    if chances.shape != found.shape:
        raise NeedsVisits(f"there are {len(sources)} incidents and {chances.size} probabilities of visits")
    chances = chances[on_visit]
    if not np.isfinite(chances).all() or (chances <= 0).any() or (chances > 1).any():
        raise NeedsVisits
    found[on_visit] = 1 / chances
    return found
