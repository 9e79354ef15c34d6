"""Traces of places: the ways in which programs write down a latitude and a longitude.

| form | found |
|---|---|
| text, 5 decimals or more; whole 1e-7 degrees as text | alone |
| text with 3 or 4 decimals, whole micro-degrees as text | latitude and longitude within 200 bytes |
| 64-bit floats, degrees and radians, either byte order, exact or rounded to 4 to 7 decimals | alone, if at least five of its bytes say anything; else both within 64 bytes |
| 32-bit floats; 32-bit whole 1e-5, 1e-6, 1e-7 degrees, either byte order | both within 64 bytes |
| H3 cell of resolution 10 or finer, as text or number | alone |

Cells up to resolution 9 are public: the table of dwellings has them all.
"""  # noqa: E501 - a table

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from latchstring.base.geo import Point
from latchstring.testing.seized.scan import ANCHOR, Blob, Hit, Probe, literal

Coordinates = Sequence[tuple[float, float]]
KIND = "coordinate"


@dataclass(frozen=True)
class Half:
    """One axis of a place in one form; a trace only with the other axis `within` so many bytes."""

    place: int
    axis: int  # 0 latitude, 1 longitude
    form: str
    within: int


def probes(coordinates: Coordinates) -> Iterator[Probe]:
    for place, degrees in enumerate(coordinates):
        for axis, value in enumerate(degrees):
            yield from _texts(place, axis, value)
            yield from _numbers(place, axis, value)
        yield from _cells(place, Point(*degrees))


def pair_up(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Hits that stand alone, and of the halves those whose other axis is near."""
    halves: dict[tuple[int, str], tuple[list[Hit], list[Hit]]] = {}
    for hit in hits:
        if isinstance(half := hit.half, Half):
            halves.setdefault((half.place, half.form), ([], []))[half.axis].append(hit)
        else:
            yield hit
    for latitudes, longitudes in halves.values():
        yield from _near(sorted(latitudes, key=_at), sorted(longitudes, key=_at))


def _near(latitudes: list[Hit], longitudes: list[Hit]) -> Iterator[Hit]:
    first = 0
    for latitude in latitudes:
        within = latitude.half.within
        while first < len(longitudes) and longitudes[first].at < latitude.at - within:
            first += 1
        if first < len(longitudes) and abs(longitudes[first].at - latitude.at) <= within:
            yield Hit(latitude.kind, latitude.what, min(latitude.at, longitudes[first].at))


def _at(hit: Hit) -> int:
    return hit.at


def _texts(place: int, axis: int, value: float) -> Iterator[Probe]:
    for decimals in range(3, 8):
        half = Half(place, axis, "text", 200) if decimals < 5 else None
        for text in {f"{value:.{decimals}f}", _truncated(value, decimals)}:
            yield _number_in_text(text, f"place {place} as text, {decimals} decimals", half)
    for factor in (10**6, 10**7):
        text = str(round(value * factor))
        half = None if len(text.lstrip("-")) >= 9 else Half(place, axis, f"whole {factor}", 200)
        if len(text) >= ANCHOR:
            yield _number_in_text(text, f"place {place} as text, 1/{factor} degrees", half)


def _truncated(value: float, decimals: int) -> str:
    whole, _, fraction = f"{value:.12f}".partition(".")
    return f"{whole}.{fraction[:decimals]}"


def _number_in_text(text: str, what: str, half: Half | None) -> Probe:
    """Digits that do not go on to the left, so that 114.3026 is not 4.3026."""
    exact = literal(KIND, what, text.encode(), half=half)

    def check(blob: Blob, at: int) -> Hit | None:
        hit = exact.check(blob, at)
        if hit is None or (hit.at and blob.cut(hit.at - 1, hit.at) in b"0123456789.-"):
            return None
        return hit

    return Probe(exact.anchors, check)


def _numbers(place: int, axis: int, value: float) -> Iterator[Probe]:
    doubles = {value, math.radians(value), *(round(value, decimals) for decimals in range(4, 8))}
    packed = {order + "d": doubles for order in "<>"}
    for form, values in packed.items():
        for data in {struct.pack(form, v) for v in values}:
            strong = len(set(data) - {0}) >= 5
            half = None if strong else Half(place, axis, form, 64)
            yield literal(KIND, f"place {place} as 64-bit float", data, half=half)
    for order in "<>":
        floats = {struct.pack(order + "f", v) for v in doubles}
        whole = {struct.pack(order + "i", round(value * factor)) for factor in (10**5, 10**6, 10**7)}
        for form, datas in ((order + "f", floats), (order + "i", whole)):
            for data in datas:
                yield literal(KIND, f"place {place} as 32-bit {form}", data, half=Half(place, axis, form, 64))


def _cells(place: int, point: Point) -> Iterator[Probe]:
    for resolution in range(10, 16):
        cell = point.cell(resolution)
        what = f"place {place} as H3 cell of resolution {resolution}"
        yield literal(KIND, what, cell.encode())
        for order in "<>":
            yield literal(KIND, what, struct.pack(order + "Q", int(cell, 16)))
