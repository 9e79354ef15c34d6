"""Identifiers: a short prefix that says of what, then 128 random bits in lower-case base 32."""

from __future__ import annotations

import base64
import re
import secrets
from typing import NewType

from latchstring.base.errors import BadInput

AccountId = NewType("AccountId", str)  # ac_
CameraId = NewType("CameraId", str)  # cam_
EventId = NewType("EventId", str)  # ev_
RequestId = NewType("RequestId", str)  # rq_
DisclosureId = NewType("DisclosureId", str)  # ds_
StudyId = NewType("StudyId", str)  # st_

_FORM = re.compile(r"[a-z]{2,4}_[a-z2-7]{26}")


class BadId(BadInput):
    """This is not an identifier of this kind."""


def new(prefix: str) -> str:
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"


def check(prefix: str, text: str) -> str:
    """`text` itself when it is an identifier with this prefix."""
    if not _FORM.fullmatch(text) or not text.startswith(prefix + "_"):
        raise BadId(f"{text[:60]!r} is not an identifier that starts with {prefix}_")
    return text
