"""The login of a camera on a connection of our own: Basic (RFC 7617) and Digest (RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What the camera asks for."""

    scheme: str  # basic, digest
    parameters: dict[str, str]

    @property
    def algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5").upper()


@dataclass
class Login:
    """A name and a password, and how the camera wants to have them shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    _challenge: Challenge | None = field(default=None, repr=False)
    _count: int = 0

    @classmethod
    def of(cls, parts: SplitResult) -> Login:
        return cls(unquote(parts.username or ""), unquote(parts.password or ""))

    def take(self, headers: Sequence[str]) -> bool:
        """Take up the best of the `WWW-Authenticate` headers; False: none that can be answered."""
        known = [challenge for header in headers if (challenge := parse(header)) is not None]
        self._challenge, self._count = max(known, key=_strength, default=None), 0
        return self._challenge is not None

    def header(self, method: str, uri: str) -> str | None:
        """The `Authorization` of one request; None before the camera has asked."""
        if self._challenge is None:
            return None
        if self._challenge.scheme == "basic":
            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return self._digest(self._challenge, method, uri)

    def _digest(self, challenge: Challenge, method: str, uri: str) -> str:
        hashed, asked = _HASHES[challenge.algorithm], challenge.parameters
        realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
        who = hashed(f"{self.user}:{realm}:{self.password}".encode())
        what = hashed(f"{method}:{uri}".encode())
        said = {"username": self.user, "realm": realm, "nonce": nonce, "uri": uri}
        bare = {"algorithm": challenge.algorithm} if "algorithm" in asked else {}
        if "auth" in [each.strip() for each in asked.get("qop", "").split(",")]:
            self._count += 1
            count, ours = f"{self._count:08x}", secrets.token_hex(8)
            said |= {"cnonce": ours, "response": hashed(f"{who}:{nonce}:{count}:{ours}:auth:{what}".encode())}
            bare |= {"qop": "auth", "nc": count}
        else:
            said["response"] = hashed(f"{who}:{nonce}:{what}".encode())
        if "opaque" in asked:
            said["opaque"] = asked["opaque"]
        quoted = [f'{name}="{_escaped(value)}"' for name, value in said.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in bare.items()])


def parse(header: str) -> Challenge | None:
    """A challenge that this hub can answer."""
    scheme, _, rest = header.strip().partition(" ")
    parameters = {name.lower(): _unescaped(quoted) or bare for name, quoted, bare in _PARAMETER.findall(rest)}
    challenge = Challenge(scheme=scheme.lower(), parameters=parameters)
    if challenge.scheme == "basic" or (challenge.scheme == "digest" and challenge.algorithm in _HASHES):
        return challenge
    return None


def _strength(challenge: Challenge) -> tuple[bool, bool]:
    return challenge.scheme == "digest", challenge.algorithm == "SHA-256"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
