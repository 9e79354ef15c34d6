"""Residents' reports, the maps that are published of them, and the gate to an agency."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from latchstring.base.errors import TooLarge
from latchstring.base.time import to_text
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.roles import Role
from latchstring.network.incidents import service, store
from latchstring.network.incidents.models import Asked, Incident, Plan, PublishedMap, Release, household_of
from latchstring.network.incidents.table import IncidentColumns, read_incidents
from latchstring.studies.cell_table import CellColumns
from latchstring.web.network.access import Network, Officer, Operator
from latchstring.web.network.shapes import (
    BrokenRuleShape,
    Changed,
    Done,
    GateAnswer,
    GroundShape,
    IncidentReport,
    LookedAt,
    MapPlan,
    MapSummary,
    MapWish,
    ReleaseShape,
    TakenInShape,
    WaitingReport,
)

router = APIRouter()

_MAX_BYTES = 32 * 1024 * 1024
_TAKES = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
_FOR_EVER = "public, max-age=31536000, immutable"


@router.post("/api/incidents", tags=["anyone"])
def report_incident(given: IncidentReport, network: Network) -> Done:
    """Tell that something happened, to the hexagon and the day. It counts once the operator looked at it."""
    incident = Incident(
        kind=given.kind,
        day=given.day,
        cell=given.cell,
        household=household_of(given.household, network.household_key),
    )
    with network.database.transaction(Role.INTAKE) as db:
        service.report(incident, now=network.clock.now(), db=db)
    return Done()


@router.post("/api/incidents/import", tags=["operator"], openapi_extra=_TAKES)
async def import_incidents(
    request: Request,
    operator: Operator,  # noqa: ARG001
    network: Network,
    kind: str | None = None,
    day: str | None = None,
    cell: str | None = None,
    longitude: str | None = None,
    latitude: str | None = None,
    source: str | None = None,
    household: str | None = None,
    date_order: Literal["day-first", "month-first"] | None = None,
) -> TakenInShape:
    """Take in a table of what residents reported; all of it or, with the line that is wrong, none.

    The query names columns that are not called as usual. Coordinates become cells of resolution 9 and
    households keyed hashes before anything is stored.
    """
    columns = IncidentColumns(
        place=CellColumns(cell=cell, longitude=longitude, latitude=latitude),
        kind=kind,
        day=day,
        source=source,
        household=household,
        date_order=date_order,
    )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise TooLarge("one import holds at most 32 MiB; send the incidents in parts")
    return await run_in_threadpool(_take_in, bytes(body), columns, network)


@router.get("/api/incidents/waiting", tags=["operator"])
def list_waiting(operator: Operator, network: Network) -> list[WaitingReport]:  # noqa: ARG001
    """Residents' reports that nobody has looked at, oldest first; never whose they are."""
    with network.database.transaction(Role.DOOR) as db:
        return [WaitingReport.model_validate(vars(each)) for each in store.waiting(db=db)]


@router.post("/api/incidents/waiting", tags=["operator"])
def look_at_waiting(given: LookedAt, operator: Operator, network: Network) -> Changed:  # noqa: ARG001
    """Count these reports from now on, or drop them."""
    act = store.count_waiting if given.count else store.drop_waiting
    with network.database.transaction(Role.DOOR) as db:
        return Changed(reports=act(given.ids, db=db))


@router.get("/api/maps/grounds", tags=["operator"])
def list_grounds(operator: Operator, network: Network) -> list[GroundShape]:  # noqa: ARG001
    """What maps can be made of, and what is left of this year's privacy budget."""
    with network.database.transaction(Role.DOOR) as db:
        found = service.grounds(now=network.clock.now(), db=db)
    return [GroundShape.model_validate(vars(each)) for each in found]


