"""Pictures that leave: what is masked is painted over in them as well."""

from __future__ import annotations

import numpy as np

from hub.redaction.conftest import DOOR
from latchstring.hub.cameras import decode
from latchstring.hub.recording import index
from latchstring.hub.recording.pictures import keyframe_jpeg
from latchstring.hub.redaction import masks, stills
from latchstring.testing.recorded import CAMERA


def pixels(jpeg: bytes):
    return decode.decode_jpeg(jpeg).to_ndarray(format="gray").astype(int)


def test_a_picture_for_outside_is_masked(store, clip, now):
    """Black where the mask is, the same beside it."""
    masks.set_masks(store, CAMERA, [DOOR], now=now)
    seen = pixels(stills.picture(store, CAMERA, clip.end, width=160))
    whole = pixels(keyframe_jpeg(store, index.at(store, CAMERA, clip.end), width=160))
    assert seen[30:90, 108:140].max() <= 24
    assert whole[30:90, 108:140].mean() > 40
    assert np.abs(seen[:, :80] - whole[:, :80]).mean() < 3


def test_where_nothing_is_masked_the_bytes_stay(store, clip):
    jpeg = keyframe_jpeg(store, index.at(store, CAMERA, clip.end), width=160)
    assert stills.picture(store, CAMERA, clip.end, width=160) == jpeg


def test_a_mask_of_then_hides_in_pictures_of_then(store, clip, now):
    """It was taken off later; what it hid stays hidden."""
    masks.set_masks(store, CAMERA, [DOOR], now=clip.start)
    masks.set_masks(store, CAMERA, [], now=clip.end)
    assert pixels(stills.picture(store, CAMERA, clip.start, width=160))[30:90, 108:140].max() <= 24
