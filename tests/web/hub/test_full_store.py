"""The disk under the hub's own rows is full: nothing is said to be done that was not, and it mends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.settings import HubSettings
from latchstring.sealing import keys
from latchstring.testing.clock import FakeClock
from latchstring.testing.disk import MayNotMount, fill, tiny_disk
from web.browser import Browser


@pytest.fixture
def new_hub(tmp_path: Path, clock: FakeClock) -> Iterator[Hub]:
    """On a disk of 8 MB."""
    try:
        with tiny_disk(tmp_path / "disk") as disk:
            hub = Hub(HubSettings(data=disk / "data", names=["hub.example"]), clock=clock)
            yield hub
            hub.stop()
    except MayNotMount as e:
        pytest.skip(e.message)


def test_what_cannot_be_stored_is_refused_and_then_done(
    owner: Browser, hub: Hub, tmp_path: Path, made_once: tuple[str, keys.Household]
) -> None:
    """One plain answer for whatever is changed; what was before can be read; with room again all goes on."""
    camera = hub.video.add_camera("Porch", "synthetic:").id
    told: list[Happening] = []
    hub.bulletin.listen(told.append)
    filler = fill(tmp_path / "disk")
    changes = {
        "/api/members": {"name": "Anna" * 9, "role": "member"},
        "/api/cameras": {"name": "Gate", "url": "synthetic:?" + "x" * 1500},
        f"/api/cameras/{camera}/doorbell/press": {},
    }
    for path, form in changes.items():
        answer = owner.post(path, json=form)
        assert (answer.status_code, answer.json()["error"]) == (503, "store_full"), path
    assert [each.kind for each in told] == ["press"]  # the bell rings on the pages, written down or not
    assert owner.get("/api/members").json() == []
    assert [each["name"] for each in owner.get("/api/cameras").json()] == ["Porch"]
    assert owner.get("/api/events").json() == []
    assert owner.get("/healthz").status_code == 200
    filler.unlink()
    for path, form in changes.items():
        assert owner.post(path, json=form).is_success, path
    assert len(owner.get("/api/cameras").json()) == 2
    assert len(owner.get("/api/events").json()) == 1
