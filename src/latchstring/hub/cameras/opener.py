"""Which source stands behind an address."""

from __future__ import annotations

from latchstring.base.clock import Clock
from latchstring.hub.cameras import address
from latchstring.hub.cameras.models import PacketSource
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.cameras.rtsp import RtspSource
from latchstring.hub.cameras.synthetic import Scene, SyntheticSource
from latchstring.hub.cameras.video_file import FileSource


class CameraOpener:
    """Opens every kind of address that this version knows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def open(self, url: str, *, sound: bool = False, patience: Patience | None = None) -> PacketSource:
        parts = address.parse(url)
        if parts.scheme in address.RTSP:
            return RtspSource(url, self._clock, sound=sound, patience=patience)
        if parts.scheme == "file":
            return FileSource(address.file_path(parts), self._clock, sound=sound)
        return SyntheticSource(Scene.from_query(parts.query), self._clock)
