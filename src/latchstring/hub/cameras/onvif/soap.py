"""SOAP 1.2 as cameras speak it: one call, one answer, one of two logins.

Sources: ONVIF Core (logins: 5.9), WS-Security UsernameToken Profile 1.0, RFC 7616, WS-Addressing 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import httpx

from latchstring.base.clock import Clock
from latchstring.hub.cameras.errors import CameraUnreachable
from latchstring.hub.cameras.onvif.errors import (
    NoOnvif,
    NotSupported,
    OnvifFault,
    OnvifLoginRefused,
    OnvifTrouble,
    UnknownLogin,
)
from latchstring.hub.cameras.onvif.models import Login

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
SPACES = {
    "s": ENVELOPE,
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
}
CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 8.0
MOST_BYTES = 2_000_000
_DECLARED = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in SPACES.items())
_DIGEST_TYPE = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
)
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_REFUSED = {"NotAuthorized", "FailedAuthentication", "FailedCheck", "SenderNotAuthorized"}
_NOT_UNDERSTOOD = (KeyError, NotImplementedError, ValueError)
"""What httpx raises for a challenge that it does not know."""

_UNKNOWN = {"ActionNotSupported", "NoSuchService", "NotSupported", "OptionalActionNotImplemented"}

Element = ElementTree.Element


class Caller:
    """Calls one camera. `clock_ahead` is set once the camera's clock is known: tokens carry its time."""

    def __init__(self, login: Login | None, clock: Clock) -> None:
        self._login = login
        self._clock = clock
        self.clock_ahead = timedelta()
        self._http = httpx.AsyncClient(
            auth=httpx.DigestAuth(login.user, login.password) if login else None,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            verify=False,  # noqa: S501 - cameras sign their own certificates; no login is sent in the clear
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def call(
        self, address: str, action: str, body: str, *, anonymous: bool = False, wait_seconds: float = 0.0
    ) -> Element:
        """The one element in the answer's body. `wait_seconds` is how long the camera may think about it."""
        try:
            status, answer = await self._post(
                address, action, self._envelope(address, action, body, anonymous), wait_seconds
            )
        except (httpx.TransportError, httpx.InvalidURL):
            raise CameraUnreachable from None
        except _NOT_UNDERSTOOD:
            raise UnknownLogin from None
        return _opened(status, answer)

    async def _post(self, address: str, action: str, envelope: str, wait_seconds: float) -> tuple[int, bytes]:
        request = self._http.build_request(
            "POST",
            address,
            content=envelope.encode(),
            headers={"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'},
            timeout=httpx.Timeout(ANSWER_SECONDS + wait_seconds, connect=CONNECT_SECONDS),
        )
        response = await self._http.send(request, stream=True)
        try:
            answer = b""
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) > MOST_BYTES:
                    raise NoOnvif
        finally:
            await response.aclose()
        return response.status_code, answer

    def _envelope(self, address: str, action: str, body: str, anonymous: bool) -> str:
        token = "" if anonymous or self._login is None else self._token(self._login)
        return (
            f'<?xml version="1.0" encoding="utf-8"?><s:Envelope {_DECLARED}><s:Header>'
            f"<wsa:Action>{escape(action)}</wsa:Action><wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID>"
            f"<wsa:To>{escape(address)}</wsa:To>{token}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )

    def _token(self, login: Login) -> str:
        nonce = secrets.token_bytes(16)
        created = stamp(self._clock.now() + self.clock_ahead)
        given = nonce + created.encode() + login.password.encode()
        digest = hashlib.sha1(given).digest()  # noqa: S324 - the profile knows no other
        return (
            '<wsse:Security s:mustUnderstand="1"><wsse:UsernameToken>'
            f"<wsse:Username>{escape(login.user)}</wsse:Username>"
            f'<wsse:Password Type="{_DIGEST_TYPE}">{base64.b64encode(digest).decode()}</wsse:Password>'
            f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )


def _opened(status: int, answer: bytes) -> Element:
    if status == 401:
        raise OnvifLoginRefused
    envelope = parse(answer)
    body = envelope.find(f"{{{ENVELOPE}}}Body") if envelope is not None else None
    if body is None:
        raise NoOnvif if status in (200, 404, 405) else OnvifTrouble
    first = next(iter(body), None)
    if first is not None and first.tag == f"{{{ENVELOPE}}}Fault":
        raise _explained(first)
    if first is None or status != 200:
        raise OnvifTrouble
    return first


def parse(document: bytes) -> Element | None:
    """What a camera sent, as XML. None: it is none, or declares entities, which no camera needs."""
    if b"<!DOCTYPE" in document:
        return None
    try:
        return ElementTree.fromstring(document)  # noqa: S314 - without entities there is nothing to attack
    except ElementTree.ParseError:
        return None


def _explained(fault: Element) -> Exception:
    codes = [code.rpartition(":")[2] for code in texts(fault, "Value")]
    words = text(fault, "Text")
    if _REFUSED.intersection(codes) or "not authorized" in words.lower():
        return OnvifLoginRefused()
    if _UNKNOWN.intersection(codes):
        return NotSupported()
    return OnvifFault(codes[-1] if codes else "", words)


# Reading answers. Cameras disagree about prefixes and sometimes about namespaces, so names alone count.


def named(parent: Element, name: str) -> Iterator[Element]:
    """Every element of this name below, in whatever namespace."""
    return (each for each in parent.iter() if each.tag.rpartition("}")[2] == name)


def one(parent: Element, name: str) -> Element | None:
    return next(named(parent, name), None)


def texts(parent: Element, name: str) -> list[str]:
    return [(each.text or "").strip() for each in named(parent, name)]


def text(parent: Element | None, name: str) -> str:
    return next(iter(texts(parent, name)), "") if parent is not None else ""


def number(parent: Element | None, name: str) -> float:
    return as_number(text(parent, name))


def as_number(said: str | None) -> float:
    """What cannot be read counts as not told: 0."""
    try:
        told = float(said or 0)
    except ValueError:
        return 0.0
    return told if 0 < told < math.inf else 0.0


def stamp(at: datetime) -> str:
    """A time of day as XML writes it, to the second: some cameras stumble over fractions."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
