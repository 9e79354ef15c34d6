"""Days as people write them: 2016-01-31, 31/01/2016, 01/31/2016, with or without a time of day, or a number.

All of ISO 8601 that names a day is known, 20160131, 2016-031 and 2016-W04-7 too, and 2016/01/31 beside it.
Slashes leave open whether the day or the month comes first. The whole column decides: a number above 12 can
only be a day. Where none is above 12 the reader is asked, never guessed for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal

from latchstring.base.errors import BadInput

Order = Literal["day-first", "month-first"]

_ISO = re.compile(
    r"(?P<day>\d{4}([-/]?)\d{2}\2\d{2}|\d{4}-\d{3}|\d{4}(-?)W\d{2}\3\d)"
    r"(?:[T ](?:[01]\d|2[0-4])(?::?[0-5]\d(?::?\d{2}(?:[.,]\d+)?)?)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_SLASHES = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)?")
_WHOLE = re.compile(r"[-+]?\d{1,9}(?:\.0*)?")
_CLOCK = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(?:Z|[+-]\d{2}:?\d{2})?"
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
MONDAY = -3
"""The Monday from which hours are counted, in days since 1970-01-01."""
_EPOCH = dt.date(1970, 1, 1).toordinal()
_BASIC = (1800_01_01, 2200_12_31)
"""Whole numbers from here to there are dates without hyphens: as days they would lie 50,000 years ahead."""


class BadDate(BadInput):
    """This is not a date such as 2016-01-31."""

    def __init__(self, message: str | None = None, text: str | None = None) -> None:
        super().__init__(message)
        self.text = text


def looks_like_one(text: str) -> bool:
    return bool(_ISO.fullmatch(text) or _SLASHES.fullmatch(text))


def are_basic(least: float, greatest: float) -> bool:
    """Whether whole numbers between these are dates like 20160131."""
    return _BASIC[0] <= least <= greatest <= _BASIC[1]


def read(texts: Sequence[str], order: Order | None = None) -> list[int]:
    """Days since 1970-01-01 of a column's dates; whole numbers are themselves.

    One way of writing holds for the whole column. A time of day is left out: the day is the one that stands
    there, so times of several zones in one column are refused.
    """
    if not texts:
        return []
    if all(_WHOLE.fullmatch(text) for text in texts):
        return of_numbers([int(float(text)) for text in texts])
    if _ISO.fullmatch(texts[0]):
        return _read_iso(texts)
    if _SLASHES.fullmatch(texts[0]):
        return _read_slashes(texts, order)
    raise BadDate(f"{texts[0][:40]!r} is not a date such as 2016-01-31, nor a whole number", texts[0])


def of_numbers(numbers: Sequence[int]) -> list[int]:
    """Whole numbers are themselves, but where all are dates like 20160131."""
    if not numbers or not are_basic(min(numbers), max(numbers)):
        return list(numbers)
    return [_iso_day(str(number), str(number)) for number in numbers]


def read_hours(texts: Sequence[str]) -> list[float]:
    """Hours since a Monday's midnight (1969-12-29) by the clock on the wall; numbers are themselves.

    Written as 2024-03-01 08:30, with seconds or a zone if need be; times of several zones are refused.
    """
    if all(_NUMBER.fullmatch(text) for text in texts):
        return [float(text) for text in texts]
    _refuse_zones(texts)
    found = []
    for text in texts:
        match = _CLOCK.fullmatch(text)
        if match is None:
            raise BadDate(f"{text[:40]!r} is not a time such as 2024-03-01 08:30", text)
        hour, minute, second = int(match[4]), int(match[5]), float(match[6] or 0)
        if hour > 23 or minute > 59 or second >= 60:
            raise BadDate(f"{text[:40]!r} is a time that no clock shows", text)
        day = _day(text, match[1], match[2], match[3]) - MONDAY
        found.append(day * 24 + hour + minute / 60 + second / 3600)
    return found


def _read_iso(texts: Sequence[str]) -> list[int]:
    _refuse_zones(texts)
    found = []
    for text in texts:
        if (match := _ISO.fullmatch(text)) is None:
            raise BadDate(f"{text[:40]!r} is not written like the dates before it ({texts[0]})", text)
        found.append(_iso_day(text, match["day"]))
    return found


def _iso_day(text: str, day: str) -> int:
    try:
        if re.fullmatch(r"\d{4}-\d{3}", day):
            return _day_of_year(int(day[:4]), int(day[5:]))
        return dt.date.fromisoformat(day.replace("/", "-")).toordinal() - _EPOCH
    except ValueError:
        raise _no_such_day(text) from None


def _day_of_year(year: int, number: int) -> int:
    first, next_first = (dt.date(each, 1, 1).toordinal() for each in (year, year + 1))
    if not 1 <= number <= next_first - first:
        raise ValueError
    return first + number - 1 - _EPOCH


def _refuse_zones(texts: Sequence[str]) -> None:
    zone = None
    for text in texts:
        if match := _ISO.fullmatch(text):
            here = (match["zone"] or "none").replace(":", "")
            if here != (zone := zone or here):
                raise BadDate(
                    f"{text!r} has another time zone than {texts[0]!r}; bring all times to one zone", text
                )


def _read_slashes(texts: Sequence[str], order: Order | None) -> list[int]:
    parts = []
    for text in texts:
        if (match := _SLASHES.fullmatch(text)) is None:
            raise BadDate(f"{text[:40]!r} is not written like the dates before it ({texts[0]})", text)
        parts.append((int(match[1]), int(match[3]), match[4]))
    order = order or _order(texts, parts)
    return [
        _day(text, year, *((second, first) if order == "day-first" else (first, second)))
        for text, (first, second, year) in zip(texts, parts, strict=True)
    ]


def _order(texts: Sequence[str], parts: Sequence[tuple[int, int, str]]) -> Order:
    day_first = next((i for i, (first, _, _) in enumerate(parts) if first > 12), None)
    month_first = next((i for i, (_, second, _) in enumerate(parts) if second > 12), None)
    if day_first is not None and month_first is not None:
        raise BadDate(
            f"{texts[day_first]!r} has the day first and {texts[month_first]!r} the month; write all alike",
            texts[max(day_first, month_first)],
        )
    if day_first is None and month_first is None:
        raise BadDate(
            f"{texts[0]!r} can be read in two ways; say which with --date-order day-first or month-first"
        )
    return "day-first" if day_first is not None else "month-first"


def _day(text: str, year: str | int, month: str | int, day: str | int) -> int:
    try:
        return dt.date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        raise _no_such_day(text) from None


def _no_such_day(text: str) -> BadDate:
    return BadDate(f"{text[:40]!r} is a day that no calendar has", text)
