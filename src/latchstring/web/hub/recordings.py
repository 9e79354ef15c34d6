"""Recordings over HTTP: the timeline, events, pictures, and clips as they lie on disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from latchstring.base.errors import NotAllowed
from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.models import Event
from latchstring.hub.recording.keyframes import keyframes
from latchstring.hub.recording.playable import sound_of
from latchstring.hub.recording.sound_track import mime
from latchstring.web.hub.auth import Asking
from latchstring.web.hub.ranges import ByteRange, asked_range

FULL_HEAT_SHARE = 0.2
Answers = dict[int | str, dict[str, Any]]
JPEG: Answers = {200: {"content": {"image/jpeg": {}}}}
MP4: Answers = {200: {"content": {"video/mp4": {}}}}
SOUND: Answers = {200: {"content": {"audio/mp4": {}}}}


Watching = Annotated[str | None, Header(alias="X-Watching")]


class OnlyToWatch(NotAllowed):
    """Privacy masks hide parts of this: watch it on the hub's pages, or take it along as a download."""


class Span(BaseModel):
    """[start, end)"""

    start: datetime
    end: datetime


class MotionEvent(Span):
    """Something moved, or somebody pressed. `score`: the largest share that moved, 0 to 1, at `peak_at`."""

    id: str
    camera: str
    kind: Literal["motion", "press"]
    peak_at: datetime
    score: float
    is_open: bool


class Heat(BaseModel):
    """How much moved in the step from `at` on, 0 to 1, for the eye."""

    at: datetime
    heat: float


class EventCount(BaseModel):
    """How many events of each kind began in the quarter of an hour from `at` on."""

    at: datetime
    motions: int
    presses: int


class Timeline(BaseModel):
    """What is known of a stretch of time; each part of `recorded` is unbroken to the eye.

    `heard` is where sound was recorded too. Events come one by one in `events`, or only as their number in
    `counts`.
    """

    recorded: list[Span]
    heard: list[Span]
    events: list[MotionEvent]
    counts: list[EventCount]
    activity: list[Heat]


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["recordings"])

    @router.get("/cameras/{camera_id}/timeline")
    def timeline(
        camera_id: str,
        start: AwareDatetime,
        end: AwareDatetime,
        step: Annotated[int, Query(ge=60, le=86_400)] = 60,
        *,
        events: bool = True,
    ) -> Timeline:
        """What one camera recorded and saw from `start` up to `end`, its activity by `step` seconds.

        For a month, take an hour's steps and leave the events out: then they are counted.
        """
        camera, during = hub.video.camera(CameraId(camera_id)).id, TimeRange(start, end)
        return Timeline(
            recorded=[
                Span(start=part.start, end=part.end) for part in hub.video.recordings.spans(camera, during)
            ],
            heard=[
                Span(start=part.start, end=part.end)
                for part in hub.video.recordings.spans(camera, during, with_sound=True)
            ],
            events=[_shown(event) for event in hub.video.events_during(camera, during)] if events else [],
            counts=[]
            if events
            else [
                EventCount(at=count.at, motions=count.motions, presses=count.presses)
                for count in hub.video.event_counts(camera, during)
            ],
            activity=[
                Heat(at=minute, heat=min(1.0, (peak / FULL_HEAT_SHARE) ** 0.5))
                for minute, peak in hub.video.activity(camera, during, step_seconds=step).items()
            ],
        )

    @router.get("/events")
    def list_events(
        session: Asking,
        before: AwareDatetime | None = None,
        after: AwareDatetime | None = None,
        camera: str | None = None,
    ) -> list[MotionEvent]:
        """The newest events first, fifty at a time; `before` the last one's start for more."""
        asked = frozenset({CameraId(camera)}) if camera else None
        seen = session.cameras if asked is None or session.cameras is None else asked & session.cameras
        found = hub.video.events(before=before, after=after, cameras=asked if seen is None else seen)
        return [_shown(event) for event in found]

    @router.get("/events/{event_id}")
    def get_event(event_id: str) -> MotionEvent:
        return _shown(hub.video.event(EventId(event_id)))

    @router.get("/cameras/{camera_id}/snapshot.jpg", response_class=Response, responses=JPEG)
    def snapshot(
        camera_id: str, at: AwareDatetime | None = None, watching: Watching = None, *, whole: bool = False
    ) -> Response:
        """The keyframe at or last before `at`, or the newest; privacy masks are painted over.

        With `whole` they are not: for the hub's own pages, which draw masks on it, and nobody else.
        """
        camera = hub.video.camera(CameraId(camera_id)).id
        if whole and not watching:
            raise OnlyToWatch
        picture = hub.video.snapshot(camera, at, whole=whole)
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    @router.get("/cameras/{camera_id}/thumbnails", response_class=Response, responses=JPEG)
    def thumbnail(camera_id: str, at: AwareDatetime) -> Response:
        """A picture of 160 pixels at `at`, or of the first instant recorded in the minute after it.

        `X-Picture-At` says of when it is. It is made when first asked for, and kept as long as its recording.
        """
        gop, picture = hub.video.thumbnail(hub.video.camera(CameraId(camera_id)).id, at)
        headers = {"Cache-Control": "private, max-age=3600", "X-Picture-At": to_text(gop.during.start)}
        return Response(picture, media_type="image/jpeg", headers=headers)

    @router.get("/cameras/{camera_id}/clip.mp4", response_class=StreamingResponse, responses=MP4)
    def clip(
        camera_id: str,
        start: AwareDatetime,
        end: AwareDatetime,
        *,
        keyframes_only: bool = False,
        watching: Watching = None,
        wanted: Annotated[str | None, Header(alias="Range")] = None,
    ) -> Response:
        """To be watched here: the bytes on disk, from the keyframe at `start` to the one after `end`.

        Where a privacy mask holds or held, only the hub's own player gets them (it says so in the header
        `X-Watching`, which no link and no "save as" sends); to take a clip along there is `download.mp4`.
        These are the pictures; the sound is in `sound.mp4`.
        `X-Clip-Start` and `X-Clip-End` say exactly from when to when. Where the recording has breaks, this is
        its longest unbroken part; the timeline shows all of them. With `keyframes_only`, for looking through
        it fast, just the keyframes of it, each lasting until the next.
        """
        camera = hub.video.camera(CameraId(camera_id)).id
        found = hub.video.longest_clip(camera, TimeRange(start, end)).pictures
        if not watching and hub.video.hidden(found).hides:
            raise OnlyToWatch
        if keyframes_only:
            return StreamingResponse(keyframes(found), media_type="video/mp4", headers=clip_times(found))
        return clip_response(found, wanted)

    @router.get("/cameras/{camera_id}/sound.mp4", response_class=StreamingResponse, responses=SOUND)
    def sound(camera_id: str, start: AwareDatetime, end: AwareDatetime) -> Response:
        """What was heard in the clip of this time, in AAC; 404 where no sound was recorded.

        Its media time is that of the pictures, and a `prft` box says of when it is.
        """
        camera = hub.video.camera(CameraId(camera_id)).id
        clip = hub.video.longest_clip(camera, TimeRange(start, end))
        info, chunks = sound_of(clip)
        return StreamingResponse(chunks, media_type=mime(info), headers=clip_times(clip))

    return router


