"""What is entered is public exactly when what it records is kept, and the tree survives any crash."""

from __future__ import annotations

import threading

import pytest
from psycopg.errors import RaiseException, UniqueViolation

from latchstring.base.signing import SigningKey
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint, open_checkpoint
from latchstring.ledger.entry import RequestExpired
from latchstring.ledger.note import Signer
from latchstring.ledger.proofs import verify_entry
from latchstring.ledger.verify import verify_log
from latchstring.network.database.roles import Role
from latchstring.network.ledger import service, store
from latchstring.network.ledger.service import NotYetPublic, OtherKey, Writer
from latchstring.testing.storage import MemoryStorage

AT = "2026-11-23T08:00:00Z"


class PowerCut(Exception):
    pass


class FailingStorage(MemoryStorage):
    """Fails before the put of this number, counted from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.puts_left: int | None = None

    def put(self, path: str, data: bytes) -> None:
        if self.puts_left is not None:
            if self.puts_left == 0:
                raise PowerCut
            self.puts_left -= 1
        super().put(path, data)


def enter(database, *names: str) -> list[int]:
    with database.transaction(Role.AGENCY) as db:
        return [service.enter(RequestExpired(at=AT, request=name), db=db) for name in names]


def published(tiles, signer):
    return open_checkpoint(tiles.get("checkpoint").decode(), signer.verifier)


def test_what_is_entered_comes_under_a_checkpoint_in_order(database, writer, tiles, signer):
    """Anyone can derive the tree again from the published files and finds each entry in its place."""
    enter(database, "rq_a", "rq_b")
    enter(database, "rq_c")

    assert writer.integrate() == {"request-expired"}

    report = verify_log(tiles, signer.verifier)
    assert report.size == 3
    with database.transaction(Role.PUBLIC) as db:
        bodies = [entry.body for entry in store.entries_from(0, 10, db=db)]
    assert [body.split(b'"request":"')[1][:4] for body in bodies] == [b"rq_a", b"rq_b", b"rq_c"]


def test_a_transaction_that_is_rolled_back_leaves_no_entry(database, writer, tiles, signer):
    """The log never tells of something that did not happen."""

    def undone() -> None:
        with database.transaction(Role.AGENCY) as db:
            service.enter(RequestExpired(at=AT, request="rq_undone"), db=db)
            raise PowerCut

    with pytest.raises(PowerCut):
        undone()
    enter(database, "rq_done")
    writer.integrate()

    assert published(tiles, signer).size == 1
    assert b"rq_undone" not in tiles.get("tile/entries/000.p/1")


@pytest.mark.parametrize("puts", range(4))
def test_a_power_cut_anywhere_between_tiles_and_checkpoint_ends_in_the_same_tree(database, signer, puts):
    """Bundle, tile, head, checkpoint: whichever was last, the next start finishes it with the same bytes."""
    tiles = FailingStorage()
    Writer(database, tiles, signer).begin()
    enter(database, "rq_a", "rq_b")
    tiles.puts_left = puts
    try:
        Writer(database, tiles, signer).integrate()
    except PowerCut:
        pass
    else:
        assert puts == 3  # bundle, tile and checkpoint were written: nothing was cut off
    enter(database, "rq_later")
    tiles.puts_left = None

    Writer(database, tiles, signer).begin()

    with database.transaction(Role.PUBLIC) as db:
        bodies = [entry.body for entry in store.entries_from(0, 10, db=db)]
    uninterrupted = log.integrate(MemoryStorage(), old=Checkpoint.empty(signer.name), entries=bodies)
    assert [b"rq_a" in bodies[0], b"rq_b" in bodies[1], b"rq_later" in bodies[2]] == [True, True, True]
    assert published(tiles, signer) == uninterrupted
    assert verify_log(tiles, signer.verifier).root == uninterrupted.root


def test_a_position_is_given_once(database, writer):
    """The database refuses to integrate an entry twice or to put two entries in one place."""
    [first, second] = enter(database, "rq_a", "rq_b")
    writer.integrate()
    [third] = enter(database, "rq_c")

    with pytest.raises(RaiseException), database.transaction(Role.JOBS) as db:
        db.execute("update ledger.entries set position = 9 where id = %s", [first])
    with pytest.raises(UniqueViolation), database.transaction(Role.JOBS) as db:
        db.execute("update ledger.entries set position = 1 where id = %s", [third])
    assert second != third


def test_a_head_that_has_moved_on_is_not_overwritten(database, writer):
    """Compare and swap: a writer that began from an old head changes nothing."""
    with database.transaction(Role.JOBS) as db:
        old = store.get_head(db=db)
    enter(database, "rq_a")
    writer.integrate()

    with database.transaction(Role.JOBS) as db:
        now = store.get_head(db=db)
        assert store.swap_head(old.checkpoint, now, db=db) is False
        assert store.get_head(db=db) == now


def test_writers_side_by_side_make_one_tree(database, tiles, signer, writer):
    """Two processes on one database integrate each entry once."""
    writers = [Writer(database, tiles, signer) for _ in range(3)]
    for n in range(20):
        enter(database, f"rq_{n}")
    threads = [threading.Thread(target=w.integrate) for w in writers]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verify_log(tiles, signer.verifier).size == 20


def test_integrating_drops_the_wakeups_of_what_it_integrated(database, writer):
    """A thousand transactions do not make a thousand rounds of nothing."""
    for n in range(5):
        enter(database, f"rq_{n}")
    with database.transaction(Role.JOBS) as db:
        waiting = "select count(*) as n from procrastinate_jobs where status = 'todo'"
        assert db.execute(waiting).fetchone() == {"n": 5}

    writer.integrate()

    with database.transaction(Role.JOBS) as db:
        assert db.execute(waiting).fetchone() == {"n": 0}


def test_a_transaction_wakes_the_worker_once(database, writer):
    """However much it enters."""
    enter(database, *(f"rq_{n}" for n in range(10)))

    with database.transaction(Role.JOBS) as db:
        assert len(db.execute("select 1 from procrastinate_jobs").fetchall()) == 1


def test_a_key_that_did_not_sign_the_head_is_refused(database, writer, tiles):
    """A restored database with another key would fork the log; the start says so."""
    other = Signer("latchstring.test/ledger", SigningKey(b"X" * 32))

    with pytest.raises(OtherKey):
        Writer(database, tiles, other).begin()


def test_an_entry_can_be_proved_once_it_is_public(database, writer, tiles, signer):
    """Before: ask again in a moment. After: a proof that a stranger's tool accepts."""
    [entry] = enter(database, "rq_a")
    with database.transaction(Role.JOBS) as db:
        store.give_positions(10, db=db)
    with database.transaction(Role.PUBLIC) as db:
        assert store.entered([entry], db=db) == {}
        with pytest.raises(NotYetPublic):
            service.prove(tiles, store.get(0, db=db), store.get_head(db=db))
    writer.integrate()

    with database.transaction(Role.PUBLIC) as db:
        entered = store.entered([entry], db=db)[entry]
        proof = service.prove(tiles, entered, store.get_head(db=db))

    assert verify_entry(entered.body, proof.encode(), signer.verifier).size == 1
