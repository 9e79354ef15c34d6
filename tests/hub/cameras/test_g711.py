"""G.711 by our own tables, beside FFmpeg's."""

from __future__ import annotations

import av
import numpy as np
import pytest

from latchstring.hub.cameras import g711

EVERY_SAMPLE = np.arange(-32768, 32768, dtype=np.int32).astype("<i2")
LAWS = pytest.mark.parametrize(("law", "theirs"), [("mulaw", "pcm_mulaw"), ("alaw", "pcm_alaw")])


def ffmpeg_decodes(codec: str, coded: bytes) -> np.ndarray:
    context = av.CodecContext.create(codec, "r")
    context.sample_rate, context.layout = 8000, "mono"
    return np.concatenate([frame.to_ndarray()[0] for frame in context.decode(av.Packet(coded))])


@LAWS
def test_every_code_is_decoded_as_the_standard_says(law: g711.Law, theirs: str) -> None:
    codes = bytes(range(256))
    ours = np.frombuffer(g711.decode(codes, law), "<i2")
    assert ours.tolist() == ffmpeg_decodes(theirs, codes).tolist()


@LAWS
def test_every_sample_comes_out_close_to_itself(law: g711.Law, theirs: str) -> None:
    """Logarithmic steps: loud samples may be off by a thirtieth of themselves, soft ones by 8."""
    back = np.frombuffer(g711.decode(g711.encode(EVERY_SAMPLE.tobytes(), law), law), "<i2").astype(int)
    samples = EVERY_SAMPLE.astype(int)
    assert (np.abs(back - samples) <= np.maximum((np.abs(samples) + 132) / 31, 8)).all()


@LAWS
def test_a_code_stays_itself(law: g711.Law, theirs: str) -> None:
    """Decoded and coded again nothing is lost (µ-law's two zeros are one)."""
    codes = bytes(range(256))
    again = g711.encode(g711.decode(codes, law), law)
    assert [a for a, b in zip(codes, again, strict=True) if a != b] == ([0x7F] if law == "mulaw" else [])
