"""The owner's inbox over HTTP: requests that touch this home, and the owner's answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import Answer, InboxItem, MatchedClip, State, state_of
from latchstring.hub.owner import service as owner
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink.models import Share, ShareState
from latchstring.web.hub.recordings import MP4, Span, clip_response

ShownState = Literal["new", "sealing", "uploading", "shared", "not-now", "muted", "expired", "failed"]
_OF_SHARE: dict[ShareState, ShownState] = {
    ShareState.CONSENTED: "sealing",
    ShareState.SEALED: "sealing",
    ShareState.UPLOADING: "uploading",
    ShareState.DISCLOSED: "shared",
    ShareState.FAILED: "failed",
}


class ClipNotOffered(NotFound):
    """This request does not touch such a clip."""


class ShownVote(BaseModel):
    reviewer: str
    verdict: Literal["for", "against"]
    reason: str


class CheckedStep(BaseModel):
    """A numbered check that this hub made itself, and what it shows."""

    n: int
    what: str


class OfferedClip(BaseModel):
    """A recording that the request touches; `size` in bytes, 0 once it has been deleted."""

    id: str
    camera: str
    name: str
    start: datetime
    end: datetime
    size: int
    preview_url: str
    thumb_url: str


class ShownRequest(BaseModel):
    """A verified request. `message` says what went wrong with sharing, or what it waits for."""

    id: str
    state: ShownState
    agency: str
    officer: str
    offence: str
    text: str
    window: Span
    created_at: datetime
    expires_at: datetime
    received_at: datetime
    votes: list[ShownVote]
    clips: list[OfferedClip]
    shared_clips: list[str]
    shared_at: datetime | None
    can_undo: bool
    sends_after: datetime | None
    entry: int | None
    verified: list[CheckedStep]
    area: dict[str, Any]
    incident_cell: str
    checkpoint_size: int
    message: str | None


class ShareForm(BaseModel):
    """Which of the offered clips, by their ids."""

    clips: list[str]


class AnswerState(BaseModel):
    state: ShownState


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["inbox"])

    def shown_state(item: InboxItem, share: Share | None) -> ShownState:
        state = state_of(item, muted=owner.muted(hub.store), now=hub.clock.now())
        return _OF_SHARE[share.state] if state is State.SHARED and share else state.value

    def shown(item: InboxItem, names: Mapping[CameraId, str]) -> ShownRequest:
        share = sharing.share_of(hub.store, item.request.id) if item.answer is Answer.SHARE else None
        request = item.request
        return ShownRequest(
            id=request.id,
            state=shown_state(item, share),
            agency=request.agency,
            officer=request.officer,
            offence=request.offence,
            text=request.text,
            window=Span(start=request.window.start, end=request.window.end),
            created_at=request.created_at,
            expires_at=request.expires_at,
            received_at=item.arrived_at,
            votes=[
                ShownVote(
                    reviewer=v.reviewer, verdict="for" if v.verdict == "for" else "against", reason=v.reason
                )
                for v in item.votes
            ],
            clips=[offered(item, clip, names) for clip in item.clips],
            shared_clips=list(share.clips) if share else [],
            shared_at=share.since if share and share.state is ShareState.DISCLOSED else None,
            can_undo=item.answer is Answer.NOT_NOW if share is None else share.can_be_taken_back,
            sends_after=share.upload_after if share and share.can_be_taken_back else None,
            entry=share.entry if share else None,
            verified=[CheckedStep(n=step.n, what=step.what) for step in item.steps],
            area=request.area.to_geojson(),
            incident_cell=request.incident_cell,
            checkpoint_size=item.tree_size,
            message=share.trouble if share else None,
        )

    def offered(item: InboxItem, matched: MatchedClip, names: Mapping[CameraId, str]) -> OfferedClip:
        during, size = matched.during, 0
        try:
            clip = hub.recordings.cut(matched.camera, matched.during)
            during, size = clip.during, clip.size_bytes
        except NotFound:
            pass
        middle = to_text(during.start + during.duration / 2)
        return OfferedClip(
            id=matched.id,
            camera=matched.camera,
            name=names.get(matched.camera, "A removed camera"),
            start=during.start,
            end=during.end,
            size=size,
            preview_url=f"/api/inbox/{item.request.id}/preview/{matched.id}.mp4",
            thumb_url=f"/api/cameras/{matched.camera}/snapshot.jpg?at={quote(middle)}",
        )

    def state_after(request_id: RequestId) -> AnswerState:
        item = inbox.item(hub.store, request_id)
        return AnswerState(state=shown_state(item, sharing.share_of(hub.store, request_id)))

    @router.get("/inbox")
    def list_inbox() -> list[ShownRequest]:
        """Every request that touched this home, newest first."""
        names = hub.recordings.cameras()
        return [shown(item, names) for item in inbox.items(hub.store)]

    @router.get("/inbox/{request_id}")
    def get_request(request_id: str) -> ShownRequest:
        """One request, with the clips that it touches and the checks that it held."""
        return shown(inbox.item(hub.store, RequestId(request_id)), hub.recordings.cameras())

    @router.post("/inbox/{request_id}/share")
    def share_clips(request_id: str, form: ShareForm) -> AnswerState:
        """Agree to share these clips, for this request and once."""
        delay = sharing.random_delay(hub.settings.upload_delay_seconds)
        sharing.consent(hub.store, RequestId(request_id), form.clips, delay=delay, now=hub.clock.now())
        hub.sender.wake()
        return state_after(RequestId(request_id))

    @router.post("/inbox/{request_id}/not-now")
    def not_now(request_id: str) -> AnswerState:
        """Put it aside. Nobody outside can tell."""
        inbox.not_now(hub.store, RequestId(request_id))
        return state_after(RequestId(request_id))

    @router.post("/inbox/{request_id}/undo")
    def undo_answer(request_id: str) -> AnswerState:
        """Make it new again; a yes can be taken back until its upload begins."""
        if inbox.item(hub.store, RequestId(request_id)).answer is Answer.SHARE:
            sharing.take_back(hub.store, RequestId(request_id), hub.outbox)
        else:
            inbox.reopen(hub.store, RequestId(request_id))
        return state_after(RequestId(request_id))

    @router.get("/inbox/{request_id}/preview/{clip_id}.mp4", response_class=StreamingResponse, responses=MP4)
    def preview_clip(
        request_id: str, clip_id: str, wanted: Annotated[str | None, Header(alias="Range")] = None
    ) -> Response:
        """The clip exactly as it would be shared."""
        item = inbox.item(hub.store, RequestId(request_id))
        matched = next((clip for clip in item.clips if clip.id == clip_id), None)
        if matched is None:
            raise ClipNotOffered
        return clip_response(hub.recordings.cut(matched.camera, matched.during), wanted)

    @router.post("/agencies/{agency}/mute", status_code=204)
    def mute_agency(agency: str) -> None:
        """Keep this agency's requests out of sight. The agency cannot tell."""
        owner.mute(hub.store, agency, now=hub.clock.now())

    @router.delete("/agencies/{agency}/mute", status_code=204)
    def unmute_agency(agency: str) -> None:
        owner.unmute(hub.store, agency)

    return router
