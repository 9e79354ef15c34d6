"""What happens in a home is told to all who listen, and a listener that fails harms nobody."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from latchstring.hub.events.bulletin import Bulletin, Happening

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PRESS = Happening(kind="press", at=NOW)


def test_all_who_listen_are_told_in_the_order_they_came() -> None:
    """Two listeners hear the same press, the first one first; one that left hears nothing."""
    bulletin, heard = Bulletin(), []
    bulletin.listen(lambda h: heard.append(("first", h)))
    leave = bulletin.listen(lambda h: heard.append(("gone", h)))
    bulletin.listen(lambda h: heard.append(("second", h)))
    leave()
    bulletin.tell(PRESS)
    assert heard == [("first", PRESS), ("second", PRESS)]


def test_a_listener_that_fails_is_logged_and_the_next_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A broken chime does not keep a notification from going out."""
    bulletin, heard = Bulletin(), []

    def broken(_: Happening) -> None:
        raise OSError("the chime is not plugged in")

    bulletin.listen(broken)
    bulletin.listen(heard.append)
    with caplog.at_level(logging.ERROR):
        bulletin.tell(PRESS)
    assert heard == [PRESS]
    assert "press" in caplog.text
