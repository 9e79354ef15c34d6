import pytest

from latchstring.hub.cameras import address
from latchstring.hub.cameras.errors import BadCameraUrl


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.0.2.7/stream1",
        "rtsps://owner:secret@camera.local:322/live?channel=1",
        "file:/videos/porch.mp4",
        "/videos/porch.mp4",
        " rtsp://192.0.2.7/stream1\n",
        "synthetic:",
        "synthetic:?width=640&height=360",
    ],
)
def test_known_addresses_are_taken(url):
    """Every documented form is an address."""
    assert address.parse(url).scheme in ("rtsp", "rtsps", "file", "synthetic")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "how to reach"),
        ("192.0.2.7/stream", "how to reach"),
        ("http://192.0.2.7/", "http: is not known"),
        ("rtsp:///stream", "names no host"),
        ("rtsp://host:99999/", "host or port"),
        ("rtsp://192.168.1..20/", "a dot too many"),
        (f"rtsp://{'a' * 200}/", "no host is called like"),
        ("rtsp://owner:a b@host/", "%20"),
        ("file:porch.mp4", "whole path"),
    ],
)
def test_other_addresses_are_refused_with_what_to_do(url, says):
    """A refusal says what is wrong and how to write it."""
    with pytest.raises(BadCameraUrl, match=says):
        address.parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://owner:hunter2@192.0.2.7/stream",
        "rtsp://owner:hunter2@hunter2@192.0.2.7/stream",
        "rtsp://owner:hunt/er2hunter2@192.0.2.7/stream",
        "rtsp://192.0.2.7/user=owner&password=hunter2&channel=1",
        "rtsp://192.0.2.7/live?pwd=hunter2&user=owner",
        "rtsp://192.0.2.7/live?loginuse=owner&loginpas=hunter2",
        "rtsp://192.0.2.7/live?psw%3Dhunter2&user=owner",
    ],
)
def test_a_shown_address_has_no_login(url):
    """Neither name nor password is left, wherever a maker put them; host and path are."""
    shown = address.shown(url)
    assert "hunter2" not in shown
    assert "owner" not in shown
    assert "192.0.2.7/" in shown


def test_an_address_without_login_is_shown_as_it_is():
    """Nothing is starred that is no secret."""
    assert address.shown("rtsp://192.0.2.7:554/stream") == "rtsp://192.0.2.7:554/stream"
    assert address.shown("synthetic:?width=640&height=360") == "synthetic:?width=640&height=360"
