"""A clip under a privacy mask cannot be shared unmasked, whatever is tried; masked and looked at, it can."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import av
import pyrage
import pytest

from latchstring.base import canonical
from latchstring.base.signing import SigningKey
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.inbox import service as inbox
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.redaction import masks, outgoing
from latchstring.hub.redaction import store as redaction_rows
from latchstring.hub.redaction.models import ClipKey
from latchstring.hub.redaction.outgoing import NotWhatWasSeen
from latchstring.hub.redaction.plan import Wish
from latchstring.hub.redaction.redactor import FOLDER, NotPrepared, Redactor
from latchstring.hub.store import Store
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.follow import follow_once
from latchstring.hub.uplink.models import Share, ShareState
from latchstring.hub.uplink.share import Sharing, consent, share_of, take_back
from latchstring.sealing import inner
from latchstring.sealing.keys import CaseKey
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import CAMERA, gops_of
from latchstring.testing.town import NOW

DEVICE = SigningKey(bytes(range(32)))
CASE = CaseKey.generate()
LEFT = Region(name="Left half", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
AGREED = NOW + timedelta(minutes=5)


@pytest.fixture
def recordings(store: Store) -> Recordings:
    """Four seconds of the porch with its sound, in the window of the request; its left half is masked."""
    with store.write() as db:
        camera_rows.add(CameraSettings(id=CAMERA, name="Porch", url="synthetic:"), now=NOW, db=db)
    filmed_at = FakeClock(NOW - timedelta(hours=37))
    writer = GopWriter(store)
    scene = Scene(width=160, height=120, fps=5, gop_seconds=1, every=6)
    for gop in gops_of(scene, 4, clock=filmed_at, tone_rate=8000):
        writer.write(gop)
    writer.close()
    masks.set_masks(store, CAMERA, [LEFT], now=NOW)
    return Recordings(store)


@pytest.fixture
def arrived(store: Store, served, recordings, home):
    request = served.town.request(recipient=CASE.recipient)
    served.publish(served.town.approve(request))
    assert follow_once(store, served.address, home, recordings, now=NOW).ok
    served.calls.clear()
    return request


@pytest.fixture
def redactor(store: Store, recordings) -> Redactor:
    return Redactor(store, lambda: recordings, FakeClock(NOW), finder=lambda: lambda picture: [])


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    (tmp_path / "outbox").mkdir()
    return tmp_path / "outbox"


@pytest.fixture
def parts(store: Store, recordings, outbox: Path) -> Sharing:
    return Sharing(store, recordings, DEVICE, outbox)


@pytest.fixture
def look(store, arrived, recordings, redactor) -> Callable[[], str]:
    """Prepare the clip and look at it; answers what was seen."""

    def looked() -> str:
        key, clip = ClipKey(arrived.id, "clip-1"), the_clip(store, arrived, recordings)
        redactor.prepare(key, clip.camera, clip.during)
        redactor.do_next()
        return redactor.readiness(key, clip).made.sha256

    return looked


def the_clip(store, arrived, recordings) -> Clip:
    [matched] = inbox.item(store, arrived.id).clips
    return recordings.cut(matched.camera, matched.during)


def agree(store, arrived, seen: str | None, *, delay: timedelta = timedelta()) -> Share:
    return consent(
        store,
        arrived.id,
        ["clip-1"],
        seen={"clip-1": seen} if seen else {},
        delay=delay,
        now=AGREED,
    )


def to_the_end(parts: Sharing, store: Store, served, *, now=AGREED) -> Share:
    with store.read() as db:
        [share] = rows.all_shares(db=db)
    while (after := parts.advance(share, Choices(network=served.address), now=now)).state is not share.state:
        share = after
    return after


def opened(served, tmp_path: Path) -> dict[str, bytes]:
    """What the agency finds inside of the one thing that was sent."""
    [ciphertext] = served.uploads.values()
    archive = tmp_path / "inner.tar"
    archive.write_bytes(pyrage.decrypt(bytes(ciphertext), [pyrage.x25519.Identity.from_str(CASE.identity)]))
    with archive.open("rb") as f, tarfile.open(fileobj=f, mode="r:", ignore_zeros=True) as files:
        return {m.name: files.extractfile(m).read() for m in files if m.isfile()}


def left_of_film(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data)) as film:
        return [int(frame.to_ndarray(format="gray")[:, :76].max()) for frame in film.decode(video=0)]


def test_what_arrives_is_what_was_seen_and_nothing_is_under_the_mask(
    store, served, arrived, parts, look, recordings, tmp_path
) -> None:
    """Byte for byte; it says that it is redacted, and the original can be shown to be its origin later."""
    seen = look()
    share = agree(store, arrived, seen)
    assert to_the_end(parts, store, served).state is ShareState.DISCLOSED
    files = opened(served, tmp_path)
    sent = files[inner.derivative("clip-1")]
    assert canonical.sha256_hex(sent) == seen
    assert len(left_of_film(sent)) == 20
    assert max(left_of_film(sent)) <= 24
    assert not any(name.startswith("data/original/") for name in files)
    [told] = json.loads(files[inner.ACQUISITION])["clips"]
    assert told["redaction"]["kinds"] == ["privacy-masks"]

    original = the_clip(store, arrived, recordings)
    kept = store.path.parent / outgoing.ORIGINALS / share.consent / "clip-1.mp4"
    assert kept.read_bytes() == original.pictures.data
    with store.read() as db:
        salt = redaction_rows.kept_original(share.consent, "clip-1", db=db).salt
    assert canonical.commitment(salt, kept.read_bytes()) == told["redaction"]["made_from"]


@pytest.mark.parametrize("masked", [True, False], ids=["masked", "as recorded"])
def test_no_sound_leaves(store, served, arrived, parts, look, recordings, tmp_path, masked) -> None:
    """Whether it is redacted or as recorded: no sound track in it, and not one packet of what was heard."""
    original = the_clip(store, arrived, recordings)
    spoken = [piece.data for number in range(1, 5) for piece in original.sound(number)]
    if not masked:
        masks.set_masks(store, CAMERA, [], now=NOW)
    agree(store, arrived, look() if masked else None)
    assert to_the_end(parts, store, served).state is ShareState.DISCLOSED
    files = opened(served, tmp_path)
    [film] = [data for name, data in files.items() if name.endswith(".mp4")]
    with av.open(io.BytesIO(film)) as file:
        assert len(file.streams.video) == 1
        assert not file.streams.audio
    assert len(spoken) > 150
    assert not any(packet in data for data in files.values() for packet in spoken)


@pytest.mark.parametrize("seen", [None, "00" * 32], ids=["nothing seen", "something else seen"])
def test_no_yes_without_having_looked(store, served, arrived, look, seen) -> None:
    """Not even after it was prepared: the yes must name what was seen."""
    with pytest.raises(NotPrepared if seen is None else NotWhatWasSeen):
        agree(store, arrived, seen)
    look()
    with pytest.raises(NotPrepared if seen is None else NotWhatWasSeen):
        agree(store, arrived, seen)
    assert share_of(store, arrived.id) is None
    assert inbox.item(store, arrived.id).answer is None
    assert served.calls == []


def test_a_wish_alone_needs_looking_too(store, arrived, redactor) -> None:
    masks.set_masks(store, CAMERA, [], now=NOW)
    redactor.wish(ClipKey(arrived.id, "clip-1"), Wish(faces=True))
    with pytest.raises(NotPrepared):
        agree(store, arrived, None)
    redactor.wish(ClipKey(arrived.id, "clip-1"), Wish())
    assert agree(store, arrived, None).state is ShareState.CONSENTED


def test_a_mask_drawn_after_the_yes_is_asked_about(store, served, arrived, parts, look, outbox) -> None:
    """Before sealing: nothing is sealed. Taken back, looked at anew, it goes."""
    first = look()
    agree(store, arrived, first)
    wider = Region(name="More", corners=((0, 0), (0.7, 0), (0.7, 1), (0, 1)))
    masks.set_masks(store, CAMERA, [wider], now=AGREED)
    failed = to_the_end(parts, store, served)
    assert failed.state is ShareState.FAILED
    assert "changed after you agreed" in failed.trouble
    assert served.calls == []
    take_back(store, arrived.id, outbox)
    second = look()
    assert second != first
    agree(store, arrived, second)
    assert to_the_end(parts, store, served).state is ShareState.DISCLOSED


def test_a_mask_drawn_while_the_sealed_clip_waits_is_asked_about(
    store, served, arrived, parts, look, outbox
) -> None:
    """It was sealed under the old masks; in its time it does not go, and taken back nothing of it is left."""
    agree(store, arrived, look(), delay=timedelta(hours=1))
    assert to_the_end(parts, store, served).state is ShareState.SEALED
    corner = Region(name="Corner", corners=((0.8, 0), (1, 0), (1, 1)))
    masks.set_masks(store, CAMERA, [LEFT, corner], now=AGREED + timedelta(minutes=1))
    failed = to_the_end(parts, store, served, now=AGREED + timedelta(hours=1))
    assert (failed.state, served.calls) == (ShareState.FAILED, [])
    take_back(store, arrived.id, outbox)
    assert list(outbox.iterdir()) == []
    assert list((store.path.parent / outgoing.ORIGINALS).iterdir()) == []


def test_a_mask_drawn_over_a_clip_that_was_agreed_to_as_recorded(store, served, arrived, parts) -> None:
    """Nothing was masked when the owner agreed; now something is."""
    masks.set_masks(store, CAMERA, [], now=NOW)
    agree(store, arrived, None)
    masks.set_masks(store, CAMERA, [LEFT], now=AGREED + timedelta(minutes=1))
    assert to_the_end(parts, store, served, now=AGREED + timedelta(minutes=2)).state is ShareState.FAILED
    assert served.calls == []


def test_another_file_in_its_place_is_not_sent(store, served, arrived, parts, look, recordings) -> None:
    """The bytes are compared with those agreed to, whatever lies on the disk."""
    agree(store, arrived, look())
    [file] = (store.path.parent / FOLDER).rglob("*.mp4")
    file.write_bytes(the_clip(store, arrived, recordings).data)
    assert to_the_end(parts, store, served).state is ShareState.FAILED
    assert served.calls == []


def test_killed_while_sealing_it_commits_to_the_same_original(
    store, served, arrived, parts, look, monkeypatch, tmp_path
) -> None:
    """Begun again, the salt is the one that was kept: what is at home opens what was sent."""
    share = agree(store, arrived, look())
    really_seal = sharing.seal_disclosure

    class Killed(BaseException):
        pass

    def killed(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(sharing, "seal_disclosure", killed)
    with pytest.raises(Killed):
        parts.advance(share, Choices(network=served.address), now=AGREED)
    with store.read() as db:
        before = redaction_rows.kept_original(share.consent, "clip-1", db=db)
    monkeypatch.setattr(sharing, "seal_disclosure", really_seal)
    parts.clean_up(old_by=AGREED)
    assert to_the_end(parts, store, served).state is ShareState.DISCLOSED
    [told] = json.loads(opened(served, tmp_path)[inner.ACQUISITION])["clips"]
    assert canonical.sha256_hex(before.salt + bytes.fromhex(before.sha256)) == told["redaction"]["made_from"]


def test_originals_are_deleted_when_the_copy_must_be_too(store, served, arrived, parts, look) -> None:
    """As long as the agency may keep what it opened, and no longer."""
    agree(store, arrived, look())
    to_the_end(parts, store, served)
    parts.clean_up(old_by=AGREED + outgoing.ORIGINALS_KEPT - timedelta(days=1))
    assert list((store.path.parent / outgoing.ORIGINALS).rglob("*.mp4"))
    parts.clean_up(old_by=AGREED + outgoing.ORIGINALS_KEPT + timedelta(days=1))
    assert not list((store.path.parent / outgoing.ORIGINALS).rglob("*.mp4"))


class Killed(BaseException):
    """At this very instant."""


def originals(store: Store) -> list[Path]:
    return list((store.path.parent / outgoing.ORIGINALS).rglob("*.mp4"))


def promised(store: Store) -> list[str]:
    with store.read() as db:
        return list(redaction_rows.originals(db=db))


@pytest.fixture
def forget(store, served, arrived, parts, look, outbox, request) -> Callable[[], None]:
    """Delete the original of the one clip: its time is up, or the owner takes it back."""
    agree(store, arrived, look(), delay=timedelta(hours=1))
    to_the_end(parts, store, served)
    assert len(originals(store)) == len(promised(store)) == 1
    if request.param == "old":
        return lambda: parts.clean_up(old_by=AGREED + outgoing.ORIGINALS_KEPT + timedelta(days=1))
    return lambda: take_back(store, arrived.id, outbox)


FORGET = pytest.mark.parametrize("forget", ["old", "taken back"], indirect=True)


@FORGET
def test_a_disk_that_refuses_to_forget_an_original_loses_none(store, forget, monkeypatch) -> None:
    """The row stays, so what it promises stays too; later both go."""
    really_write = store.write

    @contextmanager
    def refused():
        with really_write() as db:
            yield db
            raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", refused)
        with pytest.raises(sqlite3.OperationalError):
            forget()
    assert len(originals(store)) == len(promised(store)) == 1
    forget()
    assert originals(store) == promised(store) == []


@FORGET
def test_killed_between_row_and_file_an_original_is_tidied_later(store, parts, forget, monkeypatch) -> None:
    """Nothing promises it any more, and the next tidying finds it."""

    def killed(*_args, **_options):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(outgoing.shutil, "rmtree", killed)
        with pytest.raises(Killed):
            forget()
    assert (len(originals(store)), promised(store)) == (1, [])
    parts.clean_up(old_by=AGREED)
    assert originals(store) == []
