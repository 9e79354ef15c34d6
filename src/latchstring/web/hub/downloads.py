"""Recordings to take along: what there is of a range, and each part of it as a file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.daemon import Hub
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.download import Download, while_made
from latchstring.hub.redaction.burn import burn
from latchstring.web.hub.recordings import MP4, Span, clip_response, clip_times, saved_as

LONGEST = timedelta(hours=25)
"""A day, also when the clocks change."""
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class TooLong(BadInput):
    """A download is at most a day long. Please take it in pieces."""


class Part(Span):
    """An unbroken part of a range, from a keyframe up to a keyframe: its exact times and its size.

    `is_masked`: privacy masks are burned in on the way, so the size is only about this; so it is with sound.
    """

    size_bytes: int
    is_masked: bool


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/cameras", tags=["recordings"])

    @router.get("/{camera_id}/parts")
    def parts(camera_id: str, start: AwareDatetime, end: AwareDatetime) -> list[Part]:
        """What a download of this range would be: one file for each unbroken part; none: nothing recorded."""
        camera, during = hub.video.camera(CameraId(camera_id)).id, _asked(start, end)
        return [
            Part(
                start=part.start,
                end=part.end,
                size_bytes=Download(part).size_bytes,
                is_masked=hub.video.hidden(part).hides,
            )
            for part in hub.video.recordings.parts(camera, during)
        ]

    @router.get("/{camera_id}/download.mp4", response_class=StreamingResponse, responses=MP4)
    def download(
        camera_id: str,
        start: AwareDatetime,
        end: AwareDatetime,
        wanted: Annotated[str | None, Header(alias="Range")] = None,
    ) -> Response:
        """One part as a file that plays everywhere: its time starts at 0. A break in the range is refused.

        `X-Clip-Start` and `X-Clip-End` say exactly from when to when, and so does its name, in UTC. Where
        privacy masks are burned in, or G.711 sound becomes AAC, which every player knows, it comes as it is
        made: without a length and always from its beginning.
        """
        camera = hub.video.camera(CameraId(camera_id))
        clip = hub.video.recordings.cut(camera.id, _asked(start, end))
        return leaving(hub, clip, wanted, name=file_name(camera.name, clip.start))

    return router


def _asked(start: datetime, end: datetime) -> TimeRange:
    during = TimeRange(start, end)
    if during.duration > LONGEST:
        raise TooLong
    return during


def leaving(hub: Hub, clip: Clip, wanted: str | None, *, name: str) -> Response:
    """The one way by which a recording becomes a file: painted over where a privacy mask holds or held."""
    plan = hub.video.hidden(clip)
    if not plan.hides and _plays_everywhere(clip.run.sound):
        return clip_response(Download(clip), wanted, name=name)
    headers = {**clip_times(clip), **saved_as(name)}
    pictures = burn(clip, plan) if plan.hides else clip.pictures.chunks()
    return StreamingResponse(while_made(clip, pictures), headers=headers, media_type="video/mp4")


def _plays_everywhere(sound: SoundInfo | None) -> bool:
    return sound is None or sound.codec == "aac"


def file_name(camera: str, start: datetime) -> str:
    """`Porch 2026-11-23 08.30.02 UTC.mp4`: fit for every file system."""
    name = _NOT_IN_NAMES.sub(" ", camera).strip(" .") or "Camera"
    return f"{name} {start:%Y-%m-%d %H.%M.%S} UTC.mp4"
