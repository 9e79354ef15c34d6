"""Transactions commit whole or not at all, and outlive a database that goes and comes."""

from __future__ import annotations

import threading

import pytest

from latchstring.network.database.pools import Database, DatabaseUnavailable
from latchstring.network.database.roles import Role
from latchstring.network.database.service import DatabaseNotReachable, Server
from latchstring.testing.waiting import until


class Interrupted(Exception):
    pass


def test_an_error_rolls_everything_back(database):
    """Half of what a request did never stays."""

    def interrupted() -> None:
        with database.transaction(Role.DOOR) as db:
            db.execute("insert into places.cells values ('cell', '{}', 1)")
            raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()

    with database.transaction(Role.DOOR) as db:
        assert db.execute("select * from places.cells").fetchall() == []


def test_a_transaction_that_ends_well_is_kept(database):
    """The allowed twin."""
    with database.transaction(Role.DOOR) as db:
        db.execute("insert into places.cells values ('cell', '{}', 1)")

    with database.transaction(Role.PUBLIC) as db:
        assert len(db.execute("select * from places.cells").fetchall()) == 1


def test_an_address_where_no_database_is_says_so(tmp_path):
    """A wrong LATCHSTRING_DATABASE_URL is a sentence, not a stack of frames."""
    server = Server(
        tmp_path / "unused", url="postgresql://nobody:x@127.0.0.1:1/none", secrets=tmp_path / "s.json"
    )

    with pytest.raises(DatabaseNotReachable):
        server.start()
    assert not (tmp_path / "unused").exists()


@pytest.mark.slow
def test_what_was_acknowledged_survives_stopping_and_starting_postgresql_under_load(data):
    """While it is away callers hear `Unavailable`; when it is back work goes on; nothing acknowledged is lost."""
    server = Server(data / "postgres", secrets=data / "secrets.json")
    server.start()
    assert server.embedded is not None
    kept, refused, stop = [], [], threading.Event()

    def write(database: Database, worker: int) -> None:
        n = 0
        while not stop.is_set():
            name = f"{worker}-{n}"
            try:
                with database.transaction(Role.DOOR) as db:
                    db.execute("insert into places.cells values (%s, '{}', 1)", [name])
                kept.append(name)
            except DatabaseUnavailable:
                refused.append(name)
            except Exception as e:
                if type(e).__name__ != "CommitUnknown":
                    raise
                refused.append(name)
            n += 1

    threads = [threading.Thread(target=write, args=(server.database, i)) for i in range(4)]
    try:
        for thread in threads:
            thread.start()
        until(lambda: len(kept) > 50, "the first writes")
        server.embedded.stop()
        until(lambda: len(refused) > 5, "refusals while it is away")
        server.embedded.start()
        before = len(kept)
        until(lambda: len(kept) > before + 50, "writes after it is back")
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    with server.database.transaction(Role.PUBLIC) as db:
        there = {row["cell"] for row in db.execute("select cell from places.cells")}
    server.stop()
    assert set(kept) <= there
