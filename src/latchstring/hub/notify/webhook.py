"""A plain webhook: a POST of JSON, signed. `docs/reference/notifications.md` describes it for receivers."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx

from latchstring.base import canonical
from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput
from latchstring.base.hosts import can_be_asked_for
from latchstring.base.time import to_text
from latchstring.hub.notify import sending
from latchstring.hub.notify.models import Channel, Notice

SIGNATURE = "X-Latchstring-Signature"
DELIVERY = "X-Latchstring-Delivery"


class BadWebhookUrl(BadInput):
    """A webhook's address begins with http:// or https:// and names a host."""


def settings(url: str, *, with_picture: bool = True) -> dict[str, Any]:
    """A channel's own: where it leads and a fresh secret to sign with."""
    about(url)
    return {"url": url, "secret": secrets.token_urlsafe(32), "with_picture": with_picture}


def about(url: str) -> str:
    """The host alone: the rest may be a secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as e:
        raise BadWebhookUrl from e
    if parts.scheme not in ("http", "https") or not can_be_asked_for(host or ""):
        raise BadWebhookUrl
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def sign(body: bytes, secret: str) -> str:
    """`sha256=` and the HMAC-SHA256 of the very bytes of the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def body_of(notice: Notice, *, with_picture: bool) -> bytes:
    return json.dumps(
        {
            "version": 1,
            "id": notice.id,
            "subject": notice.subject,
            "at": to_text(notice.at),
            "title": notice.title,
            "body": notice.body,
            "link": notice.link,
            "camera": notice.camera,
            "event": notice.event,
            "picture": {"type": "image/jpeg", "base64": canonical.to_base64(notice.jpeg)}
            if notice.jpeg and with_picture
            else None,
        },
        ensure_ascii=False,
    ).encode()


class Webhook:
    """Receivers know by the delivery's id what they have had already."""

    once = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def send(self, channel: Channel, notice: Notice) -> str:
        body = body_of(notice, with_picture=channel.secret["with_picture"])
        headers = {
            "Content-Type": "application/json",
            DELIVERY: notice.id,
            SIGNATURE: sign(body, channel.secret["secret"]),
        }
        try:
            answer = sending.post(channel.secret["url"], body, headers)
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            raise sending.TryAgain("Nobody answers at this address; it is tried again.") from e
        try:
            return sending.check(answer, self._clock)
        except sending.Gone as e:
            raise sending.Refused(e.message) from e
