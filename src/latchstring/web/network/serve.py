"""Serves a network over HTTP from a thread: loopback or any address, no access log."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn

from latchstring.base.errors import Conflict, Unavailable
from latchstring.network.daemon import FirstOperator, NetworkDaemon
from latchstring.web.network.app import create

_START_SECONDS = 20.0


class PortTaken(Conflict):
    """Another program listens on this port; choose another with --port."""


class NetworkServer:
    """A daemon and its web server, started and stopped together."""

    def __init__(self, network: NetworkDaemon) -> None:
        self.network = network
        self._socket: socket.socket | None = None
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        assert self._socket is not None
        host, port = self._socket.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def start(self) -> FirstOperator | None:
        try:
            self._socket = _listen(self.network.settings.host, self.network.settings.port)
            operator = self.network.start()
            self._serve(self._socket)
        except BaseException:
            self.stop()
            raise
        return operator

    def stop(self) -> None:
        """Answer what is under way, then stop; the database last."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join(timeout=15)
        if self._socket is not None:
            self._socket.close()
        self.network.stop()

    def _serve(self, listening: socket.socket) -> None:
        config = uvicorn.Config(
            create(self.network),
            access_log=False,  # who fetched which bundle is nobody's business, ours least of all
            log_level="warning",
            log_config=None,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [listening]}, name="web", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._uvicorn.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise Unavailable("the web server did not start")
            time.sleep(0.005)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as e:
        listening.close()
        raise PortTaken(f"cannot listen on {host}:{port} ({e.strerror}); choose another with --port") from e
    return listening
