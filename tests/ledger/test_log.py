"""Growing a log: the same bytes however it is cut up, whenever it is killed, and never on a damaged edge."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.ledger import log, tiles
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.log import EdgeDamaged
from latchstring.ledger.merkle import leaf_hash, root_of
from latchstring.ledger.note import Signer, Verifier
from latchstring.ledger.storage import DirectoryStorage
from latchstring.ledger.tiles import EntryTooLarge
from latchstring.ledger.verify import verify_log
from latchstring.testing.storage import MemoryStorage

ORIGIN = "latchstring.test/ledger"
EMPTY = Checkpoint.empty(ORIGIN)


class Killed(Exception):
    """The process is gone."""


class DyingStorage(MemoryStorage):
    """Dies at a given write."""

    def __init__(self, files: dict[str, bytes], writes: int) -> None:
        super().__init__()
        self.files = dict(files)
        self._left = writes

    def put(self, path: str, data: bytes) -> None:
        if self._left == 0:
            raise Killed
        self._left -= 1
        super().put(path, data)


class CountingStorage(MemoryStorage):
    """Notes what is read and written."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = dict(files)
        self.read: list[str] = []
        self.written: list[str] = []

    def get(self, path: str) -> bytes:
        self.read.append(path)
        return super().get(path)

    def put(self, path: str, data: bytes) -> None:
        self.written.append(path)
        super().put(path, data)


def numbered(first: int, count: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(first, first + count)]


@settings(max_examples=40)
@given(batches=st.lists(st.sampled_from([1, 2, 3, 100, 255, 256, 257, 600]), min_size=1, max_size=8))
def test_full_tiles_and_root_do_not_depend_on_the_batches(batches: list[int]) -> None:
    """One entry at a time or all at once: the same root, and every file of the one-go log is there."""
    size = sum(batches)
    stepwise, at_once = MemoryStorage(), MemoryStorage()
    checkpoint = EMPTY
    for batch in batches:
        checkpoint = log.integrate(stepwise, old=checkpoint, entries=numbered(checkpoint.size, batch))

    expected = log.integrate(at_once, old=EMPTY, entries=numbered(0, size))

    assert checkpoint == expected
    assert checkpoint.root == root_of([leaf_hash(entry) for entry in numbered(0, size)])
    assert at_once.files.items() <= stepwise.files.items()


def test_a_log_that_fills_a_tile_of_the_second_level(signer: Signer, verifier: Verifier) -> None:
    """65,536 entries carry into level 2; nothing but the edge is touched on the way."""
    storage = MemoryStorage()
    checkpoint = log.integrate(storage, old=EMPTY, entries=numbered(0, 65_500))
    checkpoint = log.integrate(storage, old=checkpoint, entries=numbered(65_500, 100))
    log.publish(storage, checkpoint, signer)
    assert storage.get("tile/2/000.p/1")
    assert verify_log(storage, verifier).size == 65_600


def test_no_empty_tile_is_written() -> None:
    storage = MemoryStorage()
    log.integrate(storage, old=EMPTY, entries=numbered(0, 512))
    assert set(storage.files) == {
        "tile/entries/000", "tile/entries/001", "tile/0/000", "tile/0/001", "tile/1/000.p/2",
    }  # fmt: skip
    assert all(storage.files.values())


def test_nothing_to_add_writes_nothing() -> None:
    storage = MemoryStorage()
    assert log.integrate(storage, old=EMPTY, entries=[]) == EMPTY
    assert storage.files == {}


def test_only_the_edge_is_read_and_written() -> None:
    """One entry more in a log of 2,000 reads two tiles and a bundle, and writes one of each."""
    storage = MemoryStorage()
    old = log.integrate(storage, old=EMPTY, entries=numbered(0, 2_000))
    counting = CountingStorage(storage.files)

    log.integrate(counting, old=old, entries=[b"one more"])

    assert sorted(counting.read) == ["tile/0/007.p/208", "tile/1/000.p/7", "tile/entries/007.p/208"]
    assert counting.written == ["tile/entries/007.p/209", "tile/0/007.p/209"]


