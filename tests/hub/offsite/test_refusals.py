"""Object stores that refuse, hang or lie: what their owner is told, and that no key is in it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from latchstring.hub.offsite import target as targets
from latchstring.hub.offsite.models import Target, TargetTrouble
from latchstring.hub.offsite.reasons import BUSY, FULL, UNKNOWN_KEY, WORDS
from latchstring.hub.offsite.target import ObjectTarget

KEY, SECRET = "AKIANOBODYSHOULDSEE", "nor+this/secret"


class Refusing(ThreadingHTTPServer):
    """Answers every call alike."""

    status, code = 403, "AccessDenied"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: Refusing

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = (
            f"<Error><Code>{self.server.code}</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>".encode()
        )
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_PUT()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    with Refusing() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def at(port: int) -> ObjectTarget:
    options = {
        "endpoint": f"http://127.0.0.1:{port}",
        "access_key_id": KEY,
        "secret_access_key": SECRET,
        "region": "us-east-1",
        "allow_http": "true",
    }
    return ObjectTarget(Target(url="s3://copies", options=options))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "RequestTimeTooSkewed", "set this machine's clock"),
        (403, "AccessDenied", WORDS["AccessDenied"]),
        (403, "InvalidAccessKeyId", UNKNOWN_KEY),
        (403, "QuotaExceeded", FULL),
        (507, "XMinioStorageFull", FULL),
        (507, "Whatever", FULL),
        (503, "SlowDown", BUSY),
        (404, "NoSuchBucket", WORDS["NoSuchBucket"]),
        (409, "OperationAborted", "it answered 409 OperationAborted"),
    ],
)
def test_a_refusal_says_what_to_do(refusing: Refusing, status: int, code: str, words: str) -> None:
    """To put and to list alike."""
    refusing.status, refusing.code = status, code
    store = at(refusing.server_port)
    for call in (
        lambda: store.put_bytes("latchstring/x", b"sealed"),
        lambda: list(store.names()),
    ):
        with pytest.raises(TargetTrouble) as refused:
            call()
        assert words in refused.value.message
        assert KEY not in refused.value.message
        assert SECRET not in refused.value.message


def test_nobody_at_the_address_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TargetTrouble, match="it does not answer"):
        at(port).put_bytes("latchstring/x", b"sealed")


def test_a_store_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call and never answers; the copier's thread goes on."""
    monkeypatch.setattr(targets, "PATIENCE", timedelta(seconds=0.3))
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(TargetTrouble, match="it does not answer"),
    ):
        at(silent.getsockname()[1]).put_bytes("latchstring/x", b"sealed")
