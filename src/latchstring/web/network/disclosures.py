"""What hubs hand in, and what officers fetch, open and conclude."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from latchstring.base.ids import RequestId
from latchstring.base.signing import VerifyKey
from latchstring.network.accounts.models import Account
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.roles import Role
from latchstring.network.disclosures import service, store
from latchstring.network.ledger import store as log
from latchstring.network.requests import store as requests
from latchstring.protocol.messages import UPLOAD_OFFSET, DisclosurePost
from latchstring.sealing.outer import build_outer_bag, outer_bag_etag, outer_bag_size
from latchstring.web.network.access import Network, Officer
from latchstring.web.network.shapes import EnvelopeShape, Shape, Signed

router = APIRouter(prefix="/api")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class UploadState(Shape):
    offset: int = Field(description="how many bytes have come; go on from here")


class DisclosureToMake(Shape):
    disclosure: EnvelopeShape
    receipt: EnvelopeShape
    device_key: str = Field(max_length=100, description="base64; the key that signed both")


class DisclosureMade(Shape):
    disclosure: str
    index: int | None = Field(description="its place in the log; null for a moment")


class OpenedShape(Shape):
    officer: str
    at: datetime
    index: int | None


class DisclosureShape(Shape):
    id: str
    request: str
    disclosure_sha256: str
    receipt_sha256: str
    size_bytes: int
    received_at: datetime
    index: int | None
    openings: list[OpenedShape]


class OutcomeShape(Shape):
    request: str
    officer: str
    outcome: str
    at: datetime


@router.put("/uploads/{sha256}", tags=["hub"], openapi_extra=_BODY)
async def send_upload(
    sha256: str,
    request: Request,
    response: Response,
    network: Network,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> UploadState:
    """Append ciphertext from `offset` on. What has come stays when the connection breaks."""
    with network.intake.spool.part(sha256, offset) as part:
        try:
            async for chunk in request.stream():
                await run_in_threadpool(part.write, chunk)
        except ClientDisconnect:
            pass  # what was written counts; the sender asks where to go on
    await run_in_threadpool(_touch, network, sha256, part.offset)
    response.headers[UPLOAD_OFFSET] = str(part.offset)
    return UploadState(offset=part.offset)


@router.head("/uploads/{sha256}", tags=["hub"], response_class=Response)
def upload_offset(sha256: str, network: Network) -> Response:
    """How many bytes of an upload have come, in the header Upload-Offset."""
    return Response(headers={UPLOAD_OFFSET: str(network.intake.received(sha256))})


@router.post("/disclosures", tags=["hub"])
def make_disclosure(given: DisclosureToMake, network: Network) -> DisclosureMade:
    """Hand in what an owner agreed to share, once its ciphertext is here. Again: the same answer."""
    post = DisclosurePost(
        disclosure=given.disclosure.read(),
        receipt=given.receipt.read(),
        device_key=VerifyKey.from_text(given.device_key),
    )
    made, index = network.intake.disclose(post, network=network.origin, now=network.clock.now())
    return DisclosureMade(disclosure=made.id, index=index)


@router.get("/requests/{request_id}/disclosures", tags=["officer"])
def list_disclosures(request_id: str, officer: Officer, network: Network) -> list[DisclosureShape]:
    """What was shared for a request of the officer's agency."""
    with network.database.transaction(Role.AGENCY) as db:
        asked = requests.get_for(officer, RequestId(request_id), db=db)
        found = [(made, store.openings_of(made.id, db=db)) for made in store.all_of(asked.id, db=db)]
        ids = [made.entry for made, _ in found] + [o.entry for _, opened in found for o in opened]
        places = {i: entry.position for i, entry in log.entered(ids, db=db).items()}
    return [
        DisclosureShape(
            id=made.id,
            request=made.request,
            disclosure_sha256=made.disclosure_sha256,
            receipt_sha256=made.receipt_sha256,
            size_bytes=made.size_bytes,
            received_at=made.received_at,
            index=places.get(made.entry),
            openings=[OpenedShape(officer=o.officer, at=o.at, index=places.get(o.entry)) for o in opened],
        )
        for made, opened in found
    ]


@router.get("/disclosures/{disclosure_id}/package.tar", tags=["officer"], response_class=StreamingResponse)
def fetch_package(disclosure_id: str, officer: Officer, network: Network) -> Response:
    """The evidence package: the outer bag as a tar, ciphertext and public documents."""
    with network.database.transaction(Role.AGENCY) as db:
        parts = service.parts_of(
            store.get_for(officer, disclosure_id, db=db),
            officer=officer,
            reader=network.tiles,
            vkey=network.signer.vkey,
            blobs=network.intake.blobs,
            db=db,
        )
    return StreamingResponse(
        build_outer_bag(parts),
        media_type="application/x-tar",
        headers={
            "Content-Length": str(outer_bag_size(parts)),
            "Content-Disposition": f'attachment; filename="{disclosure_id}.tar"',
            "ETag": f'"{outer_bag_etag(parts)}"',
        },
    )


@router.post("/disclosures/{disclosure_id}/opening", tags=["officer"])
def enter_opening(disclosure_id: str, given: Signed, officer: Officer, network: Network) -> DisclosureShape:
    """Enter that the officer has opened a package; the owner's trust rests on it."""
    with network.database.transaction(Role.AGENCY) as db:
        made = store.get_for(officer, disclosure_id, db=db)
        service.enter_opening(made, given.envelope.read(), officer=officer, now=network.clock.now(), db=db)
    return _one(made.request, disclosure_id, officer, network)


@router.post("/requests/{request_id}/outcome", tags=["officer"])
def enter_outcome(request_id: str, given: Signed, officer: Officer, network: Network) -> OutcomeShape:
    """Enter what became of the footage."""
    with network.database.transaction(Role.AGENCY) as db:
        asked = requests.get_for(officer, RequestId(request_id), db=db)
        done = service.enter_outcome(
            asked, given.envelope.read(), officer=officer, now=network.clock.now(), db=db
        )
    return OutcomeShape(request=done.request, officer=done.officer, outcome=done.outcome, at=done.at)


def _one(request_id: str, disclosure_id: str, officer: Account, network: NetworkDaemon) -> DisclosureShape:
    return next(d for d in list_disclosures(request_id, officer, network) if d.id == disclosure_id)


def _touch(network: NetworkDaemon, sha256: str, received_bytes: int) -> None:
    network.intake.touch(sha256, received_bytes, now=network.clock.now())
