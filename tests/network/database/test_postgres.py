"""The embedded server starts fast, survives kills, and is never left behind unnoticed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from latchstring.network.database.postgres import DatabaseDidNotStart, EmbeddedPostgres
from network.processes import child_environment

PASSWORD = "a password for tests"
ANSWERS = "select 1"


@pytest.fixture(scope="module")
def made(shared_data):
    """A folder that is made once; each test starts its server if the last one stopped it."""
    server = EmbeddedPostgres(shared_data / "own" / "postgres", password=PASSWORD)
    yield server
    server.stop()


@pytest.fixture
def server(made):
    made.start()
    return made


def answers(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(server.superuser_url) as connection:
        return connection.execute(ANSWERS).fetchone() == (1,)


def test_it_stops_and_starts_again_with_what_was_kept(server):
    """A clean stop leaves no process and loses nothing."""
    with psycopg.connect(server.superuser_url) as connection:
        connection.execute("create table kept as select 7 as n")
    assert answers(server)

    server.stop()
    assert server.pid is None
    server.start()

    with psycopg.connect(server.superuser_url) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)


def test_a_wrong_password_is_refused(server):
    """Being on the machine is not enough; each role has to show its password."""
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url("postgres", "wrong", "postgres"))
    assert answers(server)


def test_a_server_that_outlived_its_program_is_taken_over(data):
    """After kill -9 of our process the next start finds PostgreSQL running, uses it, and can stop it."""
    program = (
        "import os, pathlib, signal, sys\n"
        "from latchstring.network.database.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1]), password=sys.argv[2]).start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    arguments = [sys.executable, "-c", program, data / "postgres", PASSWORD]
    done = subprocess.run(arguments, env=child_environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    server = EmbeddedPostgres(data / "postgres", password=PASSWORD)
    left_behind = server.pid
    assert left_behind is not None

    server.start()
    assert server.pid == left_behind
    assert answers(server)

    server.stop()
    assert server.pid is None


def test_a_killed_server_starts_again(server):
    """kill -9 of PostgreSQL itself leaves its pid file; the next start recovers."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while server.pid is not None:
        pass

    server.start()

    assert answers(server)


def test_a_pid_file_that_names_another_process_is_no_server(server, shared_data):
    """After a reboot the old number may belong to anybody; it is not waited for and not stopped."""
    folder = shared_data / "own" / "postgres"
    server.stop()
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n1\n5432\n\n\n\nready\n")

    assert server.pid is None
    server.start()

    assert answers(server)


def test_a_folder_with_a_long_name_works(data):
    """Unix sockets have names of at most 107 bytes; folders may be deeper."""
    folder = data / ("a-long-name-" * 10) / "postgres"
    folder.parent.mkdir()
    server = EmbeddedPostgres(folder, password=PASSWORD)

    server.start()
    try:
        assert answers(server)
    finally:
        server.stop()


def test_a_damaged_folder_is_explained(data):
    """When PostgreSQL cannot start, the message says what it said and where its log is."""
    folder = data / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("18\n")

    with pytest.raises(DatabaseDidNotStart, match=r"pg_ctl failed: .*server\.log"):
        EmbeddedPostgres(folder, password=PASSWORD).start()
