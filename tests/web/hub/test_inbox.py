"""The inbox over HTTP, from a request's arrival to the owner's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.daemon import Hub
from latchstring.hub.owner.models import Choices
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.follow import follow_once
from latchstring.hub.uplink.share import Sharing
from latchstring.testing.clock import FakeClock
from latchstring.testing.recordings import MadeUpRecordings
from latchstring.testing.served_town import ServedTown, serve
from latchstring.testing.town import MIDDLE, NOW, Town
from web.browser import Browser

PORCH = CameraId("cam_porch")


@pytest.fixture
def served() -> Iterator[ServedTown]:
    with serve(Town()) as served:
        yield served


@pytest.fixture
def arrived(hub: Hub, served: ServedTown, tmp_path: Path) -> str:
    """A request that touches two clips of the porch camera."""
    folder = tmp_path / "made-up"
    folder.mkdir()
    request = served.town.request()
    begin = request.window.start
    hub.recordings = MadeUpRecordings(
        folder,
        {PORCH: [TimeRange(begin + timedelta(minutes=n), begin + timedelta(minutes=n + 1)) for n in (5, 20)]},
    )
    served.publish(served.town.approve(request))
    assert follow_once(hub.store, served.address, MIDDLE, hub.recordings, now=NOW).ok
    served.calls.clear()
    return request.id


def carry_on(hub: Hub, served: ServedTown) -> None:
    sharing = Sharing(hub.store, hub.recordings, hub.device, hub.outbox)
    with hub.store.read() as db:
        [share] = rows.shares_under_way(db=db)
    choices = Choices(network=served.address)
    while (after := sharing.advance(share, choices, now=hub.clock.now())).state is not share.state:
        share = after


def test_the_owner_sees_who_asks_for_what_and_every_check(owner: Browser, arrived: str) -> None:
    [item] = owner.get("/api/inbox").json()
    assert item == owner.get(f"/api/inbox/{arrived}").json()
    assert (item["id"], item["state"], item["agency"], item["offence"]) == (
        arrived,
        "new",
        "riverside-police",
        "burglary",
    )
    assert item["text"].startswith("A case of burglary")
    assert [vote["verdict"] for vote in item["votes"]] == ["for", "for"]
    assert [step["n"] for step in item["verified"]] == list(range(1, 15))
    assert item["area"]["type"] == "Polygon"
    assert [(c["id"], c["name"]) for c in item["clips"]] == [("clip-1", "Porch"), ("clip-2", "Porch")]
    assert all(c["size"] > 0 for c in item["clips"])


def test_a_preview_is_the_clip_itself(owner: Browser, arrived: str, hub: Hub) -> None:
    clip = owner.get(f"/api/inbox/{arrived}").json()["clips"][0]
    whole = owner.get(clip["preview_url"])
    assert whole.headers["content-type"] == "video/mp4"
    assert len(whole.content) == clip["size"]
    part = owner.get(clip["preview_url"], headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert owner.get(f"/api/inbox/{arrived}/preview/clip-9.mp4").json()["error"] == "clip_not_offered"


def test_sharing_goes_from_sealing_to_shared(owner: Browser, arrived: str, hub: Hub, served) -> None:
    answer = owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-2"]})
    assert answer.json() == {"state": "sealing"}
    carry_on(hub, served)
    item = owner.get(f"/api/inbox/{arrived}").json()
    assert (item["state"], item["shared_clips"], item["entry"]) == ("shared", ["clip-2"], 40)
    assert item["shared_at"] is not None
    assert not item["can_undo"]
    assert owner.post(f"/api/inbox/{arrived}/undo").json()["error"] == "on_its_way"
    again = owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-1"]})
    assert (again.status_code, again.json()["error"]) == (409, "already_shared")


def test_a_yes_can_be_taken_back_before_it_leaves(owner: Browser, arrived: str, served) -> None:
    owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-1"]})
    assert owner.get(f"/api/inbox/{arrived}").json()["can_undo"]
    assert owner.post(f"/api/inbox/{arrived}/undo").json() == {"state": "new"}
    assert served.calls == []


def test_not_now_is_private_and_can_be_undone(owner: Browser, arrived: str, served) -> None:
    assert owner.post(f"/api/inbox/{arrived}/not-now").json() == {"state": "not-now"}
    assert owner.post(f"/api/inbox/{arrived}/undo").json() == {"state": "new"}
    assert served.calls == []


def test_never_from_this_agency_is_private_and_can_be_undone(owner: Browser, arrived: str, served) -> None:
    assert owner.post("/api/agencies/riverside-police/mute").status_code == 204
    assert owner.get(f"/api/inbox/{arrived}").json()["state"] == "muted"
    assert owner.get("/api/settings").json()["muted_agencies"] == ["riverside-police"]
    assert owner.delete("/api/agencies/riverside-police/mute").status_code == 204
    assert owner.get(f"/api/inbox/{arrived}").json()["state"] == "new"
    assert served.calls == []


def test_an_expired_request_says_so_and_cannot_be_shared(
    owner: Browser, arrived: str, clock: FakeClock
) -> None:
    clock.advance(7 * 86_400)
    assert owner.get(f"/api/inbox/{arrived}").json()["state"] == "expired"
    answer = owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-1"]})
    assert (answer.status_code, answer.json()["error"]) == (409, "no_longer_open")


def test_a_failure_is_told_with_its_reason(owner: Browser, arrived: str, hub: Hub, served) -> None:
    served.refusal = (422, {"error": "too_late", "message": "The request is closed.", "details": {}})
    owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-1"]})
    carry_on(hub, served)
    item = owner.get(f"/api/inbox/{arrived}").json()
    assert item["state"] == "failed"
    assert "The request is closed." in item["message"]


def test_unknown_requests_and_clips(owner: Browser, arrived: str) -> None:
    assert owner.get("/api/inbox/rq_unknown").status_code == 404
    answer = owner.post(f"/api/inbox/{arrived}/share", json={"clips": ["clip-7"]})
    assert answer.json()["error"] == "nothing_chosen"


def test_footage_that_is_gone_is_shown_as_gone(owner: Browser, arrived: str, hub: Hub) -> None:
    hub.recordings.stretches[PORCH].clear()
    item = owner.get(f"/api/inbox/{arrived}").json()
    assert [clip["size"] for clip in item["clips"]] == [0, 0]


def test_a_refused_request_is_in_the_diagnostics_and_not_in_the_inbox(
    owner: Browser, hub: Hub, served
) -> None:
    record = served.town.approve(served.town.request())
    served.publish(replace(record, votes=record.votes[:1]))
    assert follow_once(hub.store, served.address, MIDDLE, hub.recordings, now=NOW).ok
    assert owner.get("/api/inbox").json() == []
    [refusal] = owner.get("/api/diagnostics").json()["refused"]
    assert (refusal["step"], refusal["reason"]) == (10, "no_quorum")
