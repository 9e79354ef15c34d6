"""The clip of an event, with what was before it and after it, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from latchstring.base.ids import EventId
from latchstring.hub.daemon import Hub
from latchstring.hub.events.around import POST_ROLL, PRE_ROLL
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.download import Download
from latchstring.web.hub.downloads import file_name, leaving
from latchstring.web.hub.recordings import MP4

LONGEST_SECONDS = 3600
Seconds = Annotated[float, Query(ge=0, le=LONGEST_SECONDS)]


class EventClip(BaseModel):
    """What there is of an event: from the keyframe at or before `before` seconds ahead of it. [start, end)"""

    event: str
    camera: str
    start: datetime
    end: datetime
    size_bytes: int


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/events", tags=["recordings"])
    usual_before, usual_after = PRE_ROLL.total_seconds(), POST_ROLL.total_seconds()

    @router.get("/{event_id}/clip")
    def event_clip(event_id: str, before: Seconds = usual_before, after: Seconds = usual_after) -> EventClip:
        """From when to when the event's clip reaches, exactly; play or save it with these times."""
        clip = _cut(event_id, before, after)
        return EventClip(
            event=event_id,
            camera=clip.camera,
            start=clip.start,
            end=clip.end,
            size_bytes=Download(clip).size_bytes,
        )

    @router.get("/{event_id}/download.mp4", response_class=StreamingResponse, responses=MP4)
    def download_event(
        event_id: str,
        before: Seconds = usual_before,
        after: Seconds = usual_after,
        wanted: Annotated[str | None, Header(alias="Range")] = None,
    ) -> Response:
        """The event as a file, as `download` makes them."""
        clip = _cut(event_id, before, after)
        return leaving(hub, clip, wanted, name=file_name(hub.video.camera(clip.camera).name, clip.start))

    def _cut(event_id: str, before: float, after: float) -> Clip:
        return hub.video.event_clip(
            EventId(event_id), before=timedelta(seconds=before), after=timedelta(seconds=after)
        )

    return router
