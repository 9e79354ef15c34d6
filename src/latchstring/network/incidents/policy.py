"""The gate: what may be published of residents' reports, and when an agency is given a map. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from latchstring.analysis.hotspots.hotspot_map import ENOUGH
from latchstring.network.incidents.models import (
    HOUSEHOLD_CAP,
    PURPOSES,
    Asked,
    Plan,
    PublishedMap,
)
from latchstring.studies.cells import LEAST_DWELLINGS, LEAST_IN_CELL

BUDGET_THOUSANDTHS = 4000
"""Epsilon that is spent on a coarse cell in a calendar year: four maps of epsilon 1, sixteen of 0.25."""
LONGEST = timedelta(days=90)
MOST_WAITING_PER_CELL = 50


@dataclass(frozen=True)
class Reason:
    """One rule of the gate that is not kept: what is wrong, and how to mend it."""

    rule: str
    what: str
    mend: str


@dataclass(frozen=True)
class Granted:
    """It may happen."""


@dataclass(frozen=True)
class Refused:
    """It may not, and all that stands against it."""

    reasons: tuple[Reason, ...]


def may_release(
    shown: PublishedMap | None, asked: Asked, *, spent: Mapping[str, int], today: date
) -> Granted | Refused:
    """Whether an agency is given a map.

    `shown` is what residents see of the area at this moment, None where they see none; `spent` is the
    epsilon, in thousandths, on each coarse cell's books for the year in which the map was published.
    """
    reasons = [*_against_map(shown, spent)] if shown is not None else []
    if shown is None or shown.sha256 != asked.map_sha256:
        reasons.append(
            Reason(
                "M1",
                "Residents do not see this map now.",
                "Ask for the map that is published; everybody gets the same one.",
            )
        )
    if asked.purpose not in PURPOSES:
        reasons.append(
            Reason("M7", "The purpose is not on the list.", f"Choose one of {', '.join(PURPOSES)}.")
        )
    if not today < asked.expires_on <= today + LONGEST:
        reasons.append(
            Reason(
                "M8",
                "The last day of use does not lie in the next 90 days.",
                f"Choose a day from {today + timedelta(days=1)} to {today + LONGEST}.",
            )
        )
    return Refused(tuple(sorted(reasons, key=lambda r: r.rule))) if reasons else Granted()


def may_publish(plan: Plan, *, homes: int, spent: Mapping[str, int], today: date) -> Granted | Refused:
    """Whether a map may be made and paid for: from then on everybody may read it."""
    reasons = []
    if not homes:
        reasons.append(
            Reason(
                "P1", "No homes are known in this area.", "Import its places first; they are counted over."
            )
        )
    if plan.end > today:
        reasons.append(Reason("P2", "The map's last day lies in the future.", "End it today or before."))
    short = [c for c in plan.area if spent.get(c, 0) + plan.epsilon_thousandths > BUDGET_THOUSANDTHS]
    if short:
        left = min(BUDGET_THOUSANDTHS - spent.get(cell, 0) for cell in short) / 1000
        reasons.append(
            Reason(
                "P3",
                f"The privacy budget of {short[0]} for {today.year} has {left:g} left, "
                f"and this map needs {plan.epsilon:g}.",
                "Choose a smaller epsilon, or wait for the next year.",
            )
        )
    return Refused(tuple(reasons)) if reasons else Granted()


def _against_map(shown: PublishedMap, spent: Mapping[str, int]) -> list[Reason]:
    content, reasons = shown.content, []
    if not content["enough"]:
        reasons.append(
            Reason(
                "M2",
                f"The map has fewer than {ENOUGH} incidents.",
                "Until it has more, the published total of the area is all that can be said.",
            )
        )
    told = [cell for cell in content["cells"] if not cell["held_back"]]
    if any(cell["events"] < LEAST_IN_CELL for cell in told):
        reasons.append(
            Reason(
                "M3", f"A cell with fewer than {LEAST_IN_CELL} incidents is told.", "Publish the map again."
            )
        )
    if any(cell["dwellings"] < LEAST_DWELLINGS for cell in told):
        reasons.append(
            Reason("M4", f"A cell with fewer than {LEAST_DWELLINGS} homes is told.", "Publish the map again.")
        )
    if content["household_cap"] > HOUSEHOLD_CAP:
        reasons.append(
            Reason("M5", "Households count more than once.", "Publish the map again, with the cap applied.")
        )
    unpaid = [cell for cell in shown.area if spent.get(cell, 0) < shown.epsilon_thousandths]
    over = [cell for cell in shown.area if spent.get(cell, 0) > BUDGET_THOUSANDTHS]
    if unpaid or over:
        reasons.append(
            Reason(
                "M6",
                f"The privacy budget of {[*unpaid, *over][0]} is spent, or this map is not on its books.",
                "Wait for a map that the budget of next year pays for.",
            )
        )
    return reasons
