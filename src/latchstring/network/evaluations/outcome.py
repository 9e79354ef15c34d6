"""The outcome of a study out of a table: each incident with its day, or a count for each span of the plan."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

from latchstring.analysis.impact.plan import Plan
from latchstring.base.errors import BadInput
from latchstring.network.evaluations.models import areas_of

MOST_INCIDENTS = 1_000_000


class BadOutcome(BadInput):
    """The outcome is a table with the columns area, day and, for counts, count."""


def read_outcome(text: str, plan: Plan) -> dict[str, list[date]]:
    """For each area of the table, the day of each incident.

    Without the column `count` each row is an incident. With it each row is a span of the plan: `day` is the
    span's first day, and every span of every area has its row, so that none is taken for empty by mistake.
    """
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=None), skipinitialspace=True)
    try:
        return _read(rows, plan)
    except csv.Error as e:
        raise BadOutcome(f"line {rows.line_num}: {e}") from e


def template(plan: Plan) -> str:
    """The table to fill in: a row for each area and span, with an empty count."""
    lines = ["area,day,count"]
    lines += [f"{_quoted(area)},{day}," for area in areas_of(plan) for day in plan.starts]
    return "\n".join(lines) + "\n"


def _read(rows: csv.DictReader[str], plan: Plan) -> dict[str, list[date]]:
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    if len(set(names)) != len(names) or not {"area", "day"} <= set(names):
        raise BadOutcome(f"{BadOutcome.__doc__} It has {', '.join(names) or 'no first line'}.")
    rows.fieldnames = names
    known = set(areas_of(plan))
    spans = set(plan.starts) if "count" in names else set()
    found: dict[str, list[date]] = {}
    counted: set[tuple[str, date]] = set()
    total = 0
    for row in rows:
        area, day, number = _row(rows.line_num, row, known)
        total += number
        if total > MOST_INCIDENTS:
            raise BadOutcome(f"line {rows.line_num}: more than {MOST_INCIDENTS:,} incidents in all")
        if spans:
            if day not in spans:
                raise BadOutcome(f"line {rows.line_num}: {day} is not the first day of a span of the plan")
            if (area, day) in counted:
                raise BadOutcome(f"line {rows.line_num}: {area} has a count from {day} on already")
            counted.add((area, day))
        found.setdefault(area, []).extend([day] * number)
    for area in found if spans else ():
        if lacking := sorted(day for day in spans if (area, day) not in counted):
            raise BadOutcome(f"{area} lacks a count from {lacking[0]} on; a span without incidents has a 0")
    return found


def _row(line: int, row: dict[str, str | None], known: set[str]) -> tuple[str, date, int]:
    area, day, number = ((row.get(name) or "").strip() for name in ("area", "day", "count"))
    if area not in known:
        raise BadOutcome(f"line {line}: {area[:40]!r} is no area of the plan")
    try:
        on = date.fromisoformat(day)
    except ValueError as e:
        raise BadOutcome(f"line {line}: {day[:40]!r} is no day like 2026-03-01") from e
    if "count" not in row:
        return area, on, 1
    if not (number.isascii() and number.isdigit()) or len(number) > 7:
        raise BadOutcome(f"line {line}: {number[:40]!r} is no count; a span without incidents has a 0")
    return area, on, int(number)


def _quoted(area: str) -> str:
    return '"' + area.replace('"', '""') + '"' if any(c in area for c in ',"') else area
