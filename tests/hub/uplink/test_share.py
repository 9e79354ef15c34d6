"""From a yes to one entry in the ledger, whatever breaks on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from latchstring.base.signing import SigningKey
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import (
    AlreadyShared,
    NoLongerOpen,
    NotInInbox,
    State,
    state_of,
)
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording.clip import Clip
from latchstring.hub.store import Store, StoreFull
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.client import NetworkClient
from latchstring.hub.uplink.follow import follow_once
from latchstring.hub.uplink.models import Share, ShareState
from latchstring.hub.uplink.share import (
    NothingChosen,
    OnItsWay,
    Sender,
    Sharing,
    consent,
    random_delay,
    share_of,
    take_back,
)
from latchstring.sealing import keys
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.manifest import read_disclosure
from latchstring.sealing.receipt import read_receipt
from latchstring.testing.clock import FakeClock
from latchstring.testing.town import NOW, Town
from latchstring.testing.waiting import until

DEVICE = SigningKey(bytes(range(32)))
CASE = CaseKey.generate()
AT_ONCE = timedelta()


@pytest.fixture
def arrived(store: Store, served, recordings, home):
    """A request for this home is in the inbox."""
    request = served.town.request(recipient=CASE.recipient)
    served.publish(served.town.approve(request))
    assert follow_once(store, served.address, home, recordings, now=NOW).ok
    served.calls.clear()
    return request


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    return folder


@pytest.fixture
def parts(store: Store, recordings, outbox: Path) -> Sharing:
    return Sharing(store, recordings, DEVICE, outbox)


@pytest.fixture
def carry_on(parts: Sharing, store: Store, served) -> Callable[[], Share]:
    return lambda: to_the_end(parts, store, served)


def to_the_end(parts: Sharing, store: Store, served, *, now=NOW) -> Share:
    """Step by step until nothing moves any more."""
    choices = Choices(network=served.address)
    with store.read() as db:
        [share] = rows.all_shares(db=db)
    while (after := parts.advance(share, choices, now=now)).state is not share.state:
        share = after
    return after


def test_a_yes_becomes_one_sealed_disclosure(store, served, arrived, carry_on, recordings, tmp_path) -> None:
    """The agency's key opens exactly the clip that the owner agreed to, and the signed papers fit it."""
    share = consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    assert carry_on().state is ShareState.DISCLOSED
    [post] = served.posts
    disclosure = read_disclosure(post.disclosure, post.device_key)
    receipt = read_receipt(post.receipt, post.device_key)
    ciphertext = served.uploads[disclosure.ciphertext.sha256]
    assert hashlib.sha256(ciphertext).hexdigest() == disclosure.ciphertext.sha256
    assert (receipt.request, receipt.recipient, receipt.agency) == (
        arrived.id,
        CASE.recipient,
        arrived.agency,
    )
    assert receipt.policy_sha256 == arrived.policy.sha256
    assert receipt.at == share.agreed_at
    assert share_of(store, arrived.id).entry == 40
    assert share_of(store, arrived.id).disclosure == disclosure.id
    assert keys.disclosure_key(DEVICE, arrived.id).verify_key == post.device_key


def test_nothing_leaves_before_a_yes(store, served, arrived) -> None:
    """Not now, and never from this agency, are the same silence as not having looked."""
    inbox.not_now(store, arrived.id)
    inbox.reopen(store, arrived.id)
    assert served.calls == []


def test_a_consent_is_used_once(store, arrived, carry_on, served) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    with pytest.raises(AlreadyShared):
        consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    carry_on()
    with pytest.raises(AlreadyShared):
        consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    with pytest.raises(AlreadyShared):
        inbox.not_now(store, arrived.id)
    assert len(served.entered) == 1


@pytest.mark.parametrize("clips", [[], ["clip-9"], ["clip-1", "clip-9"]])
def test_only_offered_clips_can_be_shared(store, arrived, clips) -> None:
    with pytest.raises(NothingChosen):
        consent(store, arrived.id, clips, delay=AT_ONCE, now=NOW)
    assert share_of(store, arrived.id) is None


def test_an_expired_or_unknown_request_cannot_be_answered(store, arrived) -> None:
    with pytest.raises(NoLongerOpen):
        consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=arrived.expires_at)
    with pytest.raises(NotInInbox):
        consent(store, "rq_unknown", ["clip-1"], delay=AT_ONCE, now=NOW)
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=arrived.expires_at - timedelta(seconds=1))


def test_a_request_that_expires_while_it_waits_is_not_answered(store, arrived, parts, served) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    after = to_the_end(parts, store, served, now=arrived.expires_at)
    assert after.state is ShareState.FAILED
    assert "expired" in after.trouble
    assert served.calls == []


