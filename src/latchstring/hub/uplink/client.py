"""The hub's outgoing calls. Nothing else in the hub reaches its network, and nothing here knows the home.

Each call says no more than it must: no cookie is kept, the User-Agent is the same for every hub, no redirect
is followed, and an answer is read only up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from latchstring.base import canonical
from latchstring.base.canonical import BadJson
from latchstring.base.errors import LatchstringError, Unavailable
from latchstring.ledger.storage import NotStored
from latchstring.protocol.bundle import MAX_BUNDLE_BYTES, BundleTooLarge
from latchstring.protocol.messages import (
    DISCLOSURES_PATH,
    LEDGER_PATH,
    UPLOAD_OFFSET,
    BadMessage,
    DisclosureAnswer,
    DisclosurePost,
    bundle_path,
    upload_path,
)

USER_AGENT = "latchstring-hub"
MAX_TILE_BYTES = 1 << 20
MAX_ANSWER_BYTES = 1 << 16
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


class NetworkUnreachable(Unavailable):
    """The network does not answer; the hub tries again later."""


class NetworkRefused(LatchstringError):
    """The network did not take this."""

    status = 502

    def __init__(self, message: str, *, http_status: int, code: str, details: Mapping[str, Any]) -> None:
        super().__init__(message, http_status=http_status, code=code)
        self.http_status = http_status
        self.refusal = code
        self.refusal_details = details


class NoBundleHere(LatchstringError):
    """The network has no bundle for this part of the map: no agency can ask here yet."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A bundle as it came over the wire; `body` is None where it has not changed."""

    body: bytes | None
    etag: str | None


class NetworkClient:
    """Calls to one network. Close it after use; a new one has nothing in common with the last."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> NetworkClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def bundle(self, cell: str, *, etag: str | None) -> Fetched:
        """What agencies ask in this coarse cell."""
        headers = {"If-None-Match": etag} if etag else {}
        with self._ask("GET", bundle_path(cell), headers=headers) as answer:
            if answer.status_code == 304:
                return Fetched(body=None, etag=etag)
            if answer.status_code == 404:
                raise NoBundleHere
            body = _read(answer, MAX_BUNDLE_BYTES, BundleTooLarge())
            _require(answer, body)
            return Fetched(body=body, etag=answer.headers.get("ETag"))

    def get(self, path: str) -> bytes:
        """A file of the ledger: this client is a `ledger.storage.Reader`."""
        with self._ask("GET", f"{LEDGER_PATH}/{path}") as answer:
            if answer.status_code == 404:
                raise NotStored(f"the network does not serve {path} of its ledger")
            body = _read(answer, MAX_TILE_BYTES, NetworkUnreachable("a tile of the ledger is too large"))
            _require(answer, body)
            return body

    def upload_offset(self, sha256: str) -> int:
        """How many bytes of this upload the network has."""
        with self._ask("HEAD", upload_path(sha256)) as answer:
            if answer.status_code == 404:
                return 0
            _require(answer, b"")
            return _whole(answer.headers.get(UPLOAD_OFFSET))

    def upload(self, sha256: str, offset: int, piece: bytes) -> int:
        """Send the next piece; answers where to go on, which may be elsewhere after an interruption."""
        how = {"params": {"offset": offset}, "headers": {"Content-Type": "application/octet-stream"}}
        with self._ask("PUT", upload_path(sha256), content=piece, **how) as answer:
            body = _read(answer, MAX_ANSWER_BYTES, NetworkUnreachable("the network's answer is too long"))
            if answer.status_code == 409:
                said = _json(body)
                return _whole(said.get("offset", said.get("details", {}).get("offset")))
            _require(answer, body)
            return offset + len(piece)

    def disclose(self, post: DisclosurePost) -> DisclosureAnswer:
        """Hand over a disclosure whose ciphertext is uploaded; the same one again gets the same answer."""
        headers = {"Content-Type": "application/json"}
        with self._ask("POST", DISCLOSURES_PATH, content=post.encode(), headers=headers) as answer:
            body = _read(answer, MAX_ANSWER_BYTES, NetworkUnreachable("the network's answer is too long"))
            _require(answer, body)
        try:
            return DisclosureAnswer.decode(body)
        except (BadMessage, BadJson) as e:
            raise NetworkUnreachable("the network's answer to a disclosure cannot be read") from e

    @contextmanager
    def _ask(self, method: str, path: str, **how: Any) -> Iterator[httpx.Response]:
        try:
            with self._http.stream(method, path, **how) as answer:
                yield answer
        except httpx.HTTPError as e:
            raise NetworkUnreachable from e


def _read(answer: httpx.Response, limit: int, too_large: LatchstringError) -> bytes:
    """The body as sent, refused as soon as it is longer than `limit`."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise NetworkUnreachable("the network compressed an answer that must come as it is")
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _require(answer: httpx.Response, body: bytes) -> None:
    """Nothing when the network agreed; its own words when it refused."""
    if answer.is_success:
        return
    if answer.status_code >= 500 or answer.status_code == 429:
        raise NetworkUnreachable(f"the network answered {answer.status_code}; the hub tries again later")
    said: Mapping[str, Any] = {}
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        said = _json(body)
    details = said.get("details")
    raise NetworkRefused(
        str(said.get("message", f"the network answered {answer.status_code}"))[:500],
        http_status=answer.status_code,
        code=str(said.get("error", "refused"))[:80],
        details=details if isinstance(details, dict) else {},
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        return canonical.decode(body)
    except BadJson as e:
        raise NetworkUnreachable("the network answered something that is not JSON") from e


def _whole(value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0:
        raise NetworkUnreachable("the network did not say how much of the upload it has")
    return number
