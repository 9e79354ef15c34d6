"""Following the network: what arrives, what is refused, and that nobody can tell the difference."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from latchstring.base import canonical
from latchstring.base.geo import Point
from latchstring.base.ids import RequestId
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import State, state_of
from latchstring.hub.owner import service as owner
from latchstring.hub.store import Store
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.client import USER_AGENT, NetworkClient
from latchstring.hub.uplink.follow import follow_once, seconds_until_next
from latchstring.hub.uplink.models import Followed, RefusedRecord
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.note import Signer
from latchstring.protocol import bundle as bundles
from latchstring.protocol.statements import sign_request
from latchstring.testing.storage import MemoryStorage
from latchstring.testing.town import MIDDLE, NOW, Town, key

NEARBY_IN_THE_SAME_CELL = Point(MIDDLE.latitude - 0.004, MIDDLE.longitude)


@pytest.fixture
def look(store: Store, served, recordings, home: Point):
    """Follow once; by keyword with another home, other recordings or at another time."""

    def look(**changes) -> Followed:
        using = {"network": served.address, "home": home, "recordings": recordings, "now": NOW, **changes}
        return follow_once(store, **using)

    return look


def refused(store: Store) -> list[RefusedRecord]:
    with store.read() as db:
        return rows.refused(db=db)


def everything_kept(store: Store) -> str:
    with sqlite3.connect(store.path) as db:
        return "\n".join(db.iterdump())


def test_a_request_that_touches_this_home_arrives_with_its_checks(look, store, asked, served) -> None:
    """Statement, votes, every step that held and the clips stand in the inbox."""
    assert look().ok
    item = inbox.item(store, asked)
    assert state_of(item, muted=frozenset(), now=NOW) is State.NEW
    assert [step.n for step in item.steps] == list(range(1, 15))
    assert [vote.verdict for vote in item.votes] == ["for", "for"]
    assert item.tree_size == served.town.checkpoint.size
    assert [(c.id, c.camera, c.during.duration) for c in item.clips] == [
        ("clip-1", "cam_porch", timedelta(seconds=10))
    ]


def test_it_is_told_in_the_house_once(look, store, asked) -> None:
    """Whoever listens inside hears that one waits; a request of a muted agency is not told."""
    told: list[Happening] = []
    bulletin = Bulletin()
    bulletin.listen(told.append)
    look(bulletin=bulletin)
    look(bulletin=bulletin, now=NOW + timedelta(minutes=5))
    assert [(each.kind, each.request, each.about) for each in told] == [("request", asked, "")]


def test_a_muted_agency_is_not_told(look, store, asked, served) -> None:
    told: list[Happening] = []
    bulletin = Bulletin()
    bulletin.listen(told.append)
    owner.mute(store, served.town.request().agency, now=NOW)
    look(bulletin=bulletin)
    assert told == []
    assert len(inbox.items(store)) == 1


def test_it_arrives_once(look, store, asked) -> None:
    look()
    inbox.not_now(store, asked)
    look(now=NOW + timedelta(minutes=5))
    [item] = inbox.items(store)
    assert state_of(item, muted=frozenset(), now=NOW) is State.NOT_NOW


def test_outside_the_area_nothing_happens(look, store, asked) -> None:
    """A home in the same coarse cell, but not in the area."""
    assert NEARBY_IN_THE_SAME_CELL.cell(6) == MIDDLE.cell(6)
    assert look(home=NEARBY_IN_THE_SAME_CELL).ok
    assert inbox.items(store) == []


def test_without_footage_nothing_happens(look, store, asked, nothing_recorded) -> None:
    assert look(recordings=nothing_recorded).ok
    assert inbox.items(store) == []


def test_who_filmed_nothing_or_lives_elsewhere_looks_the_same_from_outside(
    tmp_path, served, recordings, nothing_recorded, asked
) -> None:
    """The calls of a home that matches and keeps silent equal those of homes that do not match, byte for byte."""
    wires = []
    for name, home, filmed in (
        ("matches", MIDDLE, recordings),
        ("no footage", MIDDLE, nothing_recorded),
        ("outside", NEARBY_IN_THE_SAME_CELL, recordings),
    ):
        store = Store(tmp_path / name / "hub.db")
        served.calls.clear()
        for minutes in (0, 5, 10):
            follow_once(store, served.address, home, filmed, now=NOW + timedelta(minutes=minutes))
            if minutes == 5 and (found := inbox.items(store)):
                inbox.not_now(store, found[0].request.id)
        wires.append(list(served.calls))
        store.close()
    assert len(wires[0]) == 3
    assert wires[0] == wires[1] == wires[2]


def test_calls_carry_nothing_of_the_home(look, served, asked, store, caplog) -> None:
    """No cookie, one User-Agent for all, and no digit of the home's place, on the wire or in a log line."""
    served.headers["Set-Cookie"] = "id=7; Path=/"
    home = Point(51.500123, -0.120456)
    with caplog.at_level(logging.DEBUG):
        assert look(home=home).ok
        assert look(home=home, now=NOW + timedelta(minutes=5)).ok
    assert inbox.items(store)
    assert all("Cookie" not in headers for _, _, headers in served.calls)
    assert {headers["User-Agent"] for _, _, headers in served.calls} == {USER_AGENT}
    for text in (served.everything_received(), caplog.text):
        assert "500123" not in text
        assert "120456" not in text