def test_nothing_is_sent_before_its_time_and_until_then_it_can_be_taken_back(
    store, arrived, parts, served, outbox
) -> None:
    """The delay hides when somebody was at home, and is time to think again."""
    consent(store, arrived.id, ["clip-1"], delay=timedelta(minutes=7), now=NOW)
    waiting = to_the_end(parts, store, served, now=NOW + timedelta(minutes=6))
    assert waiting.state is ShareState.SEALED
    assert served.calls == []
    take_back(store, arrived.id, outbox)
    assert list(outbox.iterdir()) == []
    item = inbox.item(store, arrived.id)
    assert state_of(item, muted=frozenset(), now=NOW) is State.NEW
    again = consent(store, arrived.id, ["clip-1"], delay=timedelta(minutes=7), now=NOW)
    assert again.consent != waiting.consent
    sent = to_the_end(parts, store, served, now=NOW + timedelta(minutes=7))
    assert sent.state is ShareState.DISCLOSED
    with pytest.raises(OnItsWay):
        take_back(store, arrived.id, outbox)
    assert len(served.entered) == 1


def test_taken_back_while_it_is_being_sealed_comes_to_nothing(
    store, arrived, parts, served, outbox, recordings, monkeypatch
) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    really_seal = sharing.seal_disclosure

    def seal_slowly(*args, **kwargs):
        sealed = really_seal(*args, **kwargs)
        take_back(store, arrived.id, outbox)
        return sealed

    monkeypatch.setattr(sharing, "seal_disclosure", seal_slowly)
    to_the_end(parts, store, served)
    assert share_of(store, arrived.id) is None
    assert list(outbox.iterdir()) == []
    assert served.calls == []


def test_the_random_delay_is_never_longer_than_set() -> None:
    delays = [random_delay(600) for _ in range(200)]
    assert all(timedelta() <= d <= timedelta(minutes=10) for d in delays)
    assert len(set(delays)) > 100
    assert random_delay(0) == timedelta()


def test_an_upload_cut_in_half_goes_on_where_it_stopped(
    store, arrived, carry_on, served, monkeypatch
) -> None:
    monkeypatch.setattr(sharing, "PIECE_BYTES", 50_000)
    served.cut_upload_after = 20_000
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    waiting = carry_on()
    assert (waiting.state, waiting.trouble is not None) == (ShareState.UPLOADING, True)
    assert carry_on().state is ShareState.DISCLOSED
    assert share_of(store, arrived.id).trouble is None
    offsets = [path.split("=")[1] for method, path in served.wire if method == "PUT"]
    assert offsets[:2] == ["0", "20000"]


def test_a_network_that_takes_no_more_is_left_for_later(store, arrived, carry_on, monkeypatch) -> None:
    """It could keep the hub sending for ever, and from stopping."""
    asked = []

    def upload(self, sha256, offset, piece):
        asked.append(offset)
        return offset

    with monkeypatch.context() as patched:
        patched.setattr(NetworkClient, "upload", upload)
        consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
        waiting = carry_on()
    assert (waiting.state, asked) == (ShareState.UPLOADING, [0] * sharing.MOST_IN_VAIN)
    assert "again later" in waiting.trouble
    assert carry_on().state is ShareState.DISCLOSED


def test_a_network_that_is_down_is_waited_for(store, arrived, parts, served) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    gone = Choices(network=replace(served.address, url="http://127.0.0.1:9"))
    with store.read() as db:
        [share] = rows.all_shares(db=db)
    for _ in range(3):
        share = parts.advance(share, gone, now=NOW)
    assert share.state is ShareState.UPLOADING
    assert "tries again" in share_of(store, arrived.id).trouble
    assert to_the_end(parts, store, served).state is ShareState.DISCLOSED


def test_a_disk_that_was_full_at_the_start_ends_no_sharing(
    store, arrived, parts, served, monkeypatch
) -> None:
    """What crashes left is cleaned up later; a yes is carried to its end meanwhile."""
    cleaned = []

    def clean_up(*, old_by):
        cleaned.append(old_by)
        if len(cleaned) == 1:
            raise StoreFull

    monkeypatch.setattr(parts, "clean_up", clean_up)
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    choices = Choices(network=served.address)
    sender = Sender(parts, store, lambda: choices, clock=FakeClock(NOW), look_again_seconds=0.01)
    sender.start()
    try:
        until(lambda: share_of(store, arrived.id).state is ShareState.DISCLOSED)
        until(lambda: len(cleaned) == 2)
    finally:
        sender.stop()


