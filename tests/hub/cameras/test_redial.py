import socket
import threading

import pytest

from latchstring.hub.cameras import redial
from latchstring.hub.cameras.errors import CameraSilent, CameraUnreachable, WrongLogin
from latchstring.hub.cameras.redial import Redial, answers
from latchstring.testing.waiting import WAIT_SECONDS


@pytest.fixture
def pauses():
    """What was waited for; nothing really waits."""

    class Stopping(threading.Event):
        def __init__(self):
            super().__init__()
            self.seconds = []

        def wait(self, timeout=None):
            self.seconds.append(timeout)
            return False

    return Stopping()


def test_who_refuses_us_is_called_less_and_less_often(pauses):
    """A wrong login every half second would lock the owner out of their own camera."""
    again = Redial("rtsp://127.0.0.1/porch", pauses)
    for _ in range(7):
        again.wait(WrongLogin())
    assert pauses.seconds[0] < 1
    assert pauses.seconds[-1] > 7
    assert max(pauses.seconds) <= 12.5


def test_who_sends_pictures_is_forgiven(pauses):
    """After a recording the first call is soon again."""
    again = Redial("rtsp://127.0.0.1/porch", pauses)
    for _ in range(7):
        again.wait(WrongLogin())
    again.heard()
    again.wait(None)
    assert pauses.seconds[-1] < 1


def test_who_is_silent_is_called_on(pauses):
    """A call to a camera that hangs takes its time by itself; the pauses between do not grow."""
    again = Redial("rtsp://127.0.0.1/porch", pauses)
    for _ in range(7):
        again.wait(CameraSilent())
    assert max(pauses.seconds) < 1


def test_a_camera_without_power_is_called_when_it_answers():
    """However long it was away: the wait ends with its first answer, not with the next try."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        url = f"rtsp://127.0.0.1:{place.getsockname()[1]}/porch"
        assert not answers(url)
        waiting = threading.Thread(target=Redial(url, threading.Event()).wait, args=(CameraUnreachable(),))
        waiting.start()
        waiting.join(2 * redial.KNOCK_SECONDS)
        assert waiting.is_alive()
        place.listen()
        waiting.join(WAIT_SECONDS)
        assert not waiting.is_alive()


def test_the_wait_ends_when_the_hub_stops():
    """Also while nobody answers."""
    stopping = threading.Event()
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        url = f"rtsp://127.0.0.1:{place.getsockname()[1]}/porch"
        waiting = threading.Thread(target=Redial(url, stopping).wait, args=(CameraUnreachable(),))
        waiting.start()
        stopping.set()
        waiting.join(WAIT_SECONDS)
        assert not waiting.is_alive()


def test_a_file_is_always_there():
    """There is nobody to knock at."""
    assert answers("synthetic:")
