import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import Depends, FastAPI
from fastapi.requests import HTTPConnection
from fastapi.testclient import TestClient

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_text, to_text
from latchstring.hub.cameras.errors import BadCameraUrl
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.store import NoSuchCamera
from latchstring.hub.live.video import BadCameraName, Video
from latchstring.hub.owner.models import Session
from latchstring.hub.recording import index
from latchstring.hub.store import Store
from latchstring.testing.waiting import until
from latchstring.web import errors
from latchstring.web.hub import cameras, live, recordings

QUICK = "synthetic:?width=192&height=128&fps=10&gop_seconds=1&every=6&seed=0"
SECRET = "rtsp://owner:hunter2@127.0.0.1:1/porch"


class CountingOpener(CameraOpener):
    """Counts how often each camera is called."""

    def __init__(self):
        super().__init__(SystemClock())
        self.opened = []

    def open(self, url, *, sound=False, patience=None):
        self.opened.append(url)
        return super().open(url, sound=sound)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


@pytest.fixture
def opener():
    return CountingOpener()


@pytest.fixture
def video(store, tmp_path, opener):
    video = Video(store, tmp_path, SystemClock(), opener)
    video.start()
    yield video
    video.stop()


def signed_in(connection: HTTPConnection) -> None:
    """Somebody who stays signed in; who may come in is told in test_auth.py."""
    connection.state.may_stay = lambda: True
    connection.state.session = Session(csrf="", expires_at=SystemClock().now(), device="dv_a")


@pytest.fixture
def client(video):
    app = FastAPI()
    errors.install(app)
    no_onvif = SimpleNamespace(refresh=lambda: None)
    hub = SimpleNamespace(video=video, onvif=no_onvif)
    for part in (cameras, recordings, live):
        app.include_router(part.router(hub), dependencies=[Depends(signed_in)])
    with TestClient(app) as client:
        yield client


def recorded(video, camera, seconds=0.5):
    """Wait until this much is on disk; answers from when to when."""

    def found():
        now = SystemClock().now()
        return video.recordings.covered(camera, TimeRange(now - timedelta(hours=1), now + timedelta(hours=1)))

    until(lambda: found() and found()[0].duration.total_seconds() >= seconds)
    return found()[0]


def test_a_camera_added_on_the_page_records(client, video):
    """Its state, a snapshot, the timeline and the clip follow by themselves."""
    camera = client.post("/api/cameras", json={"name": "Porch", "url": QUICK}).json()
    during = recorded(video, camera["id"], 2)
    [shown] = client.get("/api/cameras").json()
    assert (shown["name"], shown["state"], shown["width"]) == ("Porch", "recording", 192)
    picture = client.get(f"/api/cameras/{camera['id']}/snapshot.jpg")
    assert picture.content.startswith(b"\xff\xd8\xff")
    span = {"start": to_text(during.start), "end": to_text(during.end)}
    timeline = client.get(f"/api/cameras/{camera['id']}/timeline", params=span).json()
    assert timeline["recorded"] == [span]
    clip = client.get(f"/api/cameras/{camera['id']}/clip.mp4", params=span)
    whole = video.recordings.cut(camera["id"], during)
    assert clip.content == whole.data
    assert (from_text(clip.headers["X-Clip-Start"]), from_text(clip.headers["X-Clip-End"])) == (
        whole.start,
        whole.end,
    )


def test_motion_becomes_an_event(client, video):
    """The visitor of the synthetic porch is in the list of events."""
    camera = client.post("/api/cameras", json={"name": "Porch", "url": QUICK}).json()
    until(lambda: client.get("/api/events").json())
    [event, *_] = client.get("/api/events", params={"camera": camera["id"]}).json()
    assert client.get(f"/api/events/{event['id']}").json()["camera"] == camera["id"]
    assert 0 < event["score"] < 0.6


def test_the_sub_stream_is_what_is_looked_at(video, opener):
    """With a second address motion is looked for there."""
    video.add_camera("Porch", QUICK, "synthetic:?width=96&height=64&fps=5")
    until(lambda: len(opener.opened) == 2)
    assert opener.opened[1] == "synthetic:?width=96&height=64&fps=5"


def test_parts_of_a_clip(client, video):
    """Players ask for ranges; each is the same bytes as in the whole (RFC 9110, 14)."""
    camera = video.add_camera("Porch", QUICK)
    during = recorded(video, camera.id)
    span = {"start": to_text(during.start), "end": to_text(during.start + timedelta(milliseconds=100))}
    path = f"/api/cameras/{camera.id}/clip.mp4"
    whole = client.get(path, params=span).content
    for wanted, status, part in (
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=700-", 206, slice(700, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=5-5", 206, slice(5, 6)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=99999999-", 416, slice(0, 0)),
    ):
        answer = client.get(path, params=span, headers={"Range": wanted})
        assert (wanted, answer.status_code, answer.content) == (wanted, status, whole[part])


def test_live_is_what_is_written(client, video, store):
    """First the codec in words, then the init segment, then the very bytes that go on the disk."""
    camera = video.add_camera("Porch", QUICK)
    recorded(video, camera.id)
    with client.websocket_connect(f"/api/cameras/{camera.id}/live") as socket:
        assert json.loads(socket.receive_text())["codec"].startswith('video/mp4; codecs="avc1.')
        init = socket.receive_bytes()
        seen = b"".join(socket.receive_bytes() for _ in range(25))
    video.stop()
    disk = b"".join(p.read_bytes() for p in sorted(index.folder(store).rglob("*.mp4")))
    assert disk.startswith(init)
    assert seen in disk


