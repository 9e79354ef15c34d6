"""Pictures cut into RTP packets, as a camera does it (RFC 6184, packetization mode 1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

MTU_BYTES = 200


def head(number: int, stamp: int, *, marker: bool = False, payload: int = 96) -> bytes:
    return struct.pack(
        ">BBHII", 0x80, payload | (0x80 if marker else 0), number & 0xFFFF, stamp & 0xFFFFFFFF, 1
    )


def pieces(unit: bytes) -> list[bytes]:
    """A NAL unit by itself, or in pieces (5.6, 5.8)."""
    if len(unit) <= MTU_BYTES + 1:
        return [unit]
    parts = [unit[i : i + MTU_BYTES] for i in range(1, len(unit), MTU_BYTES)]
    heads = [0x80] + [0] * (len(parts) - 2) + [0x40]
    return [
        bytes([unit[0] & 0xE0 | 28, mark | unit[0] & 0x1F]) + part
        for mark, part in zip(heads, parts, strict=True)
    ]


def together(units: Sequence[bytes]) -> bytes:
    """Several small units in one packet (5.7.1)."""
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def packets(
    units: Sequence[bytes], *, number: int, stamp: int, markers: str = "last", payload: int = 96
) -> Iterator[bytes]:
    """One picture's packets; `markers`: on the `last` one, on the last of `each` unit, or on `none`."""
    for i, unit in enumerate(units):
        cut = pieces(unit)
        for k, piece in enumerate(cut):
            ends = k == len(cut) - 1 and (markers == "each" or (markers == "last" and i == len(units) - 1))
            yield head(number, stamp, marker=ends, payload=payload) + piece
            number += 1
