"""Take reports in, publish a map, give it to an agency through the gate, end what was given."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from latchstring.analysis.guard import noise
from latchstring.analysis.hotspots.hotspot_map import ENOUGH
from latchstring.base import geo, ids
from latchstring.base.errors import BadInput, Conflict, TooOften
from latchstring.base.time import to_text
from latchstring.ledger.entry import MapExpired, MapRefused, MapReleased
from latchstring.network.accounts.models import Account
from latchstring.network.database.pools import Transaction
from latchstring.network.incidents import policy, store
from latchstring.network.incidents.models import (
    PURPOSES,
    Asked,
    Ground,
    Incident,
    Plan,
    PublishedMap,
    Release,
    check_day,
    draw_up,
    within,
)
from latchstring.network.incidents.policy import Reason, Refused
from latchstring.network.ledger import service as ledger
from latchstring.network.places import store as places
from latchstring.studies import cells

_uniform = secrets.SystemRandom().random


class NoHomesThere(BadInput):
    """No homes are known in this cell, so nothing can be counted over them."""


class ManyWait(TooOften):
    """Many reports of this cell still wait to be looked at; try again in some days."""


class MayNotPublish(Conflict):
    """This map may not be published."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        named = " ".join(f"{r.what} {r.mend}" for r in reasons)
        super().__init__(f"This map may not be published. {named}", broken=[vars(r) for r in reasons])


class MapIsOver(Conflict):
    """The time for which this map was given has passed; ask anew."""


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What came of an import: new incidents, known ones, and those outside all cells with homes."""

    new: int
    known: int
    without_homes: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the gate said to an agency."""

    release: Release
    reasons: tuple[Reason, ...]


def report(incident: Incident, *, now: datetime, db: Transaction) -> None:
    """Keep a resident's report until the operator has looked at it. The same one again changes nothing."""
    check_day(incident.day, today=latest_day(now))
    if not places.among([incident.cell], db=db):
        raise NoHomesThere
    if store.waiting_in(incident.cell, db=db) >= policy.MOST_WAITING_PER_CELL:
        raise ManyWait
    store.add([incident], came=store.REPORTED, on=now.date(), db=db)


def take_in(incidents: Sequence[Incident], *, now: datetime, db: Transaction) -> TakenIn:
    """Keep a council's table of what residents reported; what is known already changes nothing."""
    homes = {place.cell for place in places.among({i.cell for i in incidents}, db=db) if place.dwellings}
    inside = [incident for incident in incidents if incident.cell in homes]
    new = store.add(inside, came=store.IMPORTED, on=now.date(), db=db)
    return TakenIn(new=new, known=len(inside) - new, without_homes=len(incidents) - len(inside))


def grounds(*, now: datetime, db: Transaction) -> list[Ground]:
    """Every coarse cell with homes: what a map of it would be made of."""
    homes: dict[str, int] = {}
    for place in places.everywhere(db=db):
        coarse = geo.parent(place.cell, geo.COARSE_RESOLUTION)
        homes[coarse] = homes.get(coarse, 0) + place.dwellings
    counted = store.counted_by_area(db=db)
    spent = store.spent(list(homes), now.year, db=db)
    return [
        Ground(
            cell=cell,
            dwellings=dwellings,
            incidents=counted.get(cell, 0),
            left_thousandths=policy.BUDGET_THOUSANDTHS - spent.get(cell, 0),
        )
        for cell, dwellings in sorted(homes.items())
        if dwellings
    ]


