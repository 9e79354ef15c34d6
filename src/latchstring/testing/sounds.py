"""Tones, and what was heard of them."""

from __future__ import annotations

import io

import av
import numpy as np

from latchstring.hub.cameras.g711 import RATE


def tone(hertz: int, seconds: float) -> bytes:
    """Signed 16-bit samples, 8000 a second."""
    at = np.arange(round(seconds * RATE)) / RATE
    return bytes((8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2"))


def loudest(pcm: bytes) -> float:
    """The frequency that stands out, in hertz."""
    samples = np.frombuffer(pcm, "<i2")
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * RATE / len(samples)


def recording(hertz: int, seconds: float, *, container: str = "ogg", codec: str = "libopus") -> bytes:
    """A tone as a person would bring it: stereo, 48000 samples a second."""
    rate, out = 48_000, io.BytesIO()
    at = np.arange(round(seconds * rate)) / rate
    wave = (8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2")
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[np.newaxis], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = rate, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()
