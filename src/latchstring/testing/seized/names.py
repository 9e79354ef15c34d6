"""Traces of people's names: as written, in capitals and small, in UTF-8 and UTF-16, composed and not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from latchstring.base.errors import BadInput
from latchstring.testing.seized.scan import Probe, literal

SHORTEST = 4


def probes(names: Sequence[str]) -> Iterator[Probe]:
    for name in names:
        if len(name) < SHORTEST:
            raise BadInput(f"{name!r} is too short to be searched for; give at least {SHORTEST} letters")
        written = {
            unicodedata.normalize(form, n)
            for n in (name, name.upper(), name.lower())
            for form in ("NFC", "NFD")
        }
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            for text in written:
                yield literal("name", f"{name} in {encoding}", text.encode(encoding))
