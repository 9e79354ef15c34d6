"""Recordings that people bring, as what a doorbell can say; and back, for a page to play."""

from __future__ import annotations

import io
import wave

import av

from latchstring.hub.cameras.g711 import RATE
from latchstring.hub.doorbell.models import NotSound, TooLongToSay

MOST_SECONDS = 30
MOST_BYTES = 8 << 20
SAMPLE_BYTES = 2


def pcm_of(data: bytes) -> bytes:
    """Any recording that libav reads, as signed 16-bit little-endian samples, one channel, 8000 a second."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    pcm = bytearray()
    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container:
            for frame in container.decode(audio=0):
                frame.pts = None
                for made in resampler.resample(frame):
                    pcm += _bytes(made)
                if len(pcm) > MOST_SECONDS * RATE * SAMPLE_BYTES:
                    raise TooLongToSay
            for made in resampler.resample(None):
                pcm += _bytes(made)
    except (av.error.FFmpegError, IndexError, ValueError, OSError):
        raise NotSound from None
    if not pcm:
        raise NotSound
    return bytes(pcm)


def wav_of(pcm: bytes) -> bytes:
    """As a file that every browser plays."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return out.getvalue()


def seconds_of(size_bytes: int) -> float:
    return size_bytes / (RATE * SAMPLE_BYTES)


def _bytes(frame: av.AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
