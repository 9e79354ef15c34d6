"""Checking a whole log: each kind of damage is named by the step that finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from latchstring.base.signing import SigningKey
from latchstring.ledger import log, tiles
from latchstring.ledger.checkpoint import Checkpoint, WrongOrigin
from latchstring.ledger.merkle import leaf_hash
from latchstring.ledger.note import Signer, Verifier
from latchstring.ledger.verify import (
    CheckpointRefused,
    EntriesMissing,
    EntryChanged,
    LogError,
    RolledBack,
    RootDiffers,
    SplitView,
    TileChanged,
    verify_append_only,
    verify_grown,
    verify_log,
)
from latchstring.testing.storage import MemoryStorage

Grow = Callable[..., tuple[MemoryStorage, Checkpoint]]
ORIGIN = "latchstring.test/ledger"


def flip(storage: MemoryStorage, path: str, at: int) -> None:
    data = bytearray(storage.files[path])
    data[at] ^= 1
    storage.files[path] = bytes(data)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000])
def test_an_honest_log_holds(grown: Grow, verifier: Verifier, size: int) -> None:
    storage, checkpoint = grown(size)
    report = verify_log(storage, verifier)
    assert (report.origin, report.size, report.root) == (ORIGIN, size, checkpoint.root)
    assert report.kinds == ({"test": size} if size else {})


def test_kinds_are_counted_and_strange_entries_said(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown([b'{"kind":"a"}', b'{"kind":"b"}', b'{"kind":"a"}', b"\xff", b"[]", b"{}"])
    assert verify_log(storage, verifier).kinds == {"(unreadable)": 3, "a": 2, "b": 1}


def test_progress_ends_at_the_size(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown(600)
    told: list[tuple[int, int]] = []
    verify_log(storage, verifier, progress=lambda done, total: told.append((done, total)))
    assert told == [(256, 600), (512, 600), (600, 600)]


def test_step_1_checkpoint_missing_or_forged(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown(3)
    stranger = Verifier(ORIGIN, SigningKey(b"x" * 32).verify_key)
    with pytest.raises(CheckpointRefused):
        verify_log(storage, stranger)
    for spoiled in (storage.files["checkpoint"].replace(b"\n3\n", b"\n2\n"), b"\xff\xfe", b""):
        storage.files["checkpoint"] = spoiled
        with pytest.raises(CheckpointRefused):
            verify_log(storage, verifier)
    del storage.files["checkpoint"]
    with pytest.raises(CheckpointRefused) as raised:
        verify_log(storage, verifier)
    assert raised.value.step == 1


def test_step_2_entries_missing_or_cut(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown(300)
    path = "tile/entries/001.p/44"
    storage.files[path] = storage.files[path][:-1]
    with pytest.raises(EntriesMissing, match=path) as raised:
        verify_log(storage, verifier)
    assert raised.value.step == 2
    del storage.files[path]
    with pytest.raises(EntriesMissing, match=path):
        verify_log(storage, verifier)


def test_step_3_entry_changed_names_the_entry(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown([b"%03d" % i for i in range(300)])
    flip(storage, "tile/entries/001.p/44", 5 * 10 + 3)
    with pytest.raises(EntryChanged, match="entry 266 ") as raised:
        verify_log(storage, verifier)
    assert raised.value.step == 3


def test_step_3_leaf_tile_changed(grown: Grow, verifier: Verifier) -> None:
    storage, _ = grown(300)
    flip(storage, "tile/0/000", 32 * 7)
    with pytest.raises(EntryChanged, match="entry 7 "):
        verify_log(storage, verifier)


def test_step_4_upper_tile_changed_missing_or_lengthened(grown: Grow, verifier: Verifier) -> None:
    path = "tile/1/000.p/1"
    for spoil in (
        lambda s: flip(s, path, 9),
        lambda s: s.files.pop(path),
        lambda s: s.files.update({path: s.files[path] + bytes(32)}),
    ):
        storage, _ = grown(300)
        spoil(storage)
        with pytest.raises(TileChanged, match=path) as raised:
            verify_log(storage, verifier)
        assert raised.value.step == 4


def test_step_5_everything_fits_but_the_signed_root(grown: Grow, signer: Signer, verifier: Verifier) -> None:
    """A checkpoint signed over something else: the worst case, the log's own key signs another history."""
    storage, _ = grown(300)
    log.publish(storage, Checkpoint(ORIGIN, 300, leaf_hash(b"other")), signer)
    with pytest.raises(RootDiffers) as raised:
        verify_log(storage, verifier)
    assert raised.value.step == 5


def test_any_single_flipped_bit_is_found(grown: Grow, verifier: Verifier) -> None:
    """In every file that a log of 300 is made of."""
    storage, _ = grown(300)
    for path, data in list(storage.files.items()):
        for at in {0, len(data) // 2, len(data) - 2}:
            damaged = MemoryStorage()
            damaged.files = dict(storage.files)
            flip(damaged, path, at)
            with pytest.raises(LogError):
                verify_log(damaged, verifier)


def test_a_grown_log_continues_the_seen_one(grown: Grow, signer: Signer, verifier: Verifier) -> None:
    storage, seen = grown(300)
    now = log.integrate(storage, old=seen, entries=[b"more"] * 400)
    log.publish(storage, now, signer)
    assert verify_append_only(storage, verifier, seen) == now
    assert verify_append_only(storage, verifier, now) == now
    assert verify_append_only(storage, verifier, Checkpoint.empty(ORIGIN)) == now


def test_rolled_back_log_is_refused(grown: Grow, verifier: Verifier) -> None:
    """Last week's backup, put back: smaller than what was seen."""
    storage, old = grown(300)
    seen = log.integrate(storage, old=old, entries=[b"one more"])
    with pytest.raises(RolledBack, match="300 entries; 301"):
        verify_append_only(storage, verifier, seen)


def test_split_view_is_refused(grown: Grow, verifier: Verifier) -> None:
    """Two histories under one key: of one size, or one larger than the other."""
    _, seen = grown([b"a", b"b", b"c"])
    for other in ([b"a", b"x", b"c"], [b"a", b"x", b"c", b"d"]):
        storage, _ = grown(other)
        with pytest.raises(SplitView):
            verify_append_only(storage, verifier, seen)


def test_tiles_that_do_not_fit_the_checkpoint_prove_nothing(grown: Grow, verifier: Verifier) -> None:
    _, seen = grown(3)
    storage, _ = grown(5)
    flip(storage, tiles.tile_path(0, 0, 5), 0)
    with pytest.raises(SplitView):
        verify_append_only(storage, verifier, seen)


def test_another_log_does_not_continue_this_one(grown: Grow) -> None:
    storage, now = grown(5)
    with pytest.raises(WrongOrigin):
        verify_grown(storage, Checkpoint.empty("elsewhere.test/ledger"), now)
