"""Seize the server: look through everything that a machine held for what must not be there.

Whoever takes the network's database, object store, logs and memory, with every secret that it has, must
find no picture, no place of a home, no name of an owner, and nothing that opens a sealed file. What counts as
a trace, and how rarely chance makes one, stands in `pictures`, `places`, `names` and `keys`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from latchstring.testing.seized import keys, pictures, places
from latchstring.testing.seized import names as people
from latchstring.testing.seized.scan import Blob, Hit, scan

MOST = 200
"""Findings of one kind in one blob that are reported; more would say nothing new."""
_CONTEXT = 32


@dataclass(frozen=True)
class Finding:
    """A trace: where, of what kind (picture, video, coordinate, name, key, opened), and what."""

    blob: str
    offset: int
    kind: str
    what: str
    context: bytes


def search(
    blobs: Iterable[tuple[str, bytes | Path]],
    *,
    secrets: Mapping[str, bytes],
    coordinates: places.Coordinates = (),
    names: Sequence[str] = (),
    known: Sequence[bytes] = (),
) -> list[Finding]:
    """Every trace in the blobs (bytes, or files which are mapped).

    `coordinates` are latitude and longitude in degrees. `known` are public files, such as the web app's
    icons: a trace whose first bytes also stand in one of them is none.
    """
    looked_for = [
        *pictures.probes(),
        *places.probes(coordinates),
        *people.probes(names),
        *keys.probes(),
    ]
    openers, sealed, findings = keys.Openers(secrets), [], []
    for label, content in blobs:
        blob = Blob(content)
        counted: dict[str, int] = {}
        for hit in sorted(places.pair_up(scan(blob, looked_for)), key=lambda h: (h.at, h.what)):
            if hit.kind == "sealed":
                sealed.append((label, blob, hit))
                continue
            if hit.kind == "key":
                openers.add_found(blob, hit.at)
            found = _finding(label, blob, hit)
            counted[hit.kind] = counted.get(hit.kind, 0) + 1
            if counted[hit.kind] <= MOST and not any(found.context in public for public in known):
                findings.append(found)
    for label, blob, hit in sealed:
        if name := openers.open(blob, hit.at):
            findings.append(_finding(label, blob, Hit("opened", f"age file, by {name}", hit.at)))
    return findings


def _finding(label: str, blob: Blob, hit: Hit) -> Finding:
    return Finding(label, hit.at, hit.kind, hit.what, blob.cut(hit.at, hit.at + _CONTEXT))
