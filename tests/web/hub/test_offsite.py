"""Copies away from home over HTTP: where they go, and where they went before."""

from datetime import timedelta

import pytest

from latchstring.base.time import to_micros
from latchstring.hub.offsite import store as rows
from latchstring.hub.offsite.models import Copy
from latchstring.testing.town import NOW


@pytest.fixture
def put(hub):
    """A copy lies where copies go now."""

    def put(name="a.age"):
        copy = Copy(name=name, event="ev_a", end_us=to_micros(NOW), size_bytes=1000)
        with hub.store.write() as db:
            rows.add(copy, hub.copier.target(), now=NOW, db=db)

    return put


def test_the_owner_sees_what_still_lies_where_copies_went_before(owner, put, tmp_path):
    """How much, until when, and nothing of what is secret; and may leave it there."""
    old, new = (tmp_path / "old").as_uri(), (tmp_path / "new").as_uri()
    form = {"url": old, "keep_days": 20, "options": {"secret_access_key": "very secret"}}
    assert owner.put("/api/offsite", json=form).json()["before"] == []
    put()
    after = owner.put("/api/offsite", json={"url": new, "keep_days": 30})
    assert "very secret" not in after.text
    [before] = after.json()["before"]
    assert before == {
        "url": old,
        "options": ["secret_access_key"],
        "copies": 1,
        "size_bytes": 1000,
        "empty_at": (NOW + timedelta(days=20)).isoformat().replace("+00:00", "Z"),
        "trouble": None,
    }
    assert owner.delete("/api/offsite/before", params={"url": old}).status_code == 204
    assert owner.get("/api/offsite").json()["before"] == []
    assert owner.delete("/api/offsite/before", params={"url": old}).status_code == 404


def test_who_stops_copying_sees_what_still_lies_there(owner, put, tmp_path):
    url = (tmp_path / "old").as_uri()
    owner.put("/api/offsite", json={"url": url})
    put()
    assert owner.delete("/api/offsite").status_code == 204
    now = owner.get("/api/offsite").json()
    assert (now["target"], [each["url"] for each in now["before"]]) == (None, [url])


def test_another_store_gets_no_option_of_the_one_before(hub, owner, tmp_path):
    """Its credentials are nobody else's; where one only changes the days, they stay."""
    old, new = (tmp_path / "old").as_uri(), (tmp_path / "new").as_uri()
    owner.put("/api/offsite", json={"url": old, "options": {"secret_access_key": "very secret"}})
    kept = owner.put("/api/offsite", json={"url": old + "/", "keep_days": 7}).json()
    assert kept["target"] == {"url": old + "/", "options": ["secret_access_key"], "keep_days": 7}
    changed = owner.put("/api/offsite", json={"url": new}).json()
    assert changed["target"]["options"] == []
    assert hub.copier.target().options == {}
