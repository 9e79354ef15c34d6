"""Every way by which something filmed can become a file: with a privacy mask, none of them shows what it hides."""

from __future__ import annotations

import io
from datetime import timedelta

import av
import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import to_text
from latchstring.hub.cameras import decode
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.redaction import masks
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, data_of, gops_of
from latchstring.testing.town import NOW
from web.browser import Browser

HERE = f"/api/cameras/{CAMERA}"
LEFT = Region(name="Left half", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
WATCHING = {"X-Watching": "here"}


@pytest.fixture(scope="module")
def gops():
    return gops_of(Scene(width=160, height=120, fps=5, gop_seconds=1, every=6), 4, clock=FakeClock(NOW))


@pytest.fixture
def span(hub, gops) -> dict[str, str]:
    """Four seconds of a porch, whose left half is masked."""
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=NOW, db=db)
    writer = GopWriter(hub.store)
    during = [writer.write(gop).during for gop in gops]
    writer.close()
    masks.set_masks(hub.store, CAMERA, [LEFT], now=NOW + timedelta(hours=1))
    return {"start": to_text(during[0].start), "end": to_text(during[-1].end)}


def left_of_film(data: bytes) -> list[int]:
    """The brightest pixel of each frame's left half, but for the seam."""
    with av.open(io.BytesIO(data)) as file:
        return [int(frame.to_ndarray(format="gray")[:, :76].max()) for frame in file.decode(video=0)]


def left_of_picture(data: bytes) -> int:
    return int(decode.decode_jpeg(data).to_ndarray(format="gray")[:, :76].max())


def test_a_download_is_masked(owner: Browser, span) -> None:
    """In every frame; it starts at 0, says how long it is, and announces itself as masked before."""
    [part] = owner.get(f"{HERE}/parts", params=span).json()
    assert part["is_masked"]
    file = owner.get(f"{HERE}/download.mp4", params=span)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "Content-Length" not in file.headers
    seen = left_of_film(file.content)
    assert len(seen) == 20
    assert max(seen) <= 24
    with av.open(io.BytesIO(file.content)) as film:
        stream = film.streams.video[0]
        assert float(stream.duration * stream.time_base) == pytest.approx(4, abs=0.1)
        assert next(film.decode(video=0)).pts == 0


def test_asking_for_a_piece_of_a_download_does_not_get_around_it(owner: Browser, span) -> None:
    file = owner.get(f"{HERE}/download.mp4", params=span, headers={"Range": "bytes=0-99999999", **WATCHING})
    assert file.status_code == 200
    assert max(left_of_film(file.content)) <= 24


@pytest.mark.parametrize("fast", [False, True])
def test_what_is_played_here_cannot_be_saved_by_its_address(owner: Browser, span, fast: bool) -> None:
    """The page's player gets the recording as it lies on disk; a link, or "save as", gets a reason."""
    asked = {**span, "keyframes_only": fast}
    refused = owner.get(f"{HERE}/clip.mp4", params=asked)
    assert (refused.status_code, refused.json()["error"]) == (403, "only_to_watch")
    watched = owner.get(f"{HERE}/clip.mp4", params=asked, headers=WATCHING)
    assert max(left_of_film(watched.content)) > 100


@pytest.mark.parametrize("path", ["snapshot.jpg", "thumbnails"])
def test_pictures_are_masked(owner: Browser, span, path: str) -> None:
    """Also one that was made, and kept, before the mask was drawn."""
    assert left_of_picture(owner.get(f"{HERE}/{path}", params={"at": span["start"]}).content) <= 24


def test_only_the_page_that_draws_masks_gets_a_whole_picture(owner: Browser, span) -> None:
    whole = {"at": span["start"], "whole": True}
    refused = owner.get(f"{HERE}/snapshot.jpg", params=whole)
    assert (refused.status_code, refused.json()["error"]) == (403, "only_to_watch")
    drawn_on = owner.get(f"{HERE}/snapshot.jpg", params=whole, headers=WATCHING)
    assert left_of_picture(drawn_on.content) > 100
    assert drawn_on.headers["Cache-Control"] == "no-store"


def test_the_picture_of_a_press_is_masked(owner: Browser, hub, span) -> None:
    event = hub.doorbell.press(CAMERA, NOW + timedelta(seconds=2))
    picture = owner.get(f"/api/doorbell/presses/{event.id}/picture.jpg")
    assert left_of_picture(picture.content) <= 24


def test_a_mask_taken_off_still_hides_what_was_filmed_under_it(owner: Browser, hub, span, gops) -> None:
    masks.set_masks(hub.store, CAMERA, [], now=NOW + timedelta(hours=2))
    free = owner.get(f"{HERE}/download.mp4", params=span)
    assert max(left_of_film(free.content)) > 100
    early = Region(name="Early", corners=LEFT.corners)
    masks.set_masks(hub.store, CAMERA, [early], now=NOW)
    masks.set_masks(hub.store, CAMERA, [], now=NOW + timedelta(hours=3))
    assert max(left_of_film(owner.get(f"{HERE}/download.mp4", params=span).content)) <= 24


def test_without_a_mask_nothing_is_encoded_anew(owner: Browser, hub, span, gops) -> None:
    """The frames of a download are those of the recording, byte for byte."""
    masks.set_masks(hub.store, CAMERA, [], now=NOW + timedelta(hours=2))
    assert CameraId(CAMERA) in hub.recordings.cameras()
    whole = owner.get(f"{HERE}/clip.mp4", params=span).content
    assert whole.endswith(data_of(gops[-1]))
    with (
        av.open(io.BytesIO(whole)) as of_clip,
        av.open(io.BytesIO(owner.get(f"{HERE}/download.mp4", params=span).content)) as of_download,
    ):
        kept = [bytes(packet) for packet in of_clip.demux() if packet.size]
        assert [bytes(packet) for packet in of_download.demux() if packet.size] == kept
