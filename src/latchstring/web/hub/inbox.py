"""The owner's inbox over HTTP: requests that touch this home, and the owner's answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from latchstring.base.errors import NotFound
from latchstring.base.ids import CameraId, RequestId
from latchstring.base.time import TimeRange, to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import AlreadyShared, Answer, InboxItem, MatchedClip, State, state_of
from latchstring.hub.owner import service as owner
from latchstring.hub.redaction import faces
from latchstring.hub.redaction.masks import MOST_MASKS
from latchstring.hub.redaction.models import ClipKey, Readiness, Stage
from latchstring.hub.redaction.outgoing import NotWhatWasSeen
from latchstring.hub.redaction.plan import Plan, Wish
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink.models import Share, ShareState
from latchstring.web.hub.masks import ShownRegion
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


class Hiding(BaseModel):
    """What is hidden in a clip before it leaves, besides the camera's privacy masks."""

    faces: bool = False
    regions: Annotated[list[ShownRegion], Field(max_length=MOST_MASKS)] = []


class ShownHiding(Hiding):
    """With how far that is done: `progress` from 0 to 1 while it is worked on, `sha256` once it can be seen.

    Unless `state` is as-recorded, a clip can be shared only once it is ready, by that `sha256`.
    """

    masks: int
    faces_can_be_found: bool
    state: Stage
    progress: float
    sha256: str | None
    message: str | None


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
    hiding: ShownHiding


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
    """Which of the offered clips, by their ids; where something is hidden, the `sha256` of what was seen."""

    clips: list[str]
    seen: dict[str, str] = {}


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
        during, size, ready = matched.during, 0, Readiness(plan=Plan(), stage=Stage.AS_RECORDED)
        with suppress(NotFound):
            clip = hub.recordings.cut(matched.camera, matched.during)
            ready = hub.redactor.readiness(ClipKey(item.request.id, matched.id), clip)
            during, size = clip.during, ready.size_bytes or clip.size_bytes
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
            hiding=_shown(ready),
        )

    def chosen(request_id: str, clip_id: str) -> tuple[ClipKey, MatchedClip]:
        item = inbox.item(hub.store, RequestId(request_id))
        matched = next((clip for clip in item.clips if clip.id == clip_id), None)
        if matched is None:
            raise ClipNotOffered
        return ClipKey(item.request.id, clip_id), matched

    def still_open(request_id: str) -> None:
        if inbox.item(hub.store, RequestId(request_id)).answer is Answer.SHARE:
            raise AlreadyShared

    def hiding_of(key: ClipKey, matched: MatchedClip) -> ShownHiding:
        return _shown(hub.redactor.readiness(key, hub.recordings.cut(matched.camera, matched.during)))

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
        for clip_id in form.seen.keys() & set(form.clips):
            key, matched = chosen(request_id, clip_id)
            if hiding_of(key, matched).sha256 != form.seen[clip_id]:
                raise NotWhatWasSeen
        delay = sharing.random_delay(hub.settings.upload_delay_seconds)
        sharing.consent(
            hub.store,
            RequestId(request_id),
            form.clips,
            seen=form.seen,
            delay=delay,
            now=hub.clock.now(),
        )
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

    @router.put("/inbox/{request_id}/clips/{clip_id}/hiding")
    def hide(request_id: str, clip_id: str, form: Hiding) -> ShownHiding:
        """Hide this too in one clip: areas of the picture, and faces as far as a program finds them."""
        still_open(request_id)
        key, matched = chosen(request_id, clip_id)
        if form.faces and not faces.can_be_found():
            raise faces.FacesCannotBeFound
        wish = Wish(faces=form.faces, regions=tuple(shown.region for shown in form.regions))
        hub.redactor.wish(key, wish)
        return hiding_of(key, matched)

    @router.post("/inbox/{request_id}/clips/{clip_id}/prepare")
    def prepare(request_id: str, clip_id: str) -> ShownHiding:
        """Burn in what is hidden, so that it can be looked at; goes on after a restart."""
        still_open(request_id)
        key, matched = chosen(request_id, clip_id)
        if hiding_of(key, matched).state in (Stage.UNPREPARED, Stage.FAILED):
            hub.redactor.prepare(key, matched.camera, matched.during)
        return hiding_of(key, matched)

    @router.delete("/inbox/{request_id}/clips/{clip_id}/prepare")
    def stop_preparing(request_id: str, clip_id: str) -> ShownHiding:
        """Call it off."""
        key, matched = chosen(request_id, clip_id)
        hub.redactor.call_off(key)
        return hiding_of(key, matched)

    @router.get("/inbox/{request_id}/preview/{clip_id}.mp4", response_class=StreamingResponse, responses=MP4)
    def preview_clip(
        request_id: str,
        clip_id: str,
        start: AwareDatetime | None = None,
        end: AwareDatetime | None = None,
        wanted: Annotated[str | None, Header(alias="Range")] = None,
    ) -> Response:
        """The very bytes that would be shared; with `start` and `end` the GOPs of that time, for a player."""
        key, matched = chosen(request_id, clip_id)
        clip = hub.redactor.fit_to_leave(key, hub.recordings.cut(matched.camera, matched.during))
        if start is not None and end is not None:
            clip = clip.within(TimeRange(start, end))
        return clip_response(clip, wanted)

    @router.post("/agencies/{agency}/mute", status_code=204)
    def mute_agency(agency: str) -> None:
        """Keep this agency's requests out of sight. The agency cannot tell."""
        owner.mute(hub.store, agency, now=hub.clock.now())

    @router.delete("/agencies/{agency}/mute", status_code=204)
    def unmute_agency(agency: str) -> None:
        owner.unmute(hub.store, agency)

    return router


def _shown(ready: Readiness) -> ShownHiding:
    return ShownHiding(
        faces=ready.plan.wish.faces,
        regions=[ShownRegion.of(region) for region in ready.plan.wish.regions],
        masks=len(ready.plan.masks),
        faces_can_be_found=faces.can_be_found(),
        state=ready.stage,
        progress=ready.share,
        sha256=ready.made.sha256 if ready.made else None,
        message=ready.trouble,
    )