@pytest.mark.parametrize("old_size", [0, 1, 250, 256, 65_400])
def test_killed_at_any_write_then_run_again(old_size: int, signer: Signer) -> None:
    """Whenever the process dies, the same call finishes the work with the same bytes."""
    before = MemoryStorage()
    old = log.integrate(before, old=EMPTY, entries=numbered(0, old_size))
    log.publish(before, old, signer)
    entries = numbered(old_size, 300)
    whole = MemoryStorage()
    whole.files = dict(before.files)
    expected = log.integrate(whole, old=old, entries=entries)
    writes = CountingStorage(before.files)
    log.integrate(writes, old=old, entries=entries)

    for survived in range(len(writes.written)):
        dying = DyingStorage(before.files, survived)
        with pytest.raises(Killed):
            log.integrate(dying, old=old, entries=entries)
        assert before.files.items() <= dying.files.items()  # readers of the old checkpoint saw nothing of it
        after = MemoryStorage()
        after.files = dying.files
        assert log.integrate(after, old=old, entries=entries) == expected
        assert after.files == whole.files


def test_after_a_kill_more_entries_may_come(signer: Signer, verifier: Verifier) -> None:
    """The next run may take a larger batch; what the dead one left behind does no harm."""
    storage = MemoryStorage()
    old = log.integrate(storage, old=EMPTY, entries=numbered(0, 10))
    log.integrate(storage, old=old, entries=numbered(10, 5))

    new = log.integrate(storage, old=old, entries=numbered(10, 400))
    log.publish(storage, new, signer)

    assert verify_log(storage, verifier).size == 410


@pytest.mark.parametrize("size", [1, 255, 300, 700])
def test_damaged_edge_is_refused_and_nothing_is_written(size: int) -> None:
    """A changed, lost or cut file at the edge: the log must not grow on it. An undamaged twin grows."""
    storage = MemoryStorage()
    old = log.integrate(storage, old=EMPTY, entries=numbered(0, size))
    edge = CountingStorage(storage.files)
    log.integrate(edge, old=old, entries=[b"twin"])
    assert edge.written

    for path in edge.read:
        for spoil in (
            lambda data: bytes([data[0] ^ 1]) + data[1:],
            lambda data: data[:-1] + bytes([data[-1] ^ 1]),
            lambda data: data[:-1],
            lambda data: None,
        ):
            damaged = CountingStorage(storage.files)
            spoiled = spoil(damaged.files.pop(path))
            if spoiled is not None:
                damaged.files[path] = spoiled
            with pytest.raises(EdgeDamaged):
                log.integrate(damaged, old=old, entries=[b"one more"])
            assert damaged.written == []


def test_a_wrong_old_root_is_refused() -> None:
    storage = MemoryStorage()
    old = log.integrate(storage, old=EMPTY, entries=numbered(0, 10))
    with pytest.raises(EdgeDamaged):
        log.integrate(storage, old=Checkpoint(ORIGIN, 10, bytes(32)), entries=[b"x"])
    assert log.integrate(storage, old=old, entries=[b"x"]).size == 11


def test_too_large_an_entry_is_refused_before_anything_is_written() -> None:
    storage = MemoryStorage()
    with pytest.raises(EntryTooLarge):
        log.integrate(storage, old=EMPTY, entries=[*numbered(0, 300), bytes(65_536)])
    assert storage.files == {}


def test_edge_can_be_read_from_the_full_tile(signer: Signer, verifier: Verifier) -> None:
    """Partial tiles may be cleared away once the full tile is there, as after a kill between the two."""
    storage = MemoryStorage()
    old = log.integrate(storage, old=EMPTY, entries=numbered(0, 200))
    new = log.integrate(storage, old=old, entries=numbered(200, 56))
    for path in [p for p in storage.files if ".p/200" in p]:
        del storage.files[path]
    assert log.integrate(storage, old=old, entries=numbered(200, 56)) == new


def test_published_checkpoint_is_a_file_beside_the_tiles(
    tmp_path: Path, signer: Signer, verifier: Verifier
) -> None:
    storage = DirectoryStorage(tmp_path)
    checkpoint = log.integrate(storage, old=EMPTY, entries=numbered(0, 3))
    text = log.publish(storage, checkpoint, signer)
    assert (tmp_path / tiles.CHECKPOINT_PATH).read_text() == text
    assert verify_log(storage, verifier).root == checkpoint.root