def test_an_unchanged_bundle_is_not_sent_again(look, served, asked, store) -> None:
    look()
    assert look(now=NOW + timedelta(minutes=5)).ok
    (_, _, first), (_, _, second) = served.calls
    assert "If-None-Match" not in first
    assert second["If-None-Match"].startswith('"')


def test_a_home_that_moves_into_the_area_sees_an_unchanged_bundle_anew(look, asked, store) -> None:
    """The owner corrects the pin: the bundle at hand is judged for the new place without another download."""
    look(home=NEARBY_IN_THE_SAME_CELL)
    assert inbox.items(store) == []
    look(now=NOW + timedelta(minutes=5))
    assert [i.request.id for i in inbox.items(store)] == [asked]


def test_a_growing_log_is_followed(look, served, asked, store) -> None:
    """The next checkpoint is proved to continue the last one, by tiles that all homes fetch alike."""
    served.headers["Set-Cookie"] = "id=7; Path=/"
    look()
    second = served.town.request(post_number=2)
    served.publish(served.town.approve(second), issued_at=NOW + timedelta(minutes=1))
    followed = look(now=NOW + timedelta(minutes=5))
    assert followed.ok, followed.message
    assert followed.tree_size == served.town.checkpoint.size
    assert second.id in [i.request.id for i in inbox.items(store)]
    assert len(served.wire) > 2
    assert all(path.startswith(("/bundles/", "/ledger/tile/")) for _, path in served.wire)
    assert all("Cookie" not in headers for _, _, headers in served.calls)


def test_expired_requests_do_not_arrive(look, served, store) -> None:
    """One that is merely over is neither shown nor kept as an attack."""
    request = served.town.request(expires_at=NOW + timedelta(hours=1))
    served.publish(served.town.approve(request))
    assert look(now=NOW + timedelta(hours=2)).ok
    assert inbox.items(store) == []
    assert refused(store) == []


# What a forger, a coerced network or a broken cache could serve.


def tampered_statement(town: Town):
    request = town.request()
    record = town.approve(request)
    wider = replace(request, window=replace(request.window, start=request.window.start - timedelta(hours=1)))
    return replace(record, request=replace(record.request, payload=canonical.encode(wider.to_json())))


def statement_by_another_key(town: Town):
    record = town.approve(town.request())
    return replace(record, request=sign_request(town.request(), key("stranger")))


def tampered_vote(town: Town):
    record = town.approve(town.request())
    vote = record.votes[0]
    return replace(
        record, votes=(replace(vote, payload=vote.payload.replace(b"for", b"fro")), *record.votes[1:])
    )


def one_vote_only(town: Town):
    record = town.approve(town.request())
    return replace(record, votes=record.votes[:1])


def tampered_proof(town: Town):
    record = town.approve(town.request())
    last = record.entries[-1]
    lines = last.proof.split("\n")
    lines[2] = canonical.to_base64(bytes(32))
    return replace(record, entries=(*record.entries[:-1], replace(last, proof="\n".join(lines))))


def not_in_the_log(town: Town):
    record = town.approve(town.request())
    return replace(record, entries=record.entries[:-1])


