"""A town of 127 cells with 40 homes each, in one or two coarse cells, and tables of what residents reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import h3
import pytest

from latchstring.base import geo
from latchstring.network.database.pools import Database
from latchstring.network.database.roles import Role
from latchstring.network.incidents.models import Incident, Plan, household_of
from latchstring.network.places import store as places
from latchstring.network.places.models import PlaceCell
from latchstring.testing.network import TOWN

KEY = b"k" * 32
CENTRE = h3.cell_to_center_child(TOWN.cell(geo.COARSE_RESOLUTION), geo.FINE_RESOLUTION)
CELLS = tuple(sorted(h3.grid_disk(CENTRE, 6)))
AREA = tuple(sorted({geo.parent(cell, geo.COARSE_RESOLUTION) for cell in CELLS}))


def incident(n: int, *, cell: str | None = None, household: str | None = None, **changes: object) -> Incident:
    given: dict[str, object] = {
        "kind": "parcel-theft",
        "day": date(2026, 10, 1 + n % 30),
        "cell": cell or CELLS[n % 40],
        "household": household_of(household or f"house {n}", KEY),
    }
    return Incident(**(given | changes))  # type: ignore[arg-type]


def plan(**changes: object) -> Plan:
    given: dict[str, object] = {
        "area": AREA,
        "resolution": 9,
        "start": date(2026, 10, 1),
        "end": date(2026, 10, 31),
        "kinds": ("parcel-theft",),
        "epsilon_thousandths": 1000,
        "reported": (0.2, 0.8),
    }
    return Plan(**(given | changes))  # type: ignore[arg-type]


@dataclass
class Town:
    """The places, and a way to bring incidents in."""

    database: Database

    def take_in(self, incidents: Sequence[Incident], now):
        from latchstring.network.incidents import service

        with self.database.transaction(Role.DOOR) as db:
            return service.take_in(incidents, now=now, db=db)


@pytest.fixture
def town(database: Database) -> Town:
    with database.transaction(Role.DOOR) as db:
        places.put([PlaceCell(cell=cell, dwellings=40) for cell in CELLS], db=db)
    return Town(database)