def test_a_hub_that_runs_for_months_deletes_what_is_old_without_a_start(store, parts, monkeypatch) -> None:
    """Every hour it looks for originals whose time is up."""
    cleaned = []
    monkeypatch.setattr(parts, "clean_up", lambda *, old_by: cleaned.append(old_by))
    clock = FakeClock(NOW)
    sender = Sender(parts, store, Choices, clock=clock, look_again_seconds=0.01)
    sender.start()
    try:
        until(lambda: cleaned == [NOW])
        clock.advance(sharing.CLEAN_UP_SECONDS)
        until(lambda: cleaned == [NOW, clock.now()])
    finally:
        sender.stop()


def test_a_refusal_is_told_to_the_owner_who_may_try_again(store, arrived, carry_on, served, outbox) -> None:
    served.refusal = (
        409,
        {"error": "receipt_used", "message": "This receipt was used already.", "details": {}},
    )
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    failed = carry_on()
    assert failed.state is ShareState.FAILED
    assert "This receipt was used already." in failed.trouble
    take_back(store, arrived.id, outbox)
    served.refusal = None
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    assert carry_on().state is ShareState.DISCLOSED


def test_an_upload_that_the_network_lost_is_sent_again(store, arrived, carry_on, served) -> None:
    """After a power cut there, the network may have less than it said; that is no reason to give up."""
    served.refusal = (
        409,
        {"error": "upload_incomplete", "message": "Send the rest.", "details": {"offset": 0}},
    )
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    assert carry_on().state is ShareState.UPLOADING
    served.uploads.clear()
    served.refusal = None
    assert carry_on().state is ShareState.DISCLOSED
    assert len(served.entered) == 1


def test_footage_that_was_deleted_meanwhile_is_said_so(store, arrived, carry_on, served, recordings) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    recordings.stretches.clear()
    recordings.stretches["cam_porch"] = []
    failed = carry_on()
    assert failed.state is ShareState.FAILED
    assert served.calls == []


def test_a_hub_that_changed_its_network_sends_nothing_to_the_new_one(store, arrived, parts, served) -> None:
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    served.town = Town("elsewhere.test/ledger")
    failed = to_the_end(parts, store, served)
    assert failed.state is ShareState.FAILED
    assert served.calls == []


def test_after_it_the_ciphertext_is_gone_and_the_papers_are_kept(store, arrived, carry_on, outbox) -> None:
    """The owner keeps the receipt; no clip lies in the outbox, sealed or not."""
    share = consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    carry_on()
    names = {f.name for f in (outbox / share.consent).iterdir()}
    assert names == {"device.pub", "receipt.dsse.json", "disclosure.dsse.json"}


def test_two_disclosures_of_one_home_share_no_key_and_no_name(store, served, recordings, home, parts) -> None:
    """The network, or an agency, cannot tell that both came from one house."""
    for n in (1, 2):
        request = served.town.request(recipient=CASE.recipient, post_number=n)
        served.publish(served.town.approve(request), issued_at=NOW + timedelta(seconds=n))
        assert follow_once(store, served.address, home, recordings, now=NOW + timedelta(minutes=n)).ok
        consent(store, request.id, ["clip-1"], delay=AT_ONCE, now=NOW + timedelta(minutes=n))
        with store.read() as db:
            [share] = rows.shares_under_way(db=db)
        choices = Choices(network=served.address)
        while (
            after := parts.advance(share, choices, now=NOW + timedelta(minutes=n))
        ).state is not share.state:
            share = after
    first, second = served.posts
    words = [set(json.dumps(post.to_json()).split('"')) for post in (first, second)]
    values = {w for w in words[0] & words[1] if len(w) > 30}
    assert all("latchstring" in value for value in values)
    assert first.device_key != second.device_key != DEVICE.verify_key


def test_the_wire_has_no_place_no_name_and_no_clip(store, served, arrived, carry_on, caplog) -> None:
    """What leaves is ciphertext and two signed papers: no coordinate, no camera, no byte of footage."""
    with caplog.at_level("DEBUG"):
        consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
        carry_on()
    sent = served.everything_received().encode() + b"".join(map(bytes, served.uploads.values()))
    for secret in (b"cam_porch", b"Porch", b"frames of the porch", b"51.5", b"-0.12", DEVICE.seed):
        assert secret not in sent
        assert secret not in caplog.text.encode()


def test_what_the_agency_opens_is_what_was_recorded(
    store, served, arrived, carry_on, recordings, tmp_path, monkeypatch
) -> None:
    kept: dict[str, bytes] = {}
    really_save = Clip.save

    def save(clip, path):
        really_save(clip, path)
        kept[path.name] = path.read_bytes()

    monkeypatch.setattr(Clip, "save", save)
    consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
    carry_on()
    [ciphertext] = served.uploads.values()
    opened = pyrage.decrypt(bytes(ciphertext), [pyrage.x25519.Identity.from_str(CASE.identity)])
    assert kept["clip-1.mp4"] in opened