class Sendable(Protocol):
    """Something of numbered chunks, their sizes known before: a clip, or what becomes of one."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def size_bytes(self) -> int: ...
    def chunk_sizes(self) -> list[int]: ...
    def chunk(self, number: int, /) -> bytes: ...


def clip_response(clip: Sendable, wanted: str | None, *, name: str | None = None) -> Response:
    """The clip, or the part of it that a Range header asks for (RFC 9110, 14); with `name`, to be saved."""
    headers = {"Accept-Ranges": "bytes", **clip_times(clip), **(saved_as(name) if name else {})}
    part = asked_range(wanted, clip.size_bytes)
    if part is None:
        headers["Content-Range"] = f"bytes */{clip.size_bytes}"
        return Response(status_code=416, headers=headers)
    headers["Content-Length"] = str(part.length)
    if part.is_partial:
        headers["Content-Range"] = f"bytes {part.first}-{part.first + part.length - 1}/{clip.size_bytes}"
    status = 206 if part.is_partial else 200
    return StreamingResponse(_bytes(clip, part), status, headers, media_type="video/mp4")


def saved_as(name: str) -> dict[str, str]:
    """RFC 6266, 4.3"""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def clip_times(clip: Sendable) -> dict[str, str]:
    return {
        "Cache-Control": "private, no-store",
        "X-Clip-Start": to_text(clip.start),
        "X-Clip-End": to_text(clip.end),
    }


def _bytes(clip: Sendable, part: ByteRange) -> Iterator[bytes]:
    """The part's bytes; GOPs outside it are not read."""
    at, end = 0, part.first + part.length
    for number, size in enumerate(clip.chunk_sizes()):
        if at < end and at + size > part.first:
            yield clip.chunk(number)[max(part.first - at, 0) : end - at]
        at += size


def _shown(event: Event) -> MotionEvent:
    return MotionEvent(
        id=event.id,
        camera=event.camera,
        kind=event.kind,
        start=event.during.start,
        end=event.during.end,
        peak_at=event.peak,
        score=event.score,
        is_open=event.is_open,
    )