@router.post("/api/maps", tags=["operator"], status_code=201)
def publish_map(given: MapPlan, operator: Operator, network: Network) -> MapSummary:  # noqa: ARG001
    """Make a map, pay for it from the privacy budget, and show it to everybody."""
    plan = Plan(
        area=tuple(sorted(given.area)),
        resolution=given.resolution,
        start=given.start,
        end=given.end,
        kinds=tuple(given.kinds),
        epsilon_thousandths=given.epsilon_thousandths,
        reported=(given.reported_low, given.reported_high),
    )
    with network.database.transaction(Role.DOOR) as db:
        return _summary(service.publish(plan, now=network.clock.now(), db=db))


@router.get("/api/maps", tags=["anyone"])
def list_maps(network: Network) -> list[MapSummary]:
    """The newest map of each area, newest first."""
    with network.database.transaction(Role.PUBLIC) as db:
        return [_summary(published) for published in store.shown(db=db)]


@router.get("/maps/{sha256}.json", tags=["anyone"], response_class=Response)
def map_file(sha256: str, network: Network) -> Response:
    """A published map: the bytes that its SHA-256 names, the same for residents and agencies."""
    with network.database.transaction(Role.PUBLIC) as db:
        return _file(store.get_map(sha256, db=db), cache=_FOR_EVER)


@router.get("/api/releases", tags=["anyone"])
def list_releases(network: Network, limit: Annotated[int, Query(ge=1, le=500)] = 200) -> list[ReleaseShape]:
    """Which agency asked for which map, what for and until when, and what the gate said; newest first."""
    with network.database.transaction(Role.PUBLIC) as db:
        return [_release(release) for release in store.releases(limit=limit, db=db)]


@router.post("/api/releases", tags=["officer"])
def ask_for_map(given: MapWish, officer: Officer, network: Network) -> GateAnswer:
    """Ask for the map that residents see. The gate's answer is entered in the public log, a refusal too."""
    asked = Asked(
        agency=officer.agency or "",
        officer=officer.holder,
        map_sha256=given.map_sha256,
        purpose=given.purpose,
        expires_on=given.expires_on,
    )
    with network.database.transaction(Role.AGENCY) as db:
        answer = service.ask(asked, officer=officer, now=network.clock.now(), db=db)
    return GateAnswer(
        granted=not answer.reasons,
        release=_release(answer.release),
        reasons=[BrokenRuleShape.model_validate(vars(reason)) for reason in answer.reasons],
    )


@router.get("/api/releases/{release_id}/map.json", tags=["officer"], response_class=Response)
def released_map(release_id: str, officer: Officer, network: Network) -> Response:
    """The map that the officer's agency was given, until its last day."""
    with network.database.transaction(Role.AGENCY) as db:
        return _file(
            service.given(release_id, officer=officer, now=network.clock.now(), db=db), cache="no-store"
        )


def _take_in(body: bytes, columns: IncidentColumns, network: NetworkDaemon) -> TakenInShape:
    now = network.clock.now()
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder:
        file = Path(folder) / "incidents.csv"
        file.write_bytes(body)
        incidents = read_incidents(file, columns, key=network.household_key, today=service.latest_day(now))
    with network.database.transaction(Role.DOOR) as db:
        return TakenInShape.model_validate(vars(service.take_in(incidents, now=now, db=db)))


def _file(published: PublishedMap, *, cache: str) -> Response:
    headers = {"Cache-Control": cache, "ETag": f'"{published.sha256}"'}
    return Response(published.body, media_type="application/json", headers=headers)


def _summary(published: PublishedMap) -> MapSummary:
    content = published.content
    return MapSummary.model_validate(
        {
            "sha256": published.sha256,
            "published_at": to_text(published.published_at),
            "area": content["area"],
            "start": content["from"],
            "end": content["to"],
            "kinds": content["kinds"],
            "resolution": content["resolution"],
            "enough": content["enough"],
            "events": content["events"],
        }
    )


def _release(release: Release) -> ReleaseShape:
    told = {name: value for name, value in vars(release).items() if name != "entry"}
    return ReleaseShape.model_validate(told | {"reasons": list(release.reasons)})
