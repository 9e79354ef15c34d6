"""Coded frames to pictures: luma for the motion detector, JPEG for the page."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
from av.codec.context import ThreadType
from numpy.typing import NDArray

from latchstring.hub.cameras.errors import BrokenVideo

Luma = NDArray[np.uint8]


class Decoder:
    """Decodes H.264 frame by frame, cheaply: no deblocking, one thread. For one thread; close it."""

    def __init__(self, extradata: bytes, *, fast: bool = True) -> None:
        self._context = av.CodecContext.create("h264", "r")
        self._context.extradata = extradata or None
        self._context.thread_count = 1
        self._context.thread_type = ThreadType.NONE
        if fast:
            self._context.options = {"skip_loop_filter": "all"}

    def frames(self, data: bytes, stamp: int) -> Iterator[av.VideoFrame]:
        """The pictures that this packet completes; each carries the `stamp` of its own packet as `pts`."""
        packet = av.Packet(data)
        packet.pts = packet.dts = stamp
        try:
            yield from self._context.decode(packet)
        except av.error.FFmpegError as e:
            raise BrokenVideo from e

    def rest(self) -> Iterator[av.VideoFrame]:
        """The pictures still inside."""
        try:
            yield from self._context.decode(None)
        except av.error.FFmpegError as e:
            raise BrokenVideo from e

    def lend_colours(self, encoder: av.VideoCodecContext) -> None:
        """Let what is encoded from these pictures say the same of its colours and its pixels' shape."""
        encoder.color_range = self._context.color_range
        encoder.color_primaries = self._context.color_primaries
        encoder.color_trc = self._context.color_trc
        encoder.colorspace = self._context.colorspace
        if self._context.sample_aspect_ratio:
            encoder.sample_aspect_ratio = self._context.sample_aspect_ratio


def check_keyframe(keyframe: bytes, extradata: bytes) -> None:
    """Raise `BrokenVideo` unless the keyframe decodes without an error."""
    decoder = Decoder(extradata)
    pictures = [*decoder.frames(keyframe, 0), *decoder.rest()]
    if not pictures or any(picture.is_corrupt for picture in pictures):
        raise BrokenVideo


def luma(frame: av.VideoFrame, step: int) -> Luma:
    """Every `step`th pixel of every `step`th row of the picture's brightness, copied out of the decoder."""
    if not _has_bytes_of_luma(frame.format.name):
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows: Luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height : step, : frame.width : step].copy()


@cache
def _has_bytes_of_luma(pixel_format: str) -> bool:
    """Whether its first plane is brightness, a byte a pixel."""
    form = av.VideoFormat(pixel_format)
    return form.is_planar and not form.is_rgb and form.components[0].bits == 8


def jpeg(keyframe: bytes, extradata: bytes, *, width: int | None = None) -> bytes:
    """A keyframe as JPEG, at most `width` pixels wide."""
    decoder = Decoder(extradata, fast=False)
    picture = next(iter([*decoder.frames(keyframe, 0), *decoder.rest()]), None)
    if picture is None:
        raise BrokenVideo
    return encode_jpeg(at_most(picture, width or picture.width))


def decode_jpeg(data: bytes) -> av.VideoFrame:
    try:
        [picture] = av.CodecContext.create("mjpeg", "r").decode(av.Packet(data))
    except (av.error.FFmpegError, ValueError) as e:
        raise BrokenVideo from e
    assert isinstance(picture, av.VideoFrame)
    return picture


def at_most(picture: av.VideoFrame, width: int) -> av.VideoFrame:
    """The picture in JPEG's own colours, made smaller where it is wider."""
    wide = min(width, picture.width)
    high = max(2, round(picture.height * wide / picture.width / 2) * 2)
    return picture.reformat(width=wide, height=high, format="yuvj420p")


def encode_jpeg(picture: av.VideoFrame, *, quantiser: int | None = None) -> bytes:
    """As good as libav thinks fit, or by this quantiser: 2 is fine, 31 is coarse."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    if quantiser is not None:
        encoder.options = {"qmin": str(quantiser), "qmax": str(quantiser)}
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