def swapped_policy(town: Town):
    record = town.approve(town.request())
    return replace(record, policy=record.policy.replace(b"max_square_miles = 0.1", b"max_square_miles = 9.9"))


@pytest.mark.parametrize(
    "forge",
    [
        tampered_statement,
        statement_by_another_key,
        tampered_vote,
        one_vote_only,
        tampered_proof,
        not_in_the_log,
        swapped_policy,
    ],
)
def test_a_bad_request_never_reaches_the_inbox_and_harms_no_other(look, served, store, forge) -> None:
    """It is kept as refused with its step; the honest request beside it arrives."""
    bad = forge(served.town)
    good = served.town.request(post_number=2)
    envelope = sign_request(good, key(good.officer))
    votes = tuple(served.town.vote(envelope, voter) for voter in ("reviewer-a", "reviewer-b"))
    served.town.enter_request(good, envelope, votes)
    served.publish(served.town.record(envelope, votes), _under_the_newest_checkpoint(bad, served.town))
    assert look().ok
    assert [item.request.id for item in inbox.items(store)] == [good.id]
    [kept] = refused(store)
    assert kept.step >= 1
    assert kept.message


def _under_the_newest_checkpoint(bad, town: Town):
    """The forged record with its proofs made anew where the forger could make them."""
    entries = []
    for proven in bad.entries:
        index = town.entries.index(proven.entry)
        honest = town.proof(index)
        was_honest = canonical.to_base64(bytes(32)) not in proven.proof
        lines = honest.split("\n")
        if not was_honest:
            lines[2] = canonical.to_base64(bytes(32))
        entries.append(replace(proven, proof="\n".join(lines)))
    return replace(bad, entries=tuple(entries))


def test_a_refusal_is_kept_once_and_only_so_many(look, served, store) -> None:
    served.publish(tampered_statement(served.town))
    for minutes in range(3):
        assert look(now=NOW + timedelta(minutes=minutes)).ok
    assert len(refused(store)) == 1
    with store.write() as db:
        for n in range(2 * rows.MAX_REFUSED):
            made = replace(refused(store)[0], statement_sha256=f"{n:064x}", at=NOW + timedelta(seconds=n))
            rows.add_refused(made, db=db)
    assert len(refused(store)) == rows.MAX_REFUSED


def rolled_back(served) -> None:
    """Last week's backup: a shorter log, freshly signed."""
    served.town = Town()
    served.publish(issued_at=NOW + timedelta(minutes=1))


def another_history(served) -> None:
    """A log as long or longer, with other entries, signed by the right key."""
    size = served.town.checkpoint.size
    served.town = Town()
    while served.town.checkpoint.size <= size:
        served.town.approve(served.town.request())
    served.publish(issued_at=NOW + timedelta(minutes=1))


def hidden_tiles(served) -> None:
    """The log has grown, but the tiles that would show it are withheld."""
    served.town.approve(served.town.request())
    served.publish(issued_at=NOW + timedelta(minutes=1))
    served.hide_tiles = True


def yesterdays_bundle(served) -> None:
    """Honest once, and good until just now."""
    served.publish(issued_at=NOW - timedelta(hours=25), expires_at=NOW - timedelta(hours=1))


def older_than_seen(served) -> None:
    served.publish(issued_at=NOW - timedelta(minutes=1))


def other_network(served) -> None:
    other = Town("elsewhere.test/ledger")
    served.bundle = bundles.encode(other.bundle(), other.signer)


def other_cell(served) -> None:
    served.publish(cell=Point(10, 10).cell(6))


def forged_by_a_stranger(served) -> None:
    served.bundle = bundles.encode(served.town.bundle(), Signer(served.town.origin, key("stranger")))


def ten_megabytes(served) -> None:
    served.bundle = b'{"payload": "' + b"A" * 10_000_000


def garbage(served) -> None:
    served.bundle = b"\x00\xff not json"


