"""Web Push: to a browser through its maker's push service, sealed so that the service reads nothing.

RFC 8030 (protocol), RFC 8291 (encryption), RFC 8292 (VAPID: who sends). Every message has the same size, the
same urgency and the same time to live, so that the service cannot tell a ring from a footage request.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from latchstring.base import canonical
from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput
from latchstring.base.time import to_text
from latchstring.hub.notify import sending, thumbnail
from latchstring.hub.notify import store as rows
from latchstring.hub.notify.models import Channel, Notice
from latchstring.hub.store import Store

PLAIN_BYTES = 3900
"""Of each message before it is sealed; the smallest limit among push services is 4096 after."""

SECONDS_TO_LIVE = 3600
CONTACT = "mailto:hub@latchstring.example"
"""Push services want somebody to write to. It is the same for every hub, so it names nobody."""

_TOKEN_SECONDS = 12 * 3600
_POINT_BYTES, _AUTH_BYTES = 65, 16


class BadSubscription(BadInput):
    """This is not a browser's push subscription; switch notifications off and on again on this device."""


def settings(endpoint: str, p256dh: str, auth: str) -> dict[str, Any]:
    """A channel's own, from what the browser's `PushSubscription` says."""
    about(endpoint)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(p256dh, _POINT_BYTES))
    except ValueError as e:
        raise BadSubscription from e
    _raw(auth, _AUTH_BYTES)
    return {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}


def about(endpoint: str) -> str:
    """The push service's host; the rest of the address is a secret."""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError as e:
        raise BadSubscription from e
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host))):
        raise BadSubscription
    return host


class Keys:
    """The key pair by which push services know this hub again; made when it is first needed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()

    def private(self) -> ec.EllipticCurvePrivateKey:
        with self._lock:
            pem = rows.push_key(self._store)
            if pem is None:
                pem = _new_pem()
                with self._store.write() as db:
                    rows.keep_push_key(pem, db=db)
        key = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def public(self) -> str:
        """What a browser is given as `applicationServerKey`: the point, in base64url."""
        point = self.private().public_key()
        raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Push:
    """A notification's tag makes a second copy replace the first."""

    once = True

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def send(self, channel: Channel, notice: Notice) -> str:
        from pywebpush import WebPusher

        endpoint = channel.secret["endpoint"]
        keys = {"p256dh": channel.secret["p256dh"], "auth": channel.secret["auth"]}
        sealed = WebPusher({"endpoint": endpoint, "keys": keys}).encode(plain(notice), "aes128gcm")
        headers = {
            **self._signed(endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(SECONDS_TO_LIVE),
            "Urgency": "high",
        }
        try:
            answer = sending.post(endpoint, sealed["body"], headers)
        except httpx.HTTPError as e:
            raise sending.TryAgain("The push service does not answer; it is tried again.") from e
        sending.check(answer, self._clock)
        return "The push service took it."

    def _signed(self, endpoint: str) -> dict[str, str]:
        from py_vapid import Vapid02

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(self._clock.now().timestamp()) + _TOKEN_SECONDS,
            "sub": CONTACT,
        }
        signed: dict[str, str] = Vapid02(self._keys.private()).sign(claims)
        return signed


def plain(notice: Notice) -> bytes:
    """What the service worker reads: JSON, filled up with spaces, always the same length."""
    message = {
        "id": notice.id,
        "subject": notice.subject,
        "at": to_text(notice.at),
        "title": _cut(notice.title, 120),
        "body": _cut(notice.body, 400),
        "link": notice.link,
    }
    written = _written(message)
    room = (PLAIN_BYTES - len(written) - len(b', "picture": ""')) * 3 // 4 - 3
    if notice.jpeg and (small := thumbnail.fitting(notice.jpeg, room)):
        written = _written({**message, "picture": canonical.to_base64(small)})
    return written.ljust(PLAIN_BYTES)


def _written(message: dict[str, str]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _new_pem() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _raw(text: str, size: int) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as e:
        raise BadSubscription from e
    if len(raw) != size:
        raise BadSubscription
    return raw


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
