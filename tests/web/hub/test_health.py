"""What machines may ask a hub about itself."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from latchstring.hub.daemon import Hub
from latchstring.web.hub.app import create_app
from web.browser import Browser

TOKEN = "a token of the house"


def measured(hub: Hub) -> dict[str, float]:
    hub.settings = replace(hub.settings, metrics_token=TOKEN)
    browser = Browser(create_app(hub), base_url="http://localhost:8700")
    answer = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_anybody_may_ask_whether_it_is_well(stranger):
    """The answer holds nothing about the home."""
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_a_hub_without_its_store_is_not_well(hub, stranger):
    """503, so that whoever watches restarts it."""
    hub.store.close()
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


def test_metrics_are_off_until_a_token_is_set(owner):
    """Not even the owner's session opens them, and the refusal says how to switch them on."""
    answer = owner.get("/metrics")
    assert answer.status_code == 404
    assert "metrics_token" in answer.text


def test_metrics_want_the_token(hub):
    """Camera names are in them: a wrong token, and one that is not ASCII, are refused."""
    hub.settings = replace(hub.settings, metrics_token=TOKEN)
    browser = Browser(create_app(hub), base_url="http://localhost:8700")
    for given in ("Bearer another token here", f"Bearer {TOKEN}x", "Bearer é".encode(), TOKEN):
        assert browser.get("/metrics", headers={"Authorization": given}).status_code == 401


def test_metrics_tell_of_cameras_and_disk(hub):
    """Each camera by its name, whether it records, and the room that is left; never an address."""
    hub.video.add_camera("Porch", "rtsp://admin:secret@192.0.2.1/main")
    figures = measured(hub)
    assert figures["latchstring_camera_recording Porch"] == 0
    assert figures["latchstring_recordings_bytes"] == 0
    assert figures["latchstring_disk_free_bytes"] > 0
    assert figures["process_open_fds"] > 0
    assert not any("192.0.2.1" in name or "secret" in name for name in figures)