def server_error(served) -> None:
    served.bundle_status = 503


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (rolled_back, "log_rolled_back"),
        (another_history, "log_split"),
        (hidden_tiles, "log_unproven"),
        (yesterdays_bundle, "stale_bundle"),
        (older_than_seen, "stale_bundle"),
        (other_network, "wrong_network"),
        (other_cell, "wrong_cell"),
        (forged_by_a_stranger, "wrong_network"),
        (ten_megabytes, "bundle_too_large"),
        (garbage, "bundle_unreadable"),
        (server_error, "network_unreachable"),
    ],
)
def test_a_bad_bundle_is_dropped_whole_and_the_owner_is_told(look, served, asked, store, spoil, code) -> None:
    """What was seen before stays, and the next honest bundle is taken again."""
    assert look().ok
    honest, town = served.bundle, served.town
    before = everything_kept(store)
    spoil(served)
    followed = look(now=NOW + timedelta(minutes=2))
    assert (followed.ok, followed.code) == (False, code), followed.message
    assert followed.message.endswith((".", ")")) or len(followed.message) > 20
    assert everything_kept(store) == before
    served.bundle, served.town, served.bundle_status, served.hide_tiles = honest, town, 200, False
    assert look(now=NOW + timedelta(minutes=4)).ok


def test_a_large_bundle_is_not_read_to_its_end(look, served, asked) -> None:
    """A body is refused while it comes in; an allowed twin of nearly the limit is read (and is no bundle)."""
    served.bundle = b" " * (bundles.MAX_BUNDLE_BYTES - 1)
    assert look().code == "bundle_unreadable"
    served.bundle = b" " * (bundles.MAX_BUNDLE_BYTES + 1)
    assert look().code == "bundle_too_large"
    with NetworkClient(served.url) as client, pytest.raises(bundles.BundleTooLarge):
        client.bundle("cell", etag=None)


def test_a_compressed_answer_is_not_unpacked(look, served, asked) -> None:
    """So that a few bytes cannot become gigabytes in memory."""
    served.headers["Content-Encoding"] = "gzip"
    assert look().code == "network_unreachable"


def test_no_bundle_and_no_server_are_said_plainly(look, served, store) -> None:
    assert look().code == "no_bundle_here"
    gone = replace(served.address, url="http://127.0.0.1:9")
    assert look(network=gone).code == "network_unreachable"


def test_another_cells_bundle_may_be_a_little_behind(look, served, asked, store) -> None:
    """After a move, the new cell's bundle can be older than the newest checkpoint; it must be of the same log."""
    town = served.town
    elsewhere = Point(51.75, -0.12)
    old_text, old_bundle = town.checkpoint_text, town.bundle(cell=elsewhere.cell(6))
    town.approve(town.request(post_number=2))
    served.publish()
    assert look().ok
    served.bundle = bundles.encode(old_bundle, town.signer)
    assert look(home=elsewhere, now=NOW + timedelta(minutes=1)).ok
    with store.read() as db:
        assert rows.seen_checkpoint(town.origin, db=db) == town.checkpoint_text != old_text


def test_an_older_bundle_of_another_history_is_refused_too(look, served, asked) -> None:
    town = served.town
    assert look().ok
    elsewhere = Point(51.75, -0.12)
    storage = MemoryStorage()
    forked = log.integrate(storage, old=Checkpoint.empty(town.origin), entries=town.entries[:-2])
    forked = log.integrate(storage, old=forked, entries=[b"forged"])
    text = log.publish(storage, forked, town.signer)
    served.publish(cell=elsewhere.cell(6), checkpoint=text)
    assert look(home=elsewhere, now=NOW + timedelta(minutes=1)).code == "log_split"


def test_the_beat_is_fixed_and_slows_down_after_failures() -> None:
    """Never faster than the beat; jitter is chance, not news."""
    assert seconds_until_next(every=300, jitter=60, failures=0, chance=lambda: 0.5) == 330
    assert seconds_until_next(every=300, jitter=60, failures=0, chance=lambda: 0.0) == 300
    delays = [seconds_until_next(every=300, jitter=0, failures=n) for n in range(10)]
    assert delays == sorted(delays)
    assert delays[-1] == 3600
    assert seconds_until_next(every=300, jitter=0, failures=100_000) == 3600


def test_the_request_stays_as_it_was_signed(look, store, asked: RequestId) -> None:
    """What is shown later is read from the signed bytes, not from a copy of their fields."""
    look()
    item = inbox.item(store, asked)
    assert canonical.decode(item.record.request.payload)["id"] == asked
    assert item.request.to_json() == canonical.decode(item.record.request.payload)
