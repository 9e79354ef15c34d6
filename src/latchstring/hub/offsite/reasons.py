"""Why an object store refuses, in words that its owner can act on, and without what may hold a key."""

from __future__ import annotations

import re

FULL = "it is full; make room there, or keep copies for fewer days"
UNKNOWN_KEY = "it does not know this key; copy the key and its secret anew"
BUSY = "it is asked too often; the hub asks again later"
WORDS = {
    "RequestTimeTooSkewed": "its clock and this hub's are too far apart; set this machine's clock",
    "AccessDenied": "this key may not do that there; look at its rights and at the address",
    "AllAccessDisabled": "this key may not do that there; look at its rights and at the address",
    "InvalidAccessKeyId": UNKNOWN_KEY,
    "SignatureDoesNotMatch": UNKNOWN_KEY,
    "NoSuchBucket": "there is no such bucket; make it first",
    "QuotaExceeded": FULL,
    "XMinioStorageFull": FULL,
    "507": FULL,
    "SlowDown": BUSY,
    "TooManyRequests": BUSY,
    "429": BUSY,
}
"""By the store's own code, or else by the HTTP status."""
_CODE = re.compile(r"<Code>(?P<code>\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (?P<status>\d{3})")
_SILENT = re.compile(r"error sending request|timed out|timeout", re.IGNORECASE)


def reason(e: Exception) -> str:
    said = str(e)
    code = match["code"] if (match := _CODE.search(said)) else ""
    status = match["status"] if (match := _STATUS.search(said)) else ""
    if known := WORDS.get(code) or WORDS.get(status):
        return known
    if status:
        return f"it answered {f'{status} {code}'.strip()}"
    if _SILENT.search(said):
        return "it does not answer; look at the address and at this home's line"
    words = said.strip().splitlines() or [type(e).__name__]
    return words[0].split("url:")[0].split("http")[0].strip(" :,(")[:160] or type(e).__name__
