"""A town's network over loopback HTTP: bundles, ledger, uploads, disclosures, and every call it got."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from latchstring.base.errors import NotFound
from latchstring.hub.owner.models import NetworkAddress
from latchstring.protocol import bundle as bundles
from latchstring.protocol.messages import DisclosurePost
from latchstring.protocol.record import RequestRecord
from latchstring.testing.town import Town


@dataclass
class ServedTown:
    """What the loopback network answers, and every call it got."""

    town: Town
    url: str = ""
    bundle: bytes | None = None
    bundle_status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hide_tiles: bool = False
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    uploads: dict[str, bytearray] = field(default_factory=dict)
    posts: list[DisclosurePost] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    refusal: tuple[int, dict[str, Any]] | None = None
    cut_upload_after: int | None = None

    @property
    def address(self) -> NetworkAddress:
        return NetworkAddress(url=self.url, vkey=self.town.signer.vkey)

    @property
    def wire(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.calls]

    def publish(self, *records: RequestRecord, **changes: Any) -> None:
        """Sign and serve a bundle."""
        self.bundle = bundles.encode(self.town.bundle(*records, **changes), self.town.signer)

    def everything_received(self) -> str:
        """Each byte that left the home, but for ciphertext."""
        headers = [f"{method} {path} {sorted(h.items())}" for method, path, h in self.calls]
        return "\n".join([*headers, *(str(post.to_json()) for post in self.posts)])


def _handler(served: ServedTown) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def _reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**served.headers, **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _note(self) -> bytes:
            served.calls.append((self.command, self.path, dict(self.headers)))
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def do_GET(self) -> None:
            self._note()
            if self.path.startswith("/bundles/"):
                if served.bundle is None or served.bundle_status != 200:
                    self._reply(404 if served.bundle is None else served.bundle_status)
                    return
                etag = f'"{hashlib.sha256(served.bundle).hexdigest()}"'
                if self.headers.get("If-None-Match") == etag:
                    self._reply(304, headers={"ETag": etag})
                else:
                    self._reply(200, served.bundle, {"ETag": etag})
                return
            try:
                if served.hide_tiles:
                    raise NotFound
                self._reply(200, served.town.storage.get(self.path.removeprefix("/ledger/")))
            except NotFound:
                self._reply(404)

        def do_HEAD(self) -> None:
            self._note()
            sha256 = self.path.rsplit("/", 1)[1]
            self._reply(200, headers={"Upload-Offset": str(len(served.uploads.get(sha256, b"")))})

        def do_PUT(self) -> None:
            body = self._note()
            url = urlsplit(self.path)
            kept = served.uploads.setdefault(url.path.rsplit("/", 1)[1], bytearray())
            if int(parse_qs(url.query)["offset"][0]) != len(kept):
                said = {"error": "wrong_offset", "message": "x", "details": {"offset": len(kept)}}
                self._reply(409, json.dumps(said).encode(), {"Content-Type": "application/json"})
                return
            if served.cut_upload_after is not None:
                kept += body[: served.cut_upload_after]
                served.cut_upload_after = None
                self.close_connection = True
                self.connection.close()
                return
            kept += body
            self._reply(204)

        def do_POST(self) -> None:
            post = DisclosurePost.decode(self._note())
            served.posts.append(post)
            if served.refusal is not None:
                status, said = served.refusal
                self._reply(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
                return
            disclosure = json.loads(post.disclosure.payload)
            if disclosure["id"] not in served.entered:
                served.entered.append(disclosure["id"])
            said = {"disclosure": disclosure["id"], "index": 40 + served.entered.index(disclosure["id"])}
            self._reply(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    return Handler


@contextmanager
def serve(town: Town) -> Iterator[ServedTown]:
    """The town's network on a free port, until the block ends."""
    served = ServedTown(town)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
