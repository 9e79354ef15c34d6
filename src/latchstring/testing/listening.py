"""A small HTTP server on loopback that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True)
class Heard:
    """One call, whole. Names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # seconds since 1970, when it was read


@dataclass
class Answers:
    """What is answered next; when the list is empty, `last`."""

    statuses: list[int] = field(default_factory=list)
    last: int = 201
    headers: dict[str, str] = field(default_factory=dict)


class Listener:
    """Usable with `with`. `hold` makes callers wait until `let_go`."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers = Answers()
        self._go_on = threading.Event()
        self._go_on.set()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def hold(self) -> None:
        self._go_on.clear()

    def let_go(self) -> None:
        self._go_on.set()

    def take(self, call: Heard) -> tuple[int, Mapping[str, str]]:
        """Keep a call; answers with which status and headers to end it."""
        self.heard.append(call)
        self._go_on.wait()
        status = self.answers.statuses.pop(0) if self.answers.statuses else self.answers.last
        return status, self.answers.headers

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(self, listener: Listener) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.listener = listener


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, more = self.server.listener.take(
            Heard(self.command, self.path, headers, self.rfile.read(length), time.time())
        )
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what was heard."""
