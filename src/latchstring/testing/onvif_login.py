"""How the pretended ONVIF device checks logins: HTTP Digest (RFC 7616, MD5) and WS-UsernameToken 1.0."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

REALM, NONCE = "camera", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
CHALLENGE = f'Digest realm="{REALM}", qop="auth", nonce="{NONCE}"'
MOST_SKEW = timedelta(minutes=5)
_SECURITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
_UTILITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"


def digest_holds(header: str, method: str, user: str, password: str) -> bool:
    """Whether an `Authorization` header answers the challenge with this login."""
    if not header.startswith("Digest "):
        return False
    said = {
        name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)
    }
    secret = _md5(f"{user}:{REALM}:{password}")
    asked = _md5(f"{method}:{said.get('uri', '')}")
    whole = ":".join([secret, NONCE, said.get("nc", ""), said.get("cnonce", ""), said.get("qop", ""), asked])
    return said.get("username") == user and said.get("nonce") == NONCE and said.get("response") == _md5(whole)


def token_holds(envelope: Element, user: str, password: str, *, now: datetime) -> bool:
    """Whether the envelope carries a digest of this login that is fresh by the device's own clock."""
    token = envelope.find(f".//{_SECURITY}UsernameToken")
    if token is None:
        return False
    said = {tag: token.findtext(space + tag) or "" for space, tag in _PARTS}
    try:
        created = datetime.strptime(said["Created"][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    given = base64.b64decode(said["Nonce"]) + said["Created"].encode() + password.encode()
    digest = base64.b64encode(hashlib.sha1(given).digest()).decode()
    return said["Username"] == user and said["Password"] == digest and abs(now - created) < MOST_SKEW


_PARTS = [(_SECURITY, "Username"), (_SECURITY, "Password"), (_SECURITY, "Nonce"), (_UTILITY, "Created")]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
