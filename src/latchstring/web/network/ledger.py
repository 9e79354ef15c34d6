"""The public log and the bundles: static files, and pages of entries. Who reads them is not noted."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from latchstring.base import canonical
from latchstring.base.errors import NotFound
from latchstring.ledger.storage import NotStored
from latchstring.network.database.roles import Role
from latchstring.network.ledger import service, store
from latchstring.network.requests.bundles import file_of
from latchstring.web.network.access import Network
from latchstring.web.network.shapes import Health, LogEntry, LogPage

router = APIRouter()

_TILE = re.compile(r"(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/){0,6}[0-9]{3}(\.p/[1-9][0-9]{0,2})?")
_CELL = re.compile(r"[0-9a-f]{15}")
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=2"


class NoBundle(NotFound):
    """This network has no homes in this cell, so it publishes no bundle for it."""


class NoSuchFile(NotFound):
    """The ledger has no such file."""


@router.get("/ledger/checkpoint", tags=["anyone"], response_class=PlainTextResponse)
def checkpoint(network: Network) -> Response:
    """The newest signed checkpoint (c2sp.org/tlog-checkpoint)."""
    return PlainTextResponse(network.tiles.get("checkpoint"), headers={"Cache-Control": _SHORTLY})


@router.get("/ledger/tile/{path:path}", tags=["anyone"], response_class=Response)
def tile(path: str, network: Network) -> Response:
    """A tile or entry bundle (c2sp.org/tlog-tiles)."""
    if not _TILE.fullmatch(path):
        raise NoSuchFile
    try:
        data = network.tiles.get(f"tile/{path}")
    except NotStored as e:
        raise NoSuchFile from e
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": _FOR_EVER})


@router.get("/ledger.vkey", tags=["anyone"], response_class=PlainTextResponse)
def vkey(network: Network) -> Response:
    """The key that signs checkpoints and bundles, as a C2SP verifier key."""
    return PlainTextResponse(f"{network.signer.vkey}\n", headers={"Cache-Control": "public, max-age=3600"})


@router.api_route("/bundles/{cell}.json", methods=["GET"], tags=["anyone"], response_class=Response)
def bundle(
    cell: str, network: Network, if_none_match: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """The approved requests of a coarse cell, signed; the same file for every home in it."""
    if not _CELL.fullmatch(cell):
        raise NoBundle
    try:
        data = network.files.get(file_of(cell))
    except NotStored as e:
        raise NoBundle from e
    headers = {"ETag": f'"{canonical.sha256_hex(data)}"', "Cache-Control": _SHORTLY}
    if headers["ETag"] in (tag.strip().removeprefix("W/") for tag in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/json", headers=headers)


@router.get("/api/log", tags=["anyone"])
def read_log(
    network: Network,
    before: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> LogPage:
    """Entries under the newest checkpoint, newest first, below the index `before`."""
    with network.database.transaction(Role.PUBLIC) as db:
        head = store.get_head(db=db)
        size = head.checkpoint.size
        entries = store.entries_before(min(size if before is None else before, size), limit, db=db)
    return LogPage(
        size=size,
        checkpoint=head.text,
        entries=[
            LogEntry(index=e.position, entry=canonical.decode(e.body), raw=canonical.to_base64(e.body))
            for e in entries
        ],
    )


@router.get("/api/log/{index}/proof", tags=["anyone"], response_class=PlainTextResponse)
def prove_entry(index: int, network: Network) -> Response:
    """The offline proof that this entry is in the log (c2sp.org/tlog-proof@v1)."""
    with network.database.transaction(Role.PUBLIC) as db:
        head, entry = store.get_head(db=db), store.get(index, db=db)
    return PlainTextResponse(service.prove(network.tiles, entry, head).encode())


@router.get("/healthz", tags=["anyone"])
def health(network: Network) -> Health:
    """Whether the network and its database answer."""
    with network.database.transaction(Role.PUBLIC) as db:
        return Health(log_size=store.get_head(db=db).checkpoint.size)
