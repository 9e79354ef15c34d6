"""Cameras are found by asking the network who is there."""

import socket
import threading
from collections.abc import Iterator

import pytest

from hub.cameras.onvif.asking import streams
from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.onvif import soap
from latchstring.hub.cameras.onvif.discovery import BadSearchPlace, read_answer, search
from latchstring.hub.cameras.onvif.finder import Finder
from latchstring.hub.cameras.onvif.models import Found
from latchstring.testing.onvif_answers import probe_match
from latchstring.testing.onvif_device import OnvifDevice
from latchstring.testing.waiting import WAIT_SECONDS, until

ASKED = "urn:uuid:1"


def test_each_camera_is_found_once_with_its_name():
    """It answers every question; it is listed once, as soon as it has answered."""
    with OnvifDevice(streams(), model="Porch doorbell") as one, OnvifDevice(streams()) as other:
        where = [f"127.0.0.1:{device.discovery_port}" for device in (one, other)]
        found = {each.address: each for each in search(where, seconds=3)}
    assert set(found) == {one.address, other.address}
    assert found[one.address] == Found(address=one.address, name="Porch doorbell", model="doorbell")


def test_where_nobody_answers_the_search_ends():
    """And says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        assert list(search([f"127.0.0.1:{deaf.getsockname()[1]}"], seconds=0.05)) == []


def test_a_search_tells_how_far_it_is(device):
    """What has answered stands there while the search goes on."""
    where, told = [f"127.0.0.1:{device.discovery_port}"], threading.Event()

    def look() -> Iterator[Found]:
        yield next(search(where, seconds=WAIT_SECONDS))
        told.wait(WAIT_SECONDS)

    finder = Finder(look, SystemClock())
    assert finder.begin().running
    until(lambda: len(finder.state().found) == 1)
    assert finder.state().running
    told.set()
    until(lambda: not finder.state().running)
    assert finder.state().share == 1


def test_a_camera_is_used_where_it_answered_from():
    """Some tell an address they had once, or one of IPv6 that leads nowhere."""
    elsewhere = probe_match(ASKED, "http://192.0.2.7:8000/onvif/device_service", "Gate")
    found = read_answer(elsewhere, ASKED, "192.168.1.20")
    assert found is not None
    assert found.address == "http://192.168.1.20:8000/onvif/device_service"
    several = "http://[fe80::1]/onvif/device_service http://192.168.1.20/onvif/device_service"
    found = read_answer(probe_match(ASKED, several, "Gate"), ASKED, "192.168.1.20")
    assert found is not None
    assert found.address == "http://192.168.1.20/onvif/device_service"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not XML",
        b"<a/>",
        probe_match("urn:uuid:2", "http://192.168.1.20/onvif/device_service", "Gate"),
        probe_match(ASKED, "", "Gate"),
        probe_match(ASKED, "file:///etc/passwd", "Gate"),
        probe_match(ASKED, "http://192.168.1.20/print", "x")
        .replace(b"dn:NetworkVideoTransmitter", b"dn:Printer")
        .replace(b"onvif://www.onvif.org/", b"print://"),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + probe_match(ASKED, "http://192.168.1.20/", "Gate"),
    ],
)
def test_what_is_no_camera_is_not_listed(answer):
    """Printers answer such questions too, and anybody may send anything."""
    assert read_answer(answer, ASKED, "192.168.1.20") is None


@pytest.mark.parametrize("place", ["camera:door", "192.168.20.5:99999", "192.168..5", ":3702"])
def test_a_place_that_cannot_be_asked_is_named(place):
    """With how to write it."""
    with pytest.raises(BadSearchPlace, match=r"192\.168\.20\.5"):
        list(search([place], seconds=0))


@pytest.mark.parametrize("told", ["http://[", "http://192.0.2.7:99999/onvif"])
def test_an_answer_without_an_address_ends_no_search(told):
    """One device that writes nonsense hides no other."""
    assert read_answer(probe_match(ASKED, told, "Gate"), ASKED, "192.168.1.20") is None


def test_a_number_without_an_end_is_none():
    assert [soap.as_number(said) for said in ("25", "inf", "nan", "-1", "many", None)] == [25, 0, 0, 0, 0, 0]
