import itertools
import socket
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.decode import Decoder
from latchstring.hub.cameras.errors import (
    CameraError,
    CameraSilent,
    CameraUnreachable,
    NoSuchStream,
    NotVideo,
    UnsupportedCodec,
    WrongLogin,
)
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.rtsp_call import SILENT_SECONDS
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.calls import answering
from latchstring.testing.films import film
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available

needs_server = pytest.mark.skipif(not available(), reason=WHY_NOT)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    film(folder / "porch.mp4", Scene(width=320, height=240, fps=20), 4)
    film(folder / "b.mp4", Scene(width=320, height=240, fps=20, b_frames=2), 4)
    mounts = {
        "/porch": f"file:{folder}/porch.mp4",
        "/b": f"file:{folder}/b.mp4",
        "/hevc": "hevc:320x240@10",
    }
    with RtspServer(mounts, login="digest", password="p@ss/word") as server:
        yield server


@pytest.fixture
def opener():
    return CameraOpener(SystemClock())


@needs_server
def test_the_first_keyframe_is_not_lost(server, opener):
    """It is the first packet, and every later one is as far from the one before as the camera says."""
    with closing(opener.open(server.url("/porch"))) as source:
        packets = list(itertools.islice(source.packets(), 10))
    assert h264.has_keyframe(h264.split(packets[0].data, None))
    steps = {b.dts - a.dts for a, b in itertools.pairwise(packets)}
    assert steps == {source.info.timescale // 20}


@needs_server
def test_b_frames_come_with_rising_decode_times(server, opener):
    """Frames that wait for later ones keep their order on the wire, and decode."""
    with closing(opener.open(server.url("/b"))) as source:
        packets = list(itertools.islice(source.packets(), 30))
        decoder = Decoder(source.info.extradata)
    assert [p.dts for p in packets] == sorted({p.dts for p in packets})
    assert all(p.pts >= p.dts for p in packets)
    shown = [p.pts for packet in packets for p in decoder.frames(packet.data, packet.pts)]
    assert shown == sorted(shown)


@needs_server
@pytest.mark.parametrize("kind", ["basic", "digest"])
def test_both_logins_are_spoken(kind, tmp_path, opener):
    """Basic and Digest; the password may hold any sign."""
    film(tmp_path / "porch.mp4", Scene(width=128, height=96), 2)
    mounts = {"/porch": f"file:{tmp_path}/porch.mp4"}
    with RtspServer(mounts, login=kind, password="ä:@/?#") as server:
        opener.open(server.url("/porch")).close()
        with pytest.raises(WrongLogin):
            opener.open(server.url("/porch", password="wrong"))


@needs_server
def test_an_encrypted_stream_is_opened(tmp_path, opener):
    """Over TLS the login is asked for as well; cameras sign their certificates themselves."""
    film(tmp_path / "porch.mp4", Scene(width=128, height=96), 2)
    mounts = {"/porch": f"file:{tmp_path}/porch.mp4"}
    with RtspServer(mounts, login="digest", certificate=self_signed(tmp_path / "camera.pem")) as server:
        assert server.url("/porch").startswith("rtsps://")
        with closing(opener.open(server.url("/porch"))) as source:
            [packet] = itertools.islice(source.packets(), 1)
        assert h264.has_keyframe(h264.split(packet.data, None))
        with pytest.raises(WrongLogin):
            opener.open(server.url("/porch", password="wrong"))
        with pytest.raises(CameraError):
            opener.open(server.url("/porch").replace("rtsps:", "rtsp:"))


@needs_server
@pytest.mark.parametrize(
    ("path", "login", "error"),
    [
        ("/porch", {"password": "hunter2"}, WrongLogin),
        ("/nothing", {}, NoSuchStream),
        ("/hevc", {}, UnsupportedCodec),
    ],
)
def test_each_refusal_is_its_own_error(server, opener, path, login, error):
    """What the camera refuses is said in words, and never with the login."""
    with pytest.raises(error) as raised:
        opener.open(server.url(path, **login))
    assert_says_no_secret(raised.value, "hunter2", "p@ss", "p%40ss")


def test_nobody_at_the_address(opener):
    """A closed port is a camera without power, as far as anyone can tell."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(CameraUnreachable) as raised:
        opener.open(f"rtsp://owner:hunter2@127.0.0.1:{port}/porch")
    assert_says_no_secret(raised.value, "hunter2")


def test_something_else_answers(opener):
    """A web server is no camera."""
    with (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") as port,
        pytest.raises(NotVideo) as raised,
    ):
        opener.open(f"rtsp://owner:hunter2@127.0.0.1:{port}/porch")
    assert_says_no_secret(raised.value, "hunter2")


def test_something_answers_garbage(opener):
    """Noise is no camera either."""
    with answering(bytes(range(256)) * 40) as port, pytest.raises((NotVideo, CameraSilent)) as raised:
        opener.open(f"rtsp://owner:hunter2@127.0.0.1:{port}/porch")
    assert_says_no_secret(raised.value, "hunter2")


@pytest.mark.slow
def test_something_answers_nothing(opener):
    """A port that takes the call and stays silent is noticed within five seconds."""
    assert SILENT_SECONDS < 5
    with answering(None) as port, pytest.raises(CameraSilent) as raised:
        opener.open(f"rtsp://owner:hunter2@127.0.0.1:{port}/porch")
    assert_says_no_secret(raised.value, "hunter2")


def self_signed(path):
    """A camera's certificate and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + secret)
    return path


def assert_says_no_secret(error, *secrets):
    """Neither in the message, nor in what a traceback would print with it."""
    said = [str(error), repr(error)]
    if error.__cause__ is not None or not error.__suppress_context__:
        said += [repr(error.__cause__), repr(error.__context__)]
    assert not [secret for secret in secrets if any(secret in text for text in said)]
