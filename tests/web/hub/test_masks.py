"""Privacy masks over HTTP."""

from __future__ import annotations

import pytest

from latchstring.hub.daemon import Hub
from web.browser import Browser

WINDOW = {"name": "Window", "corners": [[0.1, 0.1], [0.3, 0.1], [0.3, 0.4]]}


@pytest.fixture
def masks(hub: Hub) -> str:
    return f"/api/cameras/{hub.video.add_camera('Porch', 'synthetic:').id}/masks"


def test_masks_are_set_and_read_again(owner: Browser, masks: str) -> None:
    assert owner.get(masks).json() == {"masks": []}
    assert owner.put(masks, json={"masks": [WINDOW]}).json() == {"masks": [WINDOW]}
    assert owner.get(masks).json() == {"masks": [WINDOW]}
    assert owner.put(masks, json={"masks": []}).json() == {"masks": []}


def test_only_the_owner_sees_and_sets_them(stranger: Browser, masks: str) -> None:
    assert stranger.get(masks).status_code == 401
    assert stranger.put(masks, json={"masks": []}).status_code == 401


@pytest.mark.parametrize(
    "corners",
    [
        [[0.1, 0.1], [0.2, 0.2]],
        [[0.1, 0.1], [0.2, 0.2], [1.2, 0.5]],
        [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]],
        [[0.01 * n, (n % 2) / 2] for n in range(21)],
    ],
    ids=["two corners", "outside", "no area", "too many corners"],
)
def test_a_shape_that_covers_nothing_is_refused(
    owner: Browser, masks: str, corners: list[list[float]]
) -> None:
    owner.put(masks, json={"masks": [WINDOW]})
    answer = owner.put(masks, json={"masks": [{"name": "Bad", "corners": corners}]})
    assert answer.status_code == 422
    assert owner.get(masks).json() == {"masks": [WINDOW]}


def test_nobody_ends_a_mask_that_they_have_not_seen(owner: Browser, masks: str) -> None:
    """Two owners at once: who saves second is told, and nothing is bared."""
    owner.put(masks, json={"masks": [WINDOW], "before": []})
    answer = owner.put(masks, json={"masks": [], "before": []})
    assert (answer.status_code, answer.json()["error"]) == (409, "masks_moved")
    assert owner.get(masks).json() == {"masks": [WINDOW]}
    assert owner.put(masks, json={"masks": [], "before": [WINDOW]}).json() == {"masks": []}


def test_an_unknown_camera_has_none(owner: Browser, masks: str) -> None:
    assert owner.get("/api/cameras/cam_none/masks").status_code == 404
