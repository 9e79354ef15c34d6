"""Look for many four-byte anchors at once, then look closer where one stands.

Every pair of bytes is looked up in one table, whatever the number of anchors, so gigabytes take seconds each;
the few places that pass are compared in full, and only then does Python see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ANCHOR = 4
_CHUNK = 1 << 22  # even, so that a chunk begins on a pair


class Blob:
    """Bytes in memory or in a file, which is mapped and never read whole."""

    def __init__(self, content: bytes | Path) -> None:
        self.bytes: NDArray[np.uint8]
        if isinstance(content, bytes) or content.stat().st_size == 0:
            self.bytes = np.frombuffer(content if isinstance(content, bytes) else b"", np.uint8)
        else:
            self.bytes = np.memmap(content, np.uint8, mode="r")

    def cut(self, start: int, end: int) -> bytes:
        """The bytes [start, end) as far as there are any."""
        return self.bytes[max(start, 0) : max(end, 0)].tobytes()

    def whole_number(self, at: int) -> int:
        """Four bytes, big end first; -1 where they are not there."""
        data = self.cut(at, at + 4)
        return int.from_bytes(data, "big") if len(data) == 4 and at >= 0 else -1


@dataclass(frozen=True)
class Hit:
    """Something stands at `at`. What needs a partner near it says so with `half`."""

    kind: str
    what: str
    at: int
    half: Any = None


@dataclass(frozen=True)
class Probe:
    """Where one of the anchors stands, `check` looks closer."""

    anchors: frozenset[bytes]
    check: Callable[[Blob, int], Hit | None]


def literal(kind: str, what: str, needle: bytes, *, half: Any = None) -> Probe:
    """A probe for fixed bytes, four or more; anchored where they are most unusual."""
    windows = range(len(needle) - ANCHOR + 1)
    offset = max(windows, key=lambda o: len(set(needle[o : o + ANCHOR]) - {0, 0x20, 0xFF}))

    def check(blob: Blob, at: int) -> Hit | None:
        start = at - offset
        if start < 0 or blob.cut(start, start + len(needle)) != needle:
            return None
        return Hit(kind, what, start, half)

    return Probe(frozenset([needle[offset : offset + ANCHOR]]), check)


def scan(blob: Blob, probes: Iterable[Probe]) -> Iterator[Hit]:
    """Every hit of every probe, from the start to the end of a chunk, chunk by chunk."""
    checks: dict[int, list[Probe]] = {}
    for probe in probes:
        for anchor in probe.anchors:
            checks.setdefault(int.from_bytes(anchor, "little"), []).append(probe)
    wanted = np.array(sorted(checks), dtype=np.uint32)
    begins = np.zeros(1 << 16, dtype=bool)
    begins[wanted & 0xFFFF] = True
    for start in range(0, len(blob.bytes), _CHUNK):
        for at, word in _candidates(blob.bytes, start, begins, wanted):
            for probe in checks[word]:
                if hit := probe.check(blob, at):
                    yield hit


def _candidates(
    data: NDArray[np.uint8], start: int, begins: NDArray[np.bool_], wanted: NDArray[np.uint32]
) -> Iterator[tuple[int, int]]:
    """Where in this chunk an anchor begins, and which."""
    for shift in (0, 1):
        piece = data[start + shift : start + shift + _CHUNK]
        pairs = piece[: len(piece) // 2 * 2].view("<u2")
        at = np.flatnonzero(begins[pairs]) * 2 + (start + shift)
        at = at[at + ANCHOR <= len(data)]
        words = np.zeros(len(at), np.uint32)
        for i in range(ANCHOR):
            words |= data[at + i].astype(np.uint32) << np.uint32(8 * i)
        found = np.isin(words, wanted)
        yield from zip(at[found].tolist(), words[found].tolist(), strict=True)
