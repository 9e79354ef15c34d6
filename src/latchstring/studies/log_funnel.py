"""The funnel of footage requests, counted from the public log: whoever has the log gets the same numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from latchstring.analysis.bias.funnel import Cell
from latchstring.ledger.entry import (
    DisclosureMade,
    Entry,
    OutcomeEntered,
    RequestApproved,
    RequestSubmitted,
)

STAGES = ("submitted", "approved", "shared", "used")
By = Literal["agency", "cell"]
_USED = ("used", "charged")


def of_requests(entries: Iterable[Entry], by: By) -> list[Cell]:
    """How many requests of each group came how far; strata are the offences.

    By cell, a request counts once in each cell of resolution 6 that it touches. A stage that the log has only
    for a request that skipped the one before does not count.
    """
    asked: dict[str, RequestSubmitted] = {}
    reached: Counter[str] = Counter()
    for entry in entries:
        match entry:
            case RequestSubmitted():
                asked[entry.request] = entry
                reached[entry.request] = 1
            case RequestApproved() if reached[entry.request] == 1:
                reached[entry.request] = 2
            case DisclosureMade() if reached[entry.request] == 2:
                reached[entry.request] = 3
            case OutcomeEntered() if reached[entry.request] == 3 and entry.outcome in _USED:
                reached[entry.request] = 4
    counts: dict[tuple[str, str], list[int]] = {}
    for request, entry in asked.items():
        for group in [entry.agency] if by == "agency" else entry.cells:
            came = counts.setdefault((group, entry.offence), [0] * len(STAGES))
            for stage in range(reached[request]):
                came[stage] += 1
    return [Cell(group, tuple(came), offence) for (group, offence), came in sorted(counts.items())]
