"""The owner's own chime: an address that is called when somebody presses."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import httpx

from latchstring.base.hosts import can_be_asked_for
from latchstring.base.time import to_text
from latchstring.hub.doorbell.models import BadChimeUrl, Chimed, Method

PATIENCE_SECONDS = 5.0
LONGEST_URL = 2000


def check(url: str) -> str:
    """The address as it is called: only what the owner typed, whatever answers there."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise BadChimeUrl from None
    if parts.scheme not in ("http", "https") or not can_be_asked_for(host or "") or len(url) > LONGEST_URL:
        raise BadChimeUrl
    return url


def call(url: str, method: Method, *, camera: str, at: datetime) -> Chimed:
    """Call it once; never raises. Redirects are not followed, proxies not used, and no answer is read."""
    body = {"kind": "press", "camera": camera, "at": to_text(at)} if method == "POST" else None
    try:
        with (
            httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as http,
            http.stream(method, url, json=body) as answer,
        ):
            return _told(answer.status_code, at)
    except httpx.TimeoutException:
        return Chimed(at=at, ok=False, message="It did not answer within 5 seconds.")
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return Chimed(at=at, ok=False, message="Nobody answers at this address; check its host and port.")


def _told(status: int, at: datetime) -> Chimed:
    if status < 300:
        return Chimed(at=at, ok=True, message="It rang.")
    if status < 400:
        message = f"It answered that it has moved ({status}); type the new address."
    else:
        message = f"It answered with an error ({status}); check the address, and what it expects."
    return Chimed(at=at, ok=False, message=message)
