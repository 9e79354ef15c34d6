"""Which masks hide a clip: those of then, and those of today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.regions import Region
from latchstring.hub.redaction import masks
from latchstring.hub.redaction.masks import TooManyMasks
from latchstring.hub.store import Store

PORCH = CameraId("cam_porch")
WINDOW = Region(name="Window", corners=((0.1, 0.1), (0.3, 0.1), (0.3, 0.4)))
GARDEN = Region(name="Garden", corners=((0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.5, 0.9)))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(store: Store, now):
    with store.write() as db:
        for name in (PORCH, CameraId("cam_back")):
            camera_rows.add(CameraSettings(id=name, name=name, url="synthetic:"), now=now, db=db)
    return store


def test_a_mask_set_today_hides_what_was_filmed_before(home, now):
    """The owner thinks of the neighbour's window later: it is hidden in older clips too."""
    masks.set_masks(home, PORCH, [WINDOW], now=now)
    assert masks.covering(home, PORCH, TimeRange(now - 9 * MINUTE, now - 8 * MINUTE)) == [WINDOW]
    assert masks.holding(home, PORCH) == [WINDOW]


def test_a_mask_that_held_while_it_was_filmed_hides_still(home, now):
    """Removing a mask uncovers only what is filmed from then on."""
    masks.set_masks(home, PORCH, [WINDOW], now=now)
    masks.set_masks(home, PORCH, [], now=now + 5 * MINUTE)
    assert masks.holding(home, PORCH) == []
    during = masks.covering(home, PORCH, TimeRange(now + 4 * MINUTE, now + 6 * MINUTE))
    after = masks.covering(home, PORCH, TimeRange(now + 5 * MINUTE, now + 6 * MINUTE))
    assert (during, after) == ([WINDOW], [])


def test_a_changed_mask_hides_with_both_shapes(home, now):
    masks.set_masks(home, PORCH, [WINDOW], now=now)
    masks.set_masks(home, PORCH, [GARDEN], now=now + MINUTE)
    assert masks.covering(home, PORCH, TimeRange(now, now + MINUTE)) == [WINDOW, GARDEN]


def test_a_mask_is_of_one_camera(home, now):
    masks.set_masks(home, PORCH, [WINDOW], now=now)
    assert masks.holding(home, CameraId("cam_back")) == []
    assert masks.covering(home, CameraId("cam_back"), TimeRange(now, now + MINUTE)) == []


def test_twenty_masks_and_no_more(home, now):
    many = [Region(name=str(n), corners=WINDOW.corners) for n in range(21)]
    masks.set_masks(home, PORCH, many[:20], now=now)
    with pytest.raises(TooManyMasks):
        masks.set_masks(home, PORCH, many, now=now)
    assert len(masks.holding(home, PORCH)) == 20


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=8),
    st.integers(0, 99),
    st.integers(1, 30),
)
def test_whatever_was_set_and_removed_the_stricter_holds(tmp_path_factory, changes, start, length):
    """Played against a plain list of who held when, at every order of setting and removing."""
    from datetime import UTC, datetime

    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    store = Store(tmp_path_factory.mktemp("masks") / "hub.db")
    try:
        with store.write() as db:
            camera_rows.add(CameraSettings(id=PORCH, name="Porch", url="synthetic:"), now=now, db=db)
        held: set[int] = set()
        timeline: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
        for at, (which, present) in enumerate(changes, 1):
            held = held | {which} if present else held - {which}
            wanted = [Region(name=str(n), corners=WINDOW.corners) for n in sorted(held)]
            masks.set_masks(store, PORCH, wanted, now=now + at * 10 * timedelta(seconds=1))
            timeline.append((at * 10, frozenset(held)))
        during = TimeRange(now + timedelta(seconds=start), now + timedelta(seconds=start + length))
        expected = set(timeline[-1][1])
        for (begins, who), (ends, _) in zip(timeline, [*timeline[1:], (10**6, frozenset())], strict=True):
            if begins < start + length and ends > start:
                expected |= who
        assert {int(region.name) for region in masks.covering(store, PORCH, during)} == expected
    finally:
        store.close()