# kill -9 at every step.


class Killed(BaseException):
    """The process is gone: no handler of the code under test may catch this."""


@dataclass
class Fate:
    """Kills at the n-th point that is passed."""

    at: int
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            raise Killed(name)


class DoomedStore:
    """A store that may die before a transaction, within it, or right after it."""

    def __init__(self, store: Store, fate: Fate) -> None:
        self._store, self._fate = store, fate
        self.read = store.read

    @contextmanager
    def write(self):
        self._fate.point("before a write")
        with self._store.write() as db:
            yield db
            self._fate.point("within a write")
        self._fate.point("after a write")


class DoomedClient(NetworkClient):
    """A client that may die before and after each call."""

    fate: Fate

    def upload_offset(self, sha256):
        return self._call("asking for the offset", super().upload_offset, sha256)

    def upload(self, *args):
        return self._call("uploading a piece", super().upload, *args)

    def disclose(self, post):
        return self._call("disclosing", super().disclose, post)

    def _call(self, name, really, *args):
        self.fate.point(f"before {name}")
        answer = really(*args)
        self.fate.point(f"after {name}")
        return answer


@pytest.fixture
def doomed(store, recordings, outbox, served, monkeypatch):
    """The same parts, killed at point n; tells whether they came to the end."""
    monkeypatch.setattr(sharing, "PIECE_BYTES", 60_000)

    def run(n: int) -> Fate:
        fate = Fate(n)
        client = type("Doomed", (DoomedClient,), {"fate": fate})
        doomed_store = DoomedStore(store, fate)
        really_seal, really_read = sharing.seal_disclosure, Path.unlink

        def seal(*args, **kwargs):
            fate.point("before sealing")
            sealed = really_seal(*args, **kwargs)
            fate.point("after sealing")
            return sealed

        def unlink(path, *args, **kwargs):
            if path.name == "sealed.age":
                fate.point("before deleting the ciphertext")
            really_read(path, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(sharing, "seal_disclosure", seal)
            patch.setattr(Path, "unlink", unlink)
            parts = Sharing(doomed_store, recordings, DEVICE, outbox, connect=client)
            try:
                with store.read() as db:
                    waiting = bool(rows.all_shares(db=db))
                if not waiting:
                    [item] = inbox.items(store)
                    consent(doomed_store, item.request.id, ["clip-1"], delay=AT_ONCE, now=NOW)
                to_the_end(parts, doomed_store, served)
            except Killed:
                pass
        return fate

    return run


def test_killed_at_any_step_and_started_again_it_is_disclosed_exactly_once(
    store, served, arrived, doomed, parts, outbox
) -> None:
    """For every point of the way: die there, start again, and find one entry, one consent, no leftovers."""
    points = doomed(10_000).passed
    assert len(points) > 15
    assert {"before sealing", "after disclosing", "before deleting the ciphertext"} <= set(points)
    for n in range(1, len(points) + 1):
        _forget_everything(store, served, outbox)
        died_at = doomed(n).passed[-1]
        parts.clean_up(old_by=NOW)
        if share_of(store, arrived.id) is None:
            assert died_at in ("before a write", "within a write"), died_at
            consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
        after = to_the_end(parts, store, served)
        parts.clean_up(old_by=NOW)
        assert after.state is ShareState.DISCLOSED, (n, died_at, after.trouble)
        assert len(served.entered) == 1, (n, died_at)
        assert len({post.encode() for post in served.posts}) == 1, (n, died_at)
        assert len(list(outbox.iterdir())) == 1, (n, died_at)
        assert not [*outbox.rglob("*.age"), *outbox.rglob("*.mp4")], (n, died_at)


def test_killed_twice_in_a_row_it_still_ends_once(store, served, arrived, doomed, parts, outbox) -> None:
    points = len(doomed(10_000).passed)
    for n in range(2, points, 3):
        _forget_everything(store, served, outbox)
        for _ in range(2):
            doomed(n)
            parts.clean_up(old_by=NOW)
        if share_of(store, arrived.id) is None:
            consent(store, arrived.id, ["clip-1"], delay=AT_ONCE, now=NOW)
        assert to_the_end(parts, store, served).state is ShareState.DISCLOSED
        assert len(served.entered) == 1


def _forget_everything(store, served, outbox) -> None:
    """As before the consent."""
    with store.write() as db:
        db.execute("DELETE FROM share")
        db.execute("UPDATE inbox_item SET answer = NULL")
    served.posts.clear()
    served.entered.clear()
    served.uploads.clear()
    for folder in list(outbox.iterdir()):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
