"""The chain of custody: one canonical JSON line an event, each naming the SHA-256 of the line before it.

The last line is fixed by the bag's manifests, they by the ciphertext's hash in the ledger. Fields follow
ISO/IEC 27037: which evidence, who, what, when, where, why and under which authority.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from latchstring.base import canonical
from latchstring.base.errors import BadInput, VerificationError

START = "0" * 64
"""What the first line names as the line before it."""


class CustodyBroken(VerificationError):
    """The chain of custody was changed."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was done with the evidence. `at` is RFC 3339 in UTC."""

    what: str  # recorded | redacted | agreed | sealed
    evidence: list[str]
    who: str
    at: str
    where: str
    why: str
    authority: str


def encode(events: Sequence[Event]) -> bytes:
    """The lines of events.jsonl."""
    lines: list[bytes] = []
    prev = START
    for n, event in enumerate(events, 1):
        line = canonical.encode({"n": n, "prev": prev, **asdict(event)})
        lines.append(line + b"\n")
        prev = canonical.sha256_hex(line)
    return b"".join(lines)


def check(data: bytes) -> list[Event]:
    """The events, once every line names the one before it."""
    events: list[Event] = []
    prev = START
    for n, line in enumerate(data.splitlines(), 1):
        try:
            value = canonical.decode(line)
            number, named = value.pop("n"), value.pop("prev")
            event = Event(**value)
        except (BadInput, KeyError, TypeError) as e:
            raise CustodyBroken(f"line {n} is not an event of the chain of custody") from e
        if number != n or named != prev:
            raise CustodyBroken(
                f"line {n} does not follow the line before it; one was changed, added or removed"
            )
        events.append(event)
        prev = canonical.sha256_hex(line)
    if not events or encode(events) != data:
        raise CustodyBroken("the chain of custody is empty or not in its canonical form")
    return events
