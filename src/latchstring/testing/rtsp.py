"""Starts and stops the RTSP server that tests and the demo film with."""

from __future__ import annotations

import functools
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import quote

from latchstring.base.errors import Unavailable

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("rtsp_server.py")
START_SECONDS = 30.0
PACKAGES = (
    "gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0 python3-gi gstreamer1.0-rtsp "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
)
_TRY = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert all(Gst.ElementFactory.find(name) for name in ("h264parse", "rtph264pay", "qtdemux", "x264enc"))
"""


class RtspServerFailed(Unavailable):
    """GStreamer's RTSP server did not start."""


@functools.cache
def available() -> bool:
    """Whether this machine has GStreamer's RTSP server for its own Python."""
    if not Path(SYSTEM_PYTHON).exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", _TRY], capture_output=True, check=False).returncode == 0


WHY_NOT = f"GStreamer's RTSP server is not installed (Debian: apt install {PACKAGES})"


class RtspServer:
    """A server process on a loopback port. `mounts`: path to source, as `rtsp_server.py` describes them."""

    def __init__(
        self,
        mounts: Mapping[str, str],
        *,
        login: Literal["none", "basic", "digest"] = "none",
        user: str = "owner",
        password: str = "synthetic",
        port: int = 0,
        heard: Path | None = None,
        certificate: Path | None = None,
    ) -> None:
        """`heard`: the folder in which doorbells write down what they are told, as `MOUNT.pcm`.

        `certificate`: PEM with its key, for `rtsps:`.
        """
        self._certificate = certificate
        self._heard = heard
        self._mounts = mounts
        self._login = login
        self._user = user
        self._password = password
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RtspServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.kill()

    def url(self, path: str, *, user: str | None = None, password: str | None = None) -> str:
        """The address of a mount, with the login it needs or another one."""
        login = ""
        if self._login != "none" or user is not None:
            user, password = user or self._user, self._password if password is None else password
            login = f"{quote(user, safe='')}:{quote(password, safe='')}@"
        scheme = "rtsps" if self._certificate else "rtsp"
        return f"{scheme}://{login}127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        """Returns when the server listens; after `kill` it comes back on the same port."""
        command = [SYSTEM_PYTHON, str(SCRIPT), "--port", str(self.port), "--login", self._login]
        command += ["--user", self._user, "--password", self._password]
        if self._heard is not None:
            command += ["--heard", str(self._heard)]
        if self._certificate is not None:
            command += ["--tls", str(self._certificate)]
        for path, source in self._mounts.items():
            command += ["--mount", f"{path}={source}"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.port = self._read_port(self._process)

    def freeze(self) -> None:
        """The camera hangs: its connections stand, nothing comes."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """The camera loses power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _read_port(self, process: subprocess.Popen[bytes]) -> int:
        assert process.stdout is not None
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
            piece = os.read(process.stdout.fileno(), 100) if ready else b""
            if not piece:
                self.kill()
                raise RtspServerFailed
            line += piece
        return int(line.split()[1])
