"""One byte range of a Range header (RFC 9110, 14.1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")


@dataclass(frozen=True)
class ByteRange:
    first: int
    length: int
    is_partial: bool


def asked_range(header: str | None, size: int) -> ByteRange | None:
    """What to send of `size` bytes; None when the header asks for what is not there.

    A header that is not understood, or asks for several ranges, is answered with everything.
    """
    match = _ONE.fullmatch(header.strip()) if header else None
    if match is None or (not match["first"] and not match["last"]):
        return ByteRange(0, size, is_partial=False)
    if not match["first"]:
        length = min(int(match["last"]), size)
        return ByteRange(size - length, length, is_partial=True) if length else None
    first = int(match["first"])
    last = min(int(match["last"]), size - 1) if match["last"] else size - 1
    if first >= size or last < first:
        return None
    return ByteRange(first, last - first + 1, is_partial=True)
