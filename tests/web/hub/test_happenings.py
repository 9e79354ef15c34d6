"""What happens in the home reaches every open page of its owner, and nobody else's."""

from __future__ import annotations

import pytest
from starlette.websockets import WebSocketDisconnect

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import to_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.testing.town import NOW
from latchstring.testing.waiting import until
from web.browser import Browser

PATH = "ws://localhost:8700/api/happenings"
OURS = {"Origin": "http://localhost:8700"}
PRESS = Happening(kind="press", at=NOW, camera=CameraId("cam_a"), event=EventId("ev_a"))


def test_every_open_page_is_told(owner: Browser, hub: Hub) -> None:
    """Each of them once, in the order in which it happened."""
    with (
        owner.websocket_connect(PATH, headers=OURS) as one,
        owner.websocket_connect(PATH, headers=OURS) as other,
    ):
        hub.bulletin.tell(PRESS)
        hub.bulletin.tell(Happening(kind="camera-away", at=NOW, camera=CameraId("cam_a"), about="Porch"))
        for page in (one, other):
            assert page.receive_json() == {
                "kind": "press",
                "at": to_text(NOW),
                "camera": "cam_a",
                "event": "ev_a",
                "request": None,
                "about": "",
            }
            assert page.receive_json()["about"] == "Porch"


def test_a_page_that_went_is_forgotten(owner: Browser, hub: Hub) -> None:
    """Pages come and go all day; none of them stays behind in the hub."""
    before = len(hub.bulletin._listeners)
    with owner.websocket_connect(PATH, headers=OURS):
        assert len(hub.bulletin._listeners) == before + 1
    until(lambda: len(hub.bulletin._listeners) == before)
    hub.bulletin.tell(PRESS)


def test_a_page_that_takes_nothing_holds_nobody_up(owner: Browser, hub: Hub) -> None:
    """Telling a thousand things returns, and the page still gets the first ones."""
    with owner.websocket_connect(PATH, headers=OURS) as page:
        for _ in range(1000):
            hub.bulletin.tell(PRESS)
        assert page.receive_json()["kind"] == "press"


def test_strangers_are_not_told(stranger: Browser) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, stranger.websocket_connect(PATH, headers=OURS):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}])
def test_another_site_is_not_told(owner: Browser, headers: dict[str, str]) -> None:
    """Browsers send cookies with WebSockets of any page, so the page itself must be ours."""
    with pytest.raises(WebSocketDisconnect) as refused, owner.websocket_connect(PATH, headers=headers):
        pass
    assert refused.value.code == 1008
