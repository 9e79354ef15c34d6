"""Where homes are, as counts; what this network is; the policy in force."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from latchstring.base import geo
from latchstring.base.errors import BadInput, TooLarge
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.roles import Role
from latchstring.network.places import store
from latchstring.network.places.models import PlaceCell, read_csv
from latchstring.network.requests import service as requests
from latchstring.protocol.statements import OUTCOMES
from latchstring.web.network.access import Network, Operator
from latchstring.web.network.shapes import (
    Imported,
    NetworkShape,
    PlaceShape,
    PlacesShape,
    PolicyShape,
)

router = APIRouter(prefix="/api")

_MAX_BYTES = 32 * 1024 * 1024
_TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/PlacesShape"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


class BadPlaces(BadInput):
    """Send the places as CSV (text/csv) or as JSON like {"places": [{"cell": "89…", "dwellings": 12}]}."""


@router.get("/network", tags=["anyone"])
def about_network(network: Network) -> NetworkShape:
    """What a hub or a monitor needs to know this network by."""
    return NetworkShape(
        origin=network.origin,
        vkey=network.signer.vkey,
        title=network.settings.title,
        coarse_resolution=geo.COARSE_RESOLUTION,
    )


@router.get("/policy", tags=["anyone"])
def current_policy(network: Network) -> PolicyShape:
    """The policy that new requests are judged by."""
    with network.database.transaction(Role.PUBLIC) as db:
        published = requests.policy_in_force(db=db)
    policy = published.policy
    limits = {
        name: value
        for name, value in vars(policy).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return PolicyShape(
        id=policy.id,
        version=policy.version,
        sha256=policy.sha256,
        text=published.body.decode(),
        limits=limits,
        offences=dict(policy.offences),
        allowed_offences=list(policy.allowed_offences),
        templates=dict(policy.templates),
        reasons={verdict: list(codes) for verdict, codes in policy.reasons.items()},
        outcomes=list(OUTCOMES),
    )


@router.get("/places", tags=["anyone"])
def list_places(network: Network) -> PlacesShape:
    """Every cell (H3, resolution 9) and how many dwellings it holds."""
    with network.database.transaction(Role.PUBLIC) as db:
        places = store.everywhere(db=db)
    return PlacesShape(places=[PlaceShape(cell=p.cell, dwellings=p.dwellings) for p in places])


@router.post("/places", tags=["operator"], openapi_extra=_TAKES)
async def import_places(request: Request, operator: Operator, network: Network) -> Imported:  # noqa: ARG001
    """Take in cells and their dwelling counts; a cell that is known gets the new count."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise TooLarge("one import holds at most 32 MiB; send the places in parts")
    places = _read(bytes(body), request.headers.get("content-type", ""))
    return await run_in_threadpool(_keep, places, network)


def _keep(places: list[PlaceCell], network: NetworkDaemon) -> Imported:
    with network.database.transaction(Role.DOOR) as db:
        store.put(places, db=db)
    network.publish_bundles()
    return Imported(cells=len(places))


def _read(body: bytes, content_type: str) -> list[PlaceCell]:
    try:
        if content_type.startswith("application/json"):
            given = PlacesShape.model_validate_json(body)
            return [PlaceCell(cell=p.cell, dwellings=p.dwellings) for p in given.places]
        return read_csv(body.decode())
    except (ValidationError, UnicodeDecodeError) as e:
        raise BadPlaces from e
