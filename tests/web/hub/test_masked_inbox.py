"""The owner's way through the inbox with a masked clip: prepare, look, share."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import av
import pytest

from latchstring.base.time import to_text
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.daemon import Hub
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.redaction import faces, masks
from latchstring.hub.uplink.follow import follow_once
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, gops_of
from latchstring.testing.served_town import serve
from latchstring.testing.town import MIDDLE, NOW, Town
from web.browser import Browser

LEFT = Region(name="Left half", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
CAR = {"name": "Car", "corners": [[0.6, 0.6], [0.9, 0.6], [0.9, 0.9]]}


@pytest.fixture
def clip(hub: Hub) -> str:
    """The address of a masked clip that a request touches."""
    with hub.store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=NOW, db=db)
    writer = GopWriter(hub.store)
    scene = Scene(width=160, height=120, fps=5, gop_seconds=1, every=6)
    for gop in gops_of(scene, 4, clock=FakeClock(NOW - timedelta(hours=37)), tone_rate=8000):
        writer.write(gop)
    writer.close()
    masks.set_masks(hub.store, CAMERA, [LEFT], now=NOW)
    with serve(Town()) as served:
        request = served.town.request()
        served.publish(served.town.approve(request))
        assert follow_once(hub.store, served.address, MIDDLE, hub.recordings, now=NOW).ok
    return f"/api/inbox/{request.id}/clips/clip-1"


def request_of(clip: str) -> str:
    return clip.removesuffix("/clips/clip-1")


def shown(owner: Browser, clip: str) -> dict:
    [offered] = owner.get(request_of(clip)).json()["clips"]
    return offered


def share(owner: Browser, clip: str, **seen: str):
    return owner.post(f"{request_of(clip)}/share", json={"clips": ["clip-1"], "seen": seen})


def left_of_film(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data)) as film:
        return [int(frame.to_ndarray(format="gray")[:, :76].max()) for frame in film.decode(video=0)]


def test_prepared_looked_at_and_shared(owner: Browser, hub: Hub, clip: str) -> None:
    """What is previewed is masked in every frame, and the yes is bound to exactly these bytes."""
    before = shown(owner, clip)
    assert before["hiding"] | {"faces_can_be_found": True} == {
        "masks": 1,
        "faces": False,
        "regions": [],
        "faces_can_be_found": True,
        "state": "unprepared",
        "progress": 0,
        "sha256": None,
        "message": None,
    }
    refused = owner.get(before["preview_url"])
    assert (refused.status_code, refused.json()["error"]) == (409, "not_prepared")
    assert share(owner, clip).json()["error"] == "not_prepared"

    assert owner.post(f"{clip}/prepare").json()["state"] == "waiting"
    hub.redactor.do_next()
    ready = shown(owner, clip)
    assert ready["hiding"]["state"] == "ready"
    preview = owner.get(ready["preview_url"])
    assert len(preview.content) == ready["size"]
    assert hashlib.sha256(preview.content).hexdigest() == ready["hiding"]["sha256"]
    assert max(left_of_film(preview.content)) <= 24

    assert share(owner, clip, **{"clip-1": "00" * 32}).json()["error"] == "not_what_was_seen"
    assert share(owner, clip, **{"clip-1": ready["hiding"]["sha256"]}).json() == {"state": "sealing"}
    assert owner.put(f"{clip}/hiding", json={"faces": False}).json()["error"] == "already_shared"
    assert owner.post(f"{clip}/prepare").json()["error"] == "already_shared"


def test_a_piece_of_the_preview_for_the_player(owner: Browser, hub: Hub, clip: str) -> None:
    """From a keyframe on, by the time of day, masked like the whole."""
    owner.post(f"{clip}/prepare")
    hub.redactor.do_next()
    offered = shown(owner, clip)
    start = NOW - timedelta(hours=37) + timedelta(seconds=1)
    piece = owner.get(
        offered["preview_url"],
        params={"start": to_text(start), "end": to_text(start + timedelta(seconds=1))},
    )
    seen = left_of_film(piece.content)
    assert 5 <= len(seen) < 20
    assert max(seen) <= 24


def test_a_mask_edited_after_looking_must_be_looked_at(owner: Browser, hub: Hub, clip: str) -> None:
    """Between the preview and the tap on the button: asked again."""
    owner.post(f"{clip}/prepare")
    hub.redactor.do_next()
    seen = shown(owner, clip)["hiding"]["sha256"]
    owner.put(f"/api/cameras/{CAMERA}/masks", json={"masks": [CAR]})
    assert share(owner, clip, **{"clip-1": seen}).json()["error"] == "not_what_was_seen"
    assert shown(owner, clip)["hiding"]["state"] == "unprepared"


def test_an_area_drawn_for_this_clip(owner: Browser, hub: Hub, clip: str) -> None:
    drawn = owner.put(f"{clip}/hiding", json={"regions": [CAR]}).json()
    assert (drawn["regions"], drawn["masks"], drawn["state"]) == ([CAR], 1, "unprepared")
    owner.post(f"{clip}/prepare")
    assert owner.delete(f"{clip}/prepare").json()["state"] == "unprepared"
    assert not hub.redactor.do_next()


def test_faces_need_the_extra(owner: Browser, clip: str, monkeypatch) -> None:
    monkeypatch.setattr(faces, "can_be_found", lambda: False)
    answer = owner.put(f"{clip}/hiding", json={"faces": True})
    assert answer.json()["error"] == "faces_cannot_be_found"
    assert "pip install" in answer.json()["message"]
    assert not shown(owner, clip)["hiding"]["faces_can_be_found"]


def test_a_stranger_prepares_nothing(stranger: Browser, clip: str) -> None:
    assert stranger.post(f"{clip}/prepare").status_code == 401
    assert stranger.put(f"{clip}/hiding", json={}).status_code == 401
    assert stranger.delete(f"{clip}/prepare").status_code == 401


def test_a_preview_is_as_silent_as_what_is_shared(owner: Browser, hub: Hub, clip: str) -> None:
    """Also where nothing is masked: what the owner looks at is what would leave, and that has no sound."""
    masks.set_masks(hub.store, CAMERA, [], now=NOW)
    preview = owner.get(shown(owner, clip)["preview_url"])
    with av.open(io.BytesIO(preview.content)) as film:
        assert len(film.streams.video) == 1
        assert not film.streams.audio
