"""A picture small enough to travel inside a push message."""

from __future__ import annotations

from latchstring.hub.cameras import decode
from latchstring.hub.cameras.errors import BrokenVideo

WIDTHS = (320, 256, 192, 128, 96)
QUANTISERS = (8, 16, 31)
"""The best first."""


def fitting(jpeg: bytes, most_bytes: int) -> bytes | None:
    """The picture as JPEG, as wide and as good as fits; None when nothing does, or it is no JPEG."""
    try:
        picture = decode.decode_jpeg(jpeg)
    except BrokenVideo:
        return None
    for width in WIDTHS:
        small = decode.at_most(picture, width)
        for quantiser in QUANTISERS:
            if len(made := decode.encode_jpeg(small, quantiser=quantiser)) <= most_bytes:
                return made
    return None
