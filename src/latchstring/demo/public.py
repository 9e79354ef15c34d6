"""What anyone can see of the network, without an account."""

from __future__ import annotations

from pathlib import Path

import httpx

from latchstring.base.ids import RequestId
from latchstring.demo.patience import PatientTransport
from latchstring.ledger.note import Verifier
from latchstring.protocol.bundle import Bundle, decode
from latchstring.protocol.statements import peek_request
from latchstring.testing.waiting import until


class Public:
    """The public log and the bundles of a network."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, transport=PatientTransport())
        self.vkey = self._http.get("/ledger.vkey").raise_for_status().text.strip()

    def close(self) -> None:
        self._http.close()

    def count(self, kind: str, request: str | None = None) -> int:
        """How many public entries of a kind there are, of one request or of all."""
        entries = self._http.get("/api/log", params={"limit": 500}).raise_for_status().json()["entries"]
        found = (e["entry"] for e in entries if e["entry"]["kind"] == kind)
        return sum(request is None or entry.get("request") == request for entry in found)

    def wait_for(self, kind: str, request: str | None = None, *, count: int = 1) -> bool:
        """Until the log has `count` entries of a kind; then whether it has exactly that many."""
        until(lambda: self.count(kind, request) >= count, f"{kind} in the log")
        return self.count(kind, request) == count

    def bundle_with(self, request: RequestId, cell: str) -> tuple[Bundle, str]:
        """The bundle of a coarse cell and its ETag, once it carries the request."""

        def look() -> tuple[Bundle, str] | None:
            answer = self._http.get(f"/bundles/{cell}.json").raise_for_status()
            bundle = decode(answer.content, Verifier.from_vkey(self.vkey))
            carries = any(peek_request(record.request).id == request for record in bundle.records)
            return (bundle, answer.headers["ETag"]) if carries else None

        return until(look, "the bundle with the request")

    def is_unchanged(self, cell: str, etag: str) -> bool:
        """Whether a cache that holds the bundle need not fetch it again."""
        answer = self._http.get(f"/bundles/{cell}.json", headers={"If-None-Match": etag})
        return answer.status_code == 304


def files_below(folder: Path) -> bytes:
    """All bytes of all files, one after the other."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
