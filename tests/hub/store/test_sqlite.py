import hashlib
import os
import sqlite3
import stat
import threading

import pytest

from latchstring.hub.store import Store, StoreClosed
from latchstring.hub.store.migrations import StoreTooNew, migrations

STEPS = [
    "93bae49a4e93b363",
    "1d50c167fd542d43",
    "7ab92669a8d34716",
    "f046d3238390e445",
    "eecc0477fcb216fa",
    "06be80003ba9a16b",
    "76de00a0a5b55253",
    "ad2d59f56279cc20",
    "ed7cf9f20b74dc5e",
    "1c3e50c37fb44220",
    "46d8db74e41166f0",
    "193dbe5a5caf1d1e",
    "609d60259abda3c6",
    "38aafcdb5afd506f",
    "fb14899a4a01cc5e",
]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


def add_camera(db, name="cam_a"):
    db.execute("INSERT INTO camera (id, name, url, added_us) VALUES (?, 'porch', 'synthetic:', 0)", (name,))


def count(db):
    return db.execute("SELECT count(*) FROM camera").fetchone()[0]


def test_a_transaction_is_kept(store):
    """What a write block did is there for the next reader."""
    with store.write() as db:
        add_camera(db)
    with store.read() as db:
        assert count(db) == 1


def test_a_failed_transaction_leaves_nothing(store):
    """An exception inside the block undoes all of it, and the store works on."""
    with pytest.raises(sqlite3.IntegrityError):
        _add_twice(store)
    with store.write() as db:
        add_camera(db, "cam_b")
    with store.read() as db:
        assert [row["id"] for row in db.execute("SELECT id FROM camera")] == ["cam_b"]


def _add_twice(store):
    with store.write() as db:
        add_camera(db)
        add_camera(db)


def test_a_reader_sees_one_instant(store):
    """A reader that began before a write does not see it, and does not wait for it."""
    with store.read() as before:
        assert count(before) == 0
        with store.write() as db:
            add_camera(db)
        assert count(before) == 0
    with store.read() as after:
        assert count(after) == 1


def test_a_reader_cannot_write(store):
    """Only `write()` changes rows."""
    with store.read() as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        add_camera(db)


def test_writers_take_turns(store):
    """Writes from many threads all arrive."""
    threads = [threading.Thread(target=_add_ten, args=(store, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert count(db) == 40


def _add_ten(store, n):
    for i in range(10):
        with store.write() as db:
            add_camera(db, f"cam_{n}_{i}")


def test_the_store_is_opened_again(tmp_path):
    """Rows survive closing, and the migrations run only once."""
    store = Store(tmp_path / "hub.db")
    with store.write() as db:
        add_camera(db)
    store.close()
    store = Store(tmp_path / "hub.db")
    with store.read() as db:
        assert count(db) == 1
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(migrations())
    store.close()


def test_only_its_own_user_reads_the_store(tmp_path):
    """Cameras' logins are in it, whatever the umask was, today or when an earlier version made it."""
    before = os.umask(0o022)
    try:
        store = Store(tmp_path / "hub" / "hub.db")
        files = list((tmp_path / "hub").iterdir())
        assert len(files) == 3
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "hub").stat().st_mode) == 0o700
        store.close()
        (tmp_path / "hub" / "hub.db").chmod(0o644)
        Store(tmp_path / "hub" / "hub.db").close()
        assert stat.S_IMODE((tmp_path / "hub" / "hub.db").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_steps_that_homes_have_taken_stay_as_they_are():
    """A changed step would never reach them. Whoever needs another table adds a step, and its digest here."""
    digests = [hashlib.sha256(sql.encode()).hexdigest()[:16] for _, sql in migrations()]
    assert digests == STEPS


def test_a_newer_store_is_refused(tmp_path):
    """A data folder of a newer version is left alone."""
    store = Store(tmp_path / "hub.db")
    store.close()
    connection = sqlite3.connect(tmp_path / "hub.db")
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(StoreTooNew):
        Store(tmp_path / "hub.db")


def test_a_long_transaction_is_not_held_in_memory(store):
    """What it writes goes to the log as it comes, and is undone there as well."""
    log = store.path.with_name("hub.db-wal")
    before = log.stat().st_size
    with pytest.raises(sqlite3.IntegrityError):
        _add_large_ones_twice(store, lambda: log.stat().st_size > before + 100_000)
    with store.read() as db:
        assert count(db) == 0


def _add_large_ones_twice(store, is_written):
    with store.write() as db:
        for number in range(50):
            add_camera(db, f"cam_{number}" + "x" * 10_000)
        assert is_written()
        add_camera(db, "cam_0" + "x" * 10_000)


def test_a_closed_store_says_so(store):
    """After `close()` nothing reads or writes."""
    store.close()
    with pytest.raises(StoreClosed), store.read():
        pass
    with pytest.raises(StoreClosed), store.write():
        pass


def test_commits_are_durable(store):
    """The write-ahead log is flushed at every commit."""
    with store.write() as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