def test_two_viewers_share_one_connection(client, video, opener):
    """The camera is called once, however many watch, and both see the same."""
    camera = video.add_camera("Porch", QUICK)
    recorded(video, camera.id)
    path = f"/api/cameras/{camera.id}/live"
    with client.websocket_connect(path) as one, client.websocket_connect(path) as two:
        first = [one.receive() for _ in range(8)]
        second = [two.receive() for _ in range(8)]
    assert first[:2] == second[:2]
    assert all(message["type"] == "websocket.send" for message in first + second)
    assert opener.opened == [QUICK]


def test_an_unknown_camera_has_no_live_picture(client):
    """The socket is closed with a code of its own."""
    with client.websocket_connect("/api/cameras/cam_nothing/live") as socket:
        assert socket.receive()["code"] == 4404


def test_a_camera_can_be_tried_before_it_is_added(client, video):
    """A picture if it works, a sentence if it does not."""
    good = client.post("/api/cameras/test", json={"url": QUICK}).json()
    assert (good["ok"], good["snapshot"][:4]) == (True, "/9j/")
    bad = client.post("/api/cameras/test", json={"url": SECRET}).json()
    assert not bad["ok"]
    assert "Nobody answers" in bad["message"]
    assert "hunter2" not in json.dumps(bad)
    assert video.cameras() == []


def test_no_answer_holds_a_password(client, video, caplog):
    """Neither the list nor a refusal nor the log."""
    camera = client.post("/api/cameras", json={"name": "Porch", "url": SECRET, "sub_url": SECRET}).json()
    until(lambda: client.get("/api/cameras").json()[0]["state"] == "failed")
    said = json.dumps([camera, client.get("/api/cameras").json()]) + caplog.text
    assert "hunter2" not in said
    assert camera["url_redacted"] == "rtsp://***@127.0.0.1:1/porch"


def test_saving_the_form_unchanged_keeps_the_login(client, video):
    """The page only has the starred address; sent back it means: as it was."""
    camera = client.post("/api/cameras", json={"name": "Porch", "url": SECRET}).json()
    form = {"name": "Front porch", "url": camera["url_redacted"]}
    assert client.put(f"/api/cameras/{camera['id']}", json=form).json()["name"] == "Front porch"
    assert video.camera(camera["id"]).url == SECRET
    client.put(f"/api/cameras/{camera['id']}", json={"name": "Porch", "url": QUICK})
    assert video.camera(camera["id"]).url == QUICK


def test_a_removed_camera_leaves_its_recordings(client, video):
    """Removing is not deleting; its address is forgotten at once."""
    camera = video.add_camera("Porch", QUICK)
    during = recorded(video, camera.id)
    assert client.delete(f"/api/cameras/{camera.id}").status_code == 204
    assert client.get("/api/cameras").json() == []
    assert video.recordings.cut(camera.id, during).gops
    assert dict(video.recordings.cameras()) == {camera.id: "Porch"}
    assert video.camera(camera.id).url == ""


@pytest.mark.parametrize(
    ("name", "url", "error"), [("", QUICK, BadCameraName), ("Porch", "http://porch/", BadCameraUrl)]
)
def test_a_wrong_camera_is_refused(video, name, url, error):
    """Nothing of it is kept."""
    with pytest.raises(error):
        video.add_camera(name, url)
    assert video.cameras() == []


def test_unknown_cameras_and_times_are_said(client, video):
    """404 with a sentence, whatever is asked of them."""
    span = {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T00:01:00Z"}
    assert client.get("/api/cameras/cam_nothing/timeline", params=span).status_code == 404
    camera = video.add_camera("Porch", QUICK)
    answer = client.get(f"/api/cameras/{camera.id}/clip.mp4", params=span)
    assert (answer.status_code, answer.json()["error"]) == (404, "nothing_recorded")
    with pytest.raises(NoSuchCamera):
        video.feed(CameraId("cam_nothing"))


def test_cameras_of_the_settings_file_are_entered_once(video):
    """A restart finds them by name; a changed address is taken over."""
    video.ensure_cameras([("Porch", QUICK, None)])
    [first] = video.cameras()
    video.ensure_cameras([("Porch", QUICK, None)])
    assert video.cameras() == [first]
    video.ensure_cameras([("Porch", QUICK + "&quiet=1", None)])
    assert [(c.id, c.url) for c in video.cameras()] == [(first.id, QUICK + "&quiet=1")]


def test_a_stopped_hub_leaves_no_thread(store, tmp_path):
    """Everything that was started ends."""
    before = set(threading.enumerate())
    video = Video(store, tmp_path, SystemClock())
    video.start()
    video.add_camera("Porch", QUICK)
    video.stop()
    assert set(threading.enumerate()) <= before


def test_sound_is_off_until_its_owner_wants_it_and_then_at_once(client, video, opener):
    """The camera is called anew with the change, and nothing else of it changes."""
    camera = client.post("/api/cameras", json={"name": "Porch", "url": QUICK}).json()
    assert (camera["records_sound"], camera["sound"]) == (False, "off")
    until(lambda: len(opener.opened) == 1)
    form = {"name": "Porch", "url": QUICK, "records_sound": True}
    assert client.put(f"/api/cameras/{camera['id']}", json=form).json()["records_sound"] is True
    until(lambda: len(opener.opened) == 2)
    until(lambda: video.status(camera["id"]).sound == "none")
    [shown] = client.get("/api/cameras").json()
    assert "sends no sound" in shown["sound_message"]
    renamed = client.put(f"/api/cameras/{camera['id']}", json={"name": "Front", "url": QUICK}).json()
    assert renamed["records_sound"] is True
    assert len(opener.opened) == 2
