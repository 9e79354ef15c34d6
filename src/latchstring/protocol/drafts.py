"""A request while it is still being drawn: any part may be missing or unreadable.

A draft has the field names of the statement, and `case_reference` in the clear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from latchstring.base import geo
from latchstring.base.errors import BadInput
from latchstring.base.geo import Area
from latchstring.base.time import BadTime, TimeRange, from_text
from latchstring.protocol.statements import check_recipient

MAX_CASE_REFERENCE_CHARACTERS = 80
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What could be read; `unreadable` says of the other given fields, by name, why they could not."""

    case_reference: str | None = None
    offence: str | None = None
    incident_cell: str | None = None
    area: Area | None = None
    window: TimeRange | None = None
    template: str | None = None
    recipient: str | None = None
    expires_at: datetime | None = None
    unreadable: Mapping[str, str]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Draft:
        unreadable: dict[str, str] = {}

        def read(name: str, parse: Callable[[Any], T]) -> T | None:
            if value.get(name) in (None, ""):
                return None
            try:
                return parse(value[name])
            except BadInput as e:
                unreadable[name] = e.message
                return None

        return cls(
            case_reference=read("case_reference", _case_reference),
            offence=read("offence", _text),
            incident_cell=read("incident_cell", lambda v: geo.check_cell(_text(v), geo.FINE_RESOLUTION)),
            area=read("area", Area.from_geojson),
            window=read("window", _window),
            template=read("template", _text),
            recipient=read("recipient", lambda v: check_recipient(_text(v))),
            expires_at=read("expires_at", lambda v: from_text(_text(v))),
            unreadable=unreadable,
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput("this must be text")
    return value


def _case_reference(value: Any) -> str | None:
    text = _text(value).strip()
    if len(text) > MAX_CASE_REFERENCE_CHARACTERS or not text.isprintable():
        raise BadInput(f"a case reference is one line of at most {MAX_CASE_REFERENCE_CHARACTERS} characters")
    return text or None


def _window(value: Any) -> TimeRange:
    if not isinstance(value, dict) or not {"start", "end"} <= value.keys():
        raise BadTime("a window needs a start and an end")
    return TimeRange(from_text(_text(value["start"])), from_text(_text(value["end"])))
