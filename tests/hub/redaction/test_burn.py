"""A burned clip: nothing of what is hidden is in it, and everything else is as it was."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hub.redaction.conftest import DOOR, PORCH, frames, shown_at
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.decode import Decoder
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.samples import samples
from latchstring.hub.redaction import burned
from latchstring.hub.redaction.burn import burn
from latchstring.hub.redaction.paint import Box, Brush
from latchstring.hub.redaction.plan import Plan

HIDE_DOOR = Plan(masks=(DOOR,))


def burned_bytes(clip, plan=HIDE_DOOR, **how) -> bytes:
    return b"".join(burn(clip, plan, **how))


@pytest.mark.parametrize("b_frames", [0, 2])
def test_what_is_masked_is_black_in_every_frame_and_the_rest_is_as_it_was(record, b_frames):
    """Pixel by pixel, in every frame; with B-frames too, which are shown in another order than they are coded."""
    clip = record(Scene(width=160, height=120, fps=5, gop_seconds=1, every=6, b_frames=b_frames))
    data = burned_bytes(clip)
    before, after = frames(clip.data), frames(data)
    assert len(after) == len(before) == 20
    hidden = Brush([DOOR], 160, 120).covered().repeat(2, 0).repeat(2, 1)
    for old, new in zip(before, after, strict=True):
        assert old[hidden].mean() > 40
        assert new[hidden].max() <= 24
        assert new[hidden].mean() < 1
        assert np.abs(new[~hidden].astype(int) - old[~hidden]).mean() < 2.5


@pytest.mark.parametrize("b_frames", [0, 2])
def test_every_frame_keeps_its_time(record, tmp_path, b_frames):
    """As many frames, each shown when it was; the same GOPs under the same times of day, sealed."""
    clip = record(Scene(width=160, height=120, fps=5, gop_seconds=1, b_frames=b_frames))
    burned.write(burn(clip, HIDE_DOOR), tmp_path / "burned.mp4")
    made = burned.read(tmp_path / "burned.mp4", clip)
    assert shown_at(made.data) == shown_at(clip.data)
    told = [(g.start_us, g.end_us, g.media_start, g.frames) for g in clip.gops]
    assert [(g.start_us, g.end_us, g.media_start, g.frames) for g in made.gops] == told
    for number in range(1, len(clip.gops) + 1):
        assert fmp4.gop_duration(made.chunk(number)) == fmp4.gop_duration(clip.chunk(number))
        times = [sorted(s.shown_at for s in samples(c.chunk(number))) for c in (clip, made)]
        assert times[0] == times[1]


def test_nothing_but_pictures_leaves(clip):
    """No SEI (where cameras put serial numbers, places and signatures), no words about the encoder, no box that
    the recorder does not write."""
    data = burned_bytes(clip)
    units = [
        unit for gop in _gops(data) for sample in samples(gop) for unit in h264.split_lengths(sample.data, 4)
    ]
    assert {unit[0] & 0x1F for unit in units} == {h264.SLICE, h264.IDR}
    assert re.search(rb"x264|Lavc|Lavf|libx|udta|meta|uuid", data) is None


def test_each_gop_can_be_decoded_alone(clip):
    """So a clip can still be sought and cut."""
    init, *_ = burn(clip, HIDE_DOOR)
    track, _ = fmp4.read_init(init)
    for gop in _gops(burned_bytes(clip)):
        coded = samples(gop)
        decoder = Decoder(track.avcc, fast=False)
        made = [f for s in coded for f in decoder.frames(s.data, s.shown_at)] + list(decoder.rest())
        assert len(made) == len(coded) == PORCH.fps
        assert not any(frame.is_corrupt for frame in made)


def test_boxes_of_faces_are_painted_in_their_frame_only(clip):
    at = samples(clip.chunk(2))[2].shown_at
    after = frames(burned_bytes(clip, Plan(), faces={at: [Box(left=40, top=30, right=80, bottom=60)]}))
    painted = [n for n, frame in enumerate(after) if frame[32:58, 42:78].max() <= 24]
    assert painted == [PORCH.fps + 2]


def test_a_frame_that_cannot_be_decoded_shows_the_one_before_it(clip, monkeypatch):
    """Packets are lost on the way from a camera; the clip keeps its length, and shows nothing unpainted."""
    whole = samples(clip.chunk(2))
    broken = type(clip).chunk

    def with_damage(self, number):
        data = broken(self, number)
        if number == 2:
            at = data.index(whole[3].data)
            data = data[:at] + bytes(len(whole[3].data)) + data[at + len(whole[3].data) :]
        return data

    monkeypatch.setattr(type(clip), "chunk", with_damage)
    after = frames(burned_bytes(clip))
    assert len(after) == 20
    hidden = Brush([DOOR], 160, 120).covered().repeat(2, 0).repeat(2, 1)
    assert all(frame[hidden].max() <= 24 for frame in after)


def test_work_that_is_called_off_leaves_no_file(clip, tmp_path):
    class CalledOff(Exception):
        pass

    def told(share: float) -> None:
        heard.append(share)
        if share > 0.5:
            raise CalledOff

    heard: list[float] = []
    with pytest.raises(CalledOff):
        burned.write(burn(clip, HIDE_DOOR, told=told), tmp_path / "burned.mp4")
    assert list(tmp_path.glob("*burned*")) == []
    assert heard == sorted(heard)


def test_a_file_that_is_cut_short_is_not_taken_for_a_clip(clip, tmp_path):
    path = tmp_path / "burned.mp4"
    burned.write(burn(clip, HIDE_DOOR), path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(burned.RecordingGone):
        burned.read(path, clip)


def _gops(data: bytes) -> list[bytes]:
    _, init = fmp4.read_init(data)
    return [data[g.byte_offset : g.end] for g in fmp4.whole_gops(data, len(init))]
