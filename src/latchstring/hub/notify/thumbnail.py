"""A picture small enough to travel inside a push message."""

from __future__ import annotations

from fractions import Fraction

import av

from latchstring.hub.cameras import decode

WIDTHS = (320, 256, 192, 128, 96)
QUALITIES = (8, 16, 31)
"""JPEG quantisers, the best first."""


def fitting(jpeg: bytes, most_bytes: int) -> bytes | None:
    """The picture as JPEG, as wide and as good as fits; None when nothing does."""
    picture = decoded(jpeg)
    if picture is None:
        return None
    for width in WIDTHS:
        small = decode.at_most(picture, width)
        for quality in QUALITIES:
            if len(made := _encoded(small, quality)) <= most_bytes:
                return made
    return None


def decoded(jpeg: bytes) -> av.VideoFrame | None:
    """None: it is no JPEG."""
    try:
        [picture] = av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg))
    except (av.error.FFmpegError, ValueError):
        return None
    assert isinstance(picture, av.VideoFrame)
    return picture


def _encoded(picture: av.VideoFrame, quality: int) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": str(quality), "qmax": str(quality)}
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
