"""A whole network in this process, on a loopback port, with its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pyrage

from latchstring.base import geo
from latchstring.base.clock import Clock
from latchstring.base.geo import Area, Point
from latchstring.base.time import TimeRange, to_text
from latchstring.ledger.checkpoint import Checkpoint, open_checkpoint
from latchstring.ledger.note import Verifier
from latchstring.ledger.verify import LogReport, verify_log
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.settings import NetworkSettings
from latchstring.protocol.bundle import Bundle, decode
from latchstring.testing.people import Officer, Operator, Reviewer
from latchstring.testing.waiting import until
from latchstring.web.network.serve import NetworkServer

TOWN = Point(41.5005, -81.6954)
AGENCY = "riverside-pd"


def square(around: Point, *, metres: float = 450) -> Area:
    """A square area with sides of `metres`; 450 m make 0.078 square miles."""
    up = metres / 2 / geo.METRES_PER_DEGREE
    aside = up / 0.749  # at the latitude of TOWN
    return Area(
        tuple(
            Point(around.latitude + y * up, around.longitude + x * aside)
            for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        )
    )


def case_key() -> tuple[str, str]:
    """An age identity and its recipient."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


@dataclass
class Staff:
    """Everybody who works with the network."""

    operator: Operator
    officer: Officer
    reviewers: tuple[Reviewer, Reviewer, Reviewer]

    def close(self) -> None:
        for person in (self.operator, self.officer, *self.reviewers):
            person.close()


class TestNetwork:
    """Starts on a data folder, which may be one that another network left behind."""

    __test__ = False

    def __init__(
        self,
        data: Path,
        *,
        clock: Clock | None = None,
        origin: str = "latchstring.test/ledger",
        port: int = 0,
        **settings: Any,
    ) -> None:
        self.settings = NetworkSettings(data=data, port=port, origin=origin, **settings)
        self._clock = clock
        self.first_operator: tuple[str, str] | None = None

    def start(self) -> TestNetwork:
        self.server = NetworkServer(NetworkDaemon(self.settings, clock=self._clock))
        if (operator := self.server.start()) is not None:
            self.first_operator = (operator.name, operator.password)
        self.http = httpx.Client(base_url=self.url, timeout=30)
        return self

    def stop(self) -> None:
        self.http.close()
        self.server.stop()

    def __enter__(self) -> TestNetwork:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def daemon(self) -> NetworkDaemon:
        return self.server.network

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def verifier(self) -> Verifier:
        return Verifier.from_vkey(self.http.get("/ledger.vkey").raise_for_status().text)

    @property
    def now(self) -> datetime:
        return self.daemon.clock.now()

    def enrol(self, *, dwellings: Mapping[str, int] | None = None, around: Point = TOWN) -> Staff:
        """An operator, an agency with one officer, three reviewers, and homes around a point."""
        assert self.first_operator is not None, "this network has been started before"
        operator = Operator(self.url, *self.first_operator)
        operator.enrol_agency(AGENCY, "Riverside Police")
        operator.add_places(
            dwellings or dict.fromkeys(square(around, metres=2000).cells(geo.FINE_RESOLUTION), 40)
        )
        names = ("Robin", "Sasha", "Toni")
        reviewers = [Reviewer(self.url, n, operator.create(n, "reviewer")).enrol() for n in names]
        officer = Officer(self.url, "Jordan", operator.create("Jordan", "officer", AGENCY)).enrol()
        return Staff(operator, officer, (reviewers[0], reviewers[1], reviewers[2]))

    def draft(
        self,
        *,
        case: str = "2026-004711",
        around: Point = TOWN,
        window: TimeRange | None = None,
        recipient: str | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """A draft that keeps every rule: the last hour around a point."""
        window = window or TimeRange(self.now - timedelta(hours=1), self.now - timedelta(minutes=1))
        return {
            "case_reference": case,
            "offence": "burglary",
            "incident_cell": around.cell(geo.FINE_RESOLUTION),
            "area": square(around).to_geojson(),
            "window": {"start": to_text(window.start), "end": to_text(window.end)},
            "template": "footage",
            "recipient": recipient or case_key()[1],
            "expires_at": to_text((self.now + timedelta(days=3)).replace(microsecond=0)),
        } | changes

    def approve(self, request: str, staff: Staff) -> None:
        """Two of three reviewers vote for it."""
        for reviewer in staff.reviewers[:2]:
            reviewer.vote(request, now=self.now)

    def checkpoint(self) -> Checkpoint:
        text = self.http.get("/ledger/checkpoint").raise_for_status().text
        return open_checkpoint(text, self.verifier)

    def wait_for_size(self, size: int) -> Checkpoint:
        """The first checkpoint that covers `size` entries."""

        def found() -> Checkpoint | None:
            newest = self.checkpoint()
            return newest if newest.size >= size else None

        return until(found, f"a checkpoint over {size} entries")

    def wait_for_kind(self, kind: str, request: str) -> int:
        """The index of a request's entry of this kind, once it is public."""

        def found() -> tuple[int] | None:
            page = self.http.get("/api/log", params={"limit": 500}).raise_for_status().json()
            for entry in page["entries"]:
                if entry["entry"]["kind"] == kind and entry["entry"].get("request") == request:
                    return (entry["index"],)
            return None

        return until(found, f"{kind} of {request}")[0]

    def bundle(self, cell: str) -> Bundle:
        return decode(self.http.get(f"/bundles/{cell}.json").raise_for_status().content, self.verifier)

    def wait_for_bundle(self, request: str, cell: str) -> Bundle:
        """The bundle of a coarse cell, once it carries the request."""

        def found() -> Bundle | None:
            bundle = self.bundle(cell)
            return bundle if any(request.encode() in r.request.payload for r in bundle.records) else None

        return until(found, f"{request} in the bundle of {cell}")

    def verify_ledger(self) -> LogReport:
        """Derive the whole ledger again from its stored files."""
        return verify_log(self.daemon.tiles, self.verifier)
