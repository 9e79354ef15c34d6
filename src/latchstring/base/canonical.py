"""Bytes that are signed and hashed: canonical JSON (RFC 8785) and SHA-256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

import rfc8785

from latchstring.base.errors import BadInput


class BadJson(BadInput):
    """This is not the JSON that was expected."""


def encode(value: Any) -> bytes:
    """`value` as canonical JSON (RFC 8785)."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as e:
        raise BadJson(f"this cannot be written as canonical JSON: {e}") from e


def decode(data: bytes | str) -> dict[str, Any]:
    """Read one JSON object; doubled names, NaN and infinities are refused."""
    try:
        value = json.loads(data, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError) as e:
        raise BadJson(f"this is not JSON: {e}") from e
    if not isinstance(value, dict):
        raise BadJson("this is JSON, but not an object")
    return value


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def commitment(salt: bytes, value: bytes) -> str:
    """SHA-256 over a 32-byte salt and the value's SHA-256, in hex: says nothing until the salt is shown."""
    if len(salt) != 32:
        raise BadInput("a commitment's salt has 32 bytes")
    return sha256_hex(salt + sha256(value))


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Read standard base64, strictly."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise BadInput(f"{text[:40]!r} is not base64") from e


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
