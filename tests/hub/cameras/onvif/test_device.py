"""Reading a camera through ONVIF, however wrong it is."""

import asyncio

import pytest

from hub.cameras.onvif.asking import asked, streams
from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.errors import CameraUnreachable
from latchstring.hub.cameras.onvif.device import Device, locate
from latchstring.hub.cameras.onvif.errors import (
    BadOnvifAddress,
    OnvifLoginRefused,
    UnknownLogin,
    UnreadableAddress,
)
from latchstring.hub.cameras.onvif.models import Login
from latchstring.testing.onvif_device import OnvifDevice


def test_it_tells_who_it_is_and_what_it_sends(device):
    """Maker, model, streams with codec, size and keyframes, and what else it can do."""
    told = asked(device, Device.describe)
    assert (told.maker, told.model) == ("Latchstring", "Pretended doorbell")
    assert [(p.token, p.codec, p.width, p.height, p.gop_seconds) for p in told.profiles] == [
        ("main", "H264", 1920, 1080, 2.0),
        ("sub", "H264", 640, 360, 2.0),
    ]
    assert (told.tells_events, told.hides, told.has_speaker) == (True, True, True)
    assert told.clock_ahead_seconds == pytest.approx(0, abs=2)


@pytest.mark.parametrize("quirk", ["wsse-only", "digest-only"])
def test_either_login_is_spoken(quirk):
    """Some cameras know HTTP Digest only, others WS-UsernameToken only."""
    with OnvifDevice(streams(), quirks={quirk}) as device:
        assert asked(device, Device.describe).model == "Pretended doorbell"
        with pytest.raises(OnvifLoginRefused):
            asked(device, Device.describe, Login(user="owner", password="wrong"))


@pytest.mark.parametrize(
    "more",
    [
        'qop="auth-int"',
        'qop="auth", algorithm=SHA-512-256',
        'qop="auth", algorithm=MAKER',
        'qop="auth", stale',
    ],
)
def test_a_login_that_nobody_knows_is_told(more):
    """Not a broken page: its owner can choose another kind in the camera."""
    with OnvifDevice(streams(), quirks={"digest-only"}) as device:
        device.challenge = f'Digest realm="camera", nonce="abc", {more}'
        with pytest.raises(UnknownLogin, match="Digest with MD5"):
            asked(device, Device.describe)


def test_a_camera_whose_clock_is_wrong_lets_the_owner_in():
    """Its own time stands in the login, or it would refuse it; and the difference is told."""
    with OnvifDevice(streams(), quirks={"wrong-clock", "wsse-only"}) as device:
        told = asked(device, Device.describe)
    assert told.clock_ahead_seconds == pytest.approx(-62 * 60, abs=2)


@pytest.mark.parametrize("quirk", ["no-media2", "no-services"])
def test_an_old_camera_is_read_too(quirk):
    """Without Media2, and without GetServices, the same streams are found; masks are not."""
    with OnvifDevice(streams(), quirks={quirk}) as device:
        told = asked(device, Device.describe)
        address = asked(device, lambda reached: reached.stream_address("sub"))
    assert [p.width for p in told.profiles] == [1920, 640]
    assert not told.hides
    assert address == "rtsp://owner:synthetic@127.0.0.1:8554/sub"


def test_what_is_no_address_is_called_that():
    """A service that has none is not offered; a stream that has none is an error of the camera's."""
    with OnvifDevice(streams(), quirks={"no-address"}) as device:
        told = asked(device, Device.describe)
        assert not told.tells_events
        assert [p.width for p in told.profiles] == [1920, 640]
        with pytest.raises(UnreadableAddress, match="cannot be read"):
            asked(device, lambda reached: reached.stream_address("sub"))


def test_hevc_is_told_as_hevc():
    """Media2 knows it; a camera's main stream in HEVC is not taken for H.264."""
    main, sub = streams()
    main.codec = "H265"
    with OnvifDevice([main, sub]) as device:
        assert [p.codec for p in asked(device, Device.describe).profiles] == ["H265", "H264"]


def test_a_login_goes_only_to_the_host_that_was_asked():
    """A camera that tells addresses elsewhere is used where it answers, for its services and its streams."""
    with OnvifDevice(streams(), quirks={"other-host"}) as device:
        assert asked(device, Device.describe).model == "Pretended doorbell"
        address = asked(device, lambda reached: reached.stream_address("main"))
    assert address == "rtsp://owner:synthetic@127.0.0.1:8554/main"


def test_a_password_with_signs_in_it_reaches_the_stream():
    """It is written so that a slash or an at sign in it ends nothing."""
    login = Login(user="owner", password="p@ss/w:rd&<")
    with OnvifDevice(streams(), password=login.password) as device:
        address = asked(device, lambda reached: reached.stream_address("main"), login)
    assert address == "rtsp://owner:p%40ss%2Fw%3Ard%26%3C@127.0.0.1:8554/main"


@pytest.mark.parametrize("quirks", [set(), {"no-media2"}])
def test_the_gop_is_set_and_nothing_else(quirks):
    """By Media2 or by Media; size, rate and codec stay."""
    main, sub = streams()
    main.gop_frames = 200
    with OnvifDevice([main, sub], quirks=quirks) as device:

        async def mend(reached):
            profile = (await reached.profiles())[0]
            assert profile.gop_seconds == 10
            await reached.set_gop(profile, 2.0)
            return (await reached.profiles())[0]

        mended = asked(device, mend)
    assert mended.gop_seconds == 2
    assert (mended.width, mended.fps, mended.codec) == (1920, 20, "H264")
    assert sub.gop_frames == 20


def test_it_is_found_behind_a_host_and_a_port(device):
    """An owner types an address; the path to the device service is the hub's business."""
    typed = f"127.0.0.1:{device.port}"
    assert asyncio.run(locate(typed, SystemClock())) == device.address
    assert asyncio.run(locate(device.address, SystemClock())) == device.address


def test_what_is_no_camera_is_named():
    """A closed port, a port that speaks something else, and words that are no address."""
    with OnvifDevice(streams()) as device:
        gone = device.address
    with pytest.raises(CameraUnreachable):
        asyncio.run(locate(gone, SystemClock()))
    for typed in ("", "a b", "192.168.1..2", "ftp://192.168.1.2", "http://owner:secret@192.168.1.2"):
        with pytest.raises(BadOnvifAddress):
            asyncio.run(locate(typed, SystemClock()))


def test_no_error_and_no_repr_holds_the_login(device):
    """Whatever goes wrong, the password stands nowhere that is logged or shown."""
    login = Login(user="owner", password="hush-hush")
    with pytest.raises(OnvifLoginRefused) as refused:
        asked(device, Device.describe, login)
    assert "hush" not in repr(refused.value) + str(refused.value) + repr(login)
