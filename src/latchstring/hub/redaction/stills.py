"""Still pictures for outside: what masks hide is painted over in them too."""

from __future__ import annotations

from datetime import datetime, timedelta

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras import decode
from latchstring.hub.recording import index
from latchstring.hub.recording.clip import NothingRecorded
from latchstring.hub.recording.pictures import keyframe_jpeg
from latchstring.hub.redaction import masks
from latchstring.hub.redaction.paint import Brush
from latchstring.hub.store import Store

INSTANT = timedelta(microseconds=1)


def picture(store: Store, camera: CameraId, at: datetime, *, width: int) -> bytes:
    """The recorded keyframe at or last before `at` as JPEG, fit to leave."""
    gop = index.at(store, camera, at)
    if gop is None:
        raise NothingRecorded
    return masked(store, camera, keyframe_jpeg(store, gop, width=width), gop.during)


def masked(store: Store, camera: CameraId, jpeg: bytes, filmed: TimeRange | datetime) -> bytes:
    """The JPEG with every mask painted over that held when it was filmed or that holds now.

    The same bytes where there is none. The picture must be the whole of what the camera saw.
    """
    during = filmed if isinstance(filmed, TimeRange) else TimeRange(filmed, filmed + INSTANT)
    covering = masks.covering(store, camera, during)
    if not covering:
        return jpeg
    whole = decode.decode_jpeg(jpeg)
    return decode.encode_jpeg(Brush(covering, whole.width, whole.height).paint(whole))
