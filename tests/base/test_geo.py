"""Areas are simple polygons, measured well enough for rules; cells are H3."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.geo import (
    COARSE_RESOLUTION,
    FINE_RESOLUTION,
    SQUARE_METRES_PER_SQUARE_MILE,
    Area,
    BadArea,
    BadPlace,
    Point,
    check_cell,
    parent,
)


def rectangle(south: float, west: float, height: float, width: float) -> Area:
    north, east = south + height, west + width
    return Area((Point(south, west), Point(south, east), Point(north, east), Point(north, west)))


def ellipsoid_square_miles(south: float, height: float, width: float) -> float:
    """The area of a graticule rectangle on WGS 84, in closed form."""
    a, e = 6_378_137.0, 0.0818191908426215

    def q(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (2 * (1 - e * e * s * s)) + math.log((1 + e * s) / (1 - e * s)) / (4 * e)

    square_metres = a * a * (1 - e * e) * math.radians(width) * (q(south + height) - q(south))
    return square_metres / SQUARE_METRES_PER_SQUARE_MILE


@pytest.mark.parametrize("latitude", [-70, -45, 0, 30, 51.5, 70])
def test_square_miles_against_the_ellipsoid(latitude: float) -> None:
    """Within 0.8 % of WGS 84, for an area of a few streets."""
    expected = ellipsoid_square_miles(latitude, 0.004, 0.006)
    assert rectangle(latitude, 10, 0.004, 0.006).square_miles == pytest.approx(expected, rel=0.008)


def test_square_miles_against_h3() -> None:
    """A cell drawn as an area has the size that H3 says it has."""
    cell = Point(51.5, -0.12).cell(FINE_RESOLUTION)
    area = Area(tuple(Point(*corner) for corner in h3.cell_to_boundary(cell)))
    assert area.square_miles * 2.589988 == pytest.approx(h3.cell_area(cell, "km^2"), rel=0.006)


@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(0, math.pi), st.floats(1, 8))
def test_aspect_does_not_depend_on_the_turn(
    latitude: float, longitude: float, turn: float, aspect: float
) -> None:
    """A rectangle turned anyhow has the aspect that it was drawn with."""
    half_long, half_short = 0.001 * math.sqrt(aspect), 0.001 / math.sqrt(aspect)
    corners = []
    for a, b in [(-1, -1), (-1, 1), (1, 1), (1, -1)]:
        x, y = a * half_long, b * half_short
        north = x * math.sin(turn) + y * math.cos(turn)
        east = (x * math.cos(turn) - y * math.sin(turn)) / math.cos(math.radians(latitude))
        corners.append(Point(latitude + north, longitude + east))
    assert Area(tuple(corners)).aspect == pytest.approx(aspect, rel=1e-3)


def test_self_crossing_area_is_refused() -> None:
    bow_tie = (Point(51, 0), Point(51.01, 0.01), Point(51, 0.01), Point(51.01, 0))
    with pytest.raises(BadArea, match="crosses or touches itself"):
        Area(bow_tie)
    Area((bow_tie[0], bow_tie[2], bow_tie[1], bow_tie[3]))  # the same corners in turn


def test_area_at_the_antimeridian_is_refused_and_beside_it_is_not() -> None:
    with pytest.raises(BadArea, match="antimeridian"):
        Area((Point(51, 179.99), Point(51, -179.99), Point(51.01, -179.99), Point(51.01, 179.99)))
    rectangle(51, 179.98, 0.01, 0.01)


@pytest.mark.parametrize(
    ("corners", "why"),
    [
        ([(51, 0), (51, 0.01)], "at least three"),
        ([(51, 0), (51, 0.01), (51, 0.02)], "Too few|no inside|itself"),
        ([(51 + 0.001 * math.sin(i / 60), 0.001 * math.cos(i / 60)) for i in range(101)], "at most 100"),
        ([(0, 0), (0, 3), (3, 3), (3, 0)], "more than 1000 square miles"),
    ],
)
def test_unusable_areas_are_refused(corners: list[tuple[float, float]], why: str) -> None:
    with pytest.raises(BadArea, match=why):
        Area(tuple(Point(*corner) for corner in corners))


@pytest.mark.parametrize(
    "place", [(86, 0), (-86, 0), (0, 181), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0)]
)
def test_places_off_the_map_are_refused(place: tuple[float, float]) -> None:
    with pytest.raises(BadPlace):
        Point(*place)


def test_inside_on_the_border_and_outside() -> None:
    area = rectangle(51.5, -0.1, 0.01, 0.01)
    assert Point(51.505, -0.095) in area
    assert Point(51.5, -0.095) in area
    assert Point(51.499, -0.095) not in area


def test_geojson_round_trip() -> None:
    area = rectangle(51.5, -0.1, 0.01, 0.02)
    assert Area.from_geojson(area.to_geojson()) == area
    assert area.to_geojson()["coordinates"][0][0] == [-0.1, 51.5]  # longitude first


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"type": "Point", "coordinates": [0, 51]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 52]]]},
        {"type": "Polygon", "coordinates": [[[0, 51], [0, 51]]]},
        {"type": "Polygon", "coordinates": [[[10**400, 51], [0, 51], [0, 52], [0, 51]]]},
        {"type": "Polygon", "coordinates": [[[0, 51, 3], [1, 51, 3], [1, 52, 3], [0, 51, 3]]]},
        {
            "type": "Polygon",
            "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 51]], [[0, 51], [1, 51], [1, 52], [0, 51]]],
        },
    ],
)
def test_what_is_no_polygon_is_refused(value: Any) -> None:
    with pytest.raises(BadArea):
        Area.from_geojson(value)


coordinates = st.floats(-0.01, 0.01) | st.sampled_from([0.0, 0.001, 1e-300, 5e-324])


@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=8))
def test_any_corners_make_an_area_or_are_refused_in_words(corners: list[tuple[float, float]]) -> None:
    """And every area that is made can be measured."""
    with contextlib.suppress(BadArea):
        area = Area(tuple(Point(51.5 + a, b) for a, b in corners))
        assert area.square_miles >= 0
        assert area.aspect >= 1
        assert area.cells(COARSE_RESOLUTION)


def test_cells_of_an_area_cover_it() -> None:
    """Every corner's cell is among them, and each of them touches it."""
    area = rectangle(51.5, -0.1, 0.01, 0.02)
    for resolution in (COARSE_RESOLUTION, FINE_RESOLUTION):
        cells = area.cells(resolution)
        assert {corner.cell(resolution) for corner in area.corners} <= cells
        assert all(area.touches_cell(cell) for cell in cells)
    assert not area.touches_cell(Point(52, 0).cell(FINE_RESOLUTION))


def test_cell_checks() -> None:
    cell = Point(51.5, -0.12).cell(FINE_RESOLUTION)
    assert check_cell(cell, FINE_RESOLUTION) == cell
    assert parent(cell, COARSE_RESOLUTION) == Point(51.5, -0.12).cell(COARSE_RESOLUTION)
    for wrong in (parent(cell, 8), "", "here", "8" * 40, "ü", cell.upper(), f"0x{cell[2:]}", f" {cell}"):
        with pytest.raises(BadPlace):
            check_cell(wrong, FINE_RESOLUTION)


@given(st.text(max_size=20))
def test_any_text_is_a_cell_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(BadPlace):
        check_cell(text, FINE_RESOLUTION)