def publish(
    plan: Plan, *, now: datetime, db: Transaction, uniform: Callable[[], float] = _uniform
) -> PublishedMap:
    """Make a map, pay for it, and show it to everybody.

    The cap is applied, then the noise drawn, one draw in each cell with homes and for each map anew; all that
    is shown is computed from the noisy counts. Below 400 incidents the whole epsilon goes to the total.
    """
    store.lock_books(db=db)
    homes = within(plan.area, {place.cell: place.dwellings for place in places.everywhere(db=db)})
    spent = store.spent(plan.area, now.year, db=db)
    decision = policy.may_publish(plan, homes=sum(homes.values()), spent=spent, today=latest_day(now))
    if isinstance(decision, Refused):
        raise MayNotPublish(decision.reasons)
    store.spend(plan.area, now.year, plan.epsilon_thousandths, db=db)
    found = _protected(plan, homes, store.count(plan, db=db), uniform)
    published = PublishedMap(body=draw_up(plan, found, map_id=ids.new("mp"), at=_at(now)), published_at=now)
    store.add_map(published, db=db)
    return published


def ask(asked: Asked, *, officer: Account, now: datetime, db: Transaction) -> Answer:
    """Let the gate decide, and enter what it decided; a refusal too is public."""
    wanted = store.get_map(asked.map_sha256, db=db)
    shown = store.shown_of(wanted.area, db=db)
    spent = store.spent(wanted.area, wanted.published_at.year, db=db)
    decision = policy.may_release(shown, asked, spent=spent, today=now.date())
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    release = ids.new("rl")
    broken = tuple(r.rule for r in reasons)
    kept = Release(
        id=release,
        agency=asked.agency,
        map_sha256=wanted.sha256,
        purpose=asked.purpose if asked.purpose in PURPOSES else "",
        asked_at=now,
        expires_on=asked.expires_on,
        reasons=broken,
        over=False,
        entry=ledger.enter(_entry(release, asked, wanted, broken, at=_at(now)), db=db),
    )
    store.add_release(kept, officer=officer.holder, db=db)
    return Answer(release=kept, reasons=reasons)


def given(release: str, *, officer: Account, now: datetime, db: Transaction) -> PublishedMap:
    """The map that an agency was given, while its time lasts."""
    found = store.get_release(release, agency=officer.agency or "", db=db)
    if found.reasons or found.over or now.date() > found.expires_on:
        raise MapIsOver
    return store.get_map(found.map_sha256, db=db)


def expire(*, now: datetime, db: Transaction) -> int:
    """End every release whose last day has passed; returns how many."""
    ended = store.over(today=now.date(), db=db)
    for release in ended:
        entry = MapExpired(at=_at(now), release=release.id, agency=release.agency)
        store.end(release.id, ledger.enter(entry, db=db), db=db)
    return len(ended)


def latest_day(now: datetime) -> date:
    """The day that it is somewhere on earth already."""
    return (now + timedelta(hours=14)).date()


def _entry(
    release: str, asked: Asked, wanted: PublishedMap, broken: tuple[str, ...], *, at: str
) -> MapReleased | MapRefused:
    if broken:
        return MapRefused(
            at=at,
            release=release,
            agency=asked.agency,
            officer=asked.officer,
            cells=list(wanted.area),
            map_sha256=wanted.sha256,
            reasons=list(broken),
        )
    return MapReleased(
        at=at,
        release=release,
        agency=asked.agency,
        officer=asked.officer,
        cells=list(wanted.area),
        purpose=asked.purpose,
        expires_on=asked.expires_on.isoformat(),
        epsilon_thousandths=wanted.epsilon_thousandths,
        events=wanted.events_bucket,
        map_sha256=wanted.sha256,
    )


def _protected(
    plan: Plan, homes: Mapping[str, int], counted: Mapping[str, int], uniform: Callable[[], float]
) -> cells.CellMap:
    dwellings = cells.coarser(homes, plan.resolution)
    events = cells.coarser({cell: counted.get(cell, 0) for cell in homes}, plan.resolution)
    enough = sum(events.values()) >= ENOUGH
    if not enough:
        events = {min(events): sum(events.values())}
    return cells.cell_map(
        {cell: count + noise.geometric(plan.epsilon, uniform) for cell, count in sorted(events.items())},
        dwellings,
        resolution=plan.resolution,
        enough=enough,
        epsilon=plan.epsilon,
        reported=plan.reported,
    )


def _at(now: datetime) -> str:
    return to_text(now.replace(microsecond=0))
