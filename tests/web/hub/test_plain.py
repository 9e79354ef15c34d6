"""Plain http, once the hub has https: other devices are taught and sent on, this machine goes on as before."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.websockets import WebSocketDisconnect

from latchstring.hub.daemon import Hub
from latchstring.hub.https.certificates import HomeCertificate
from latchstring.hub.settings import HubSettings
from latchstring.testing.clock import FakeClock
from latchstring.web.hub.app import create_app
from latchstring.web.hub.plain import PlainHttp
from web.browser import PASSWORD, Browser

PHONE = ("192.168.1.50", 50_000)
Visit = Callable[..., Browser]


@pytest.fixture
def new_hub(tmp_path: Path, clock: FakeClock) -> Iterator[Hub]:
    """One that other devices reach; it has no owner yet."""
    hub = Hub(HubSettings(data=tmp_path / "data", host="0.0.0.0", names=["192.168.1.20"]), clock=clock)
    yield hub
    hub.stop()


@pytest.fixture
def visit(hub: Hub) -> Visit:
    """A browser on some machine, at the hub's plain address or at its https one."""

    def come(base: str = "http://192.168.1.20:8700", *, client=PHONE, teaches: bool = True) -> Browser:
        app = create_app(hub)
        open_ = PlainHttp(app, https_port=8743, teaches=teaches) if base.startswith("http:") else app
        return Browser(open_, base_url=base, client=client, follow_redirects=False)

    return come


def test_a_phone_is_sent_on_with_the_whole_address(visit: Visit) -> None:
    """Also what it wanted to do there; the page that it is sent to asks it to sign in anew."""
    phone = visit()
    for method, path in (
        ("GET", "/api/cameras?x=1"),
        ("POST", "/api/session"),
        ("GET", "/metrics"),
        ("GET", "/sw.js"),
    ):
        answer = phone.request(method, path)
        assert (answer.status_code, answer.headers["Location"]) == (307, f"https://192.168.1.20:8743{path}")
    answer = phone.get("http://192.168.1.20:8700//evil.example/")
    assert answer.headers["Location"].startswith("https://192.168.1.20:8743/")
    with pytest.raises(WebSocketDisconnect):
        phone.websocket_connect("/api/happenings").__enter__()


def test_what_it_needs_to_trust_the_hub_stands_open(visit: Visit, hub: Hub) -> None:
    """The certificate, Apple's profile with the same one in it, the fingerprint, a code for the camera."""
    assert isinstance(hub.certificate, HomeCertificate)
    authority, phone = hub.certificate.authority, visit()
    told = phone.get("/api/trust").json()
    assert told["fingerprint"] == authority.fingerprint
    assert (told["address"], told["secure"]) == ("http://192.168.1.20:8700/", "https://192.168.1.20:8743/")
    assert told["covered"] is True
    given = phone.get("/ca.crt")
    assert given.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_pem_x509_certificate(given.content) == authority.certificate
    profile = phone.get("/ca.mobileconfig")
    assert profile.headers["Content-Type"] == "application/x-apple-aspen-config"
    [root] = plistlib.loads(profile.content)["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    assert root["PayloadContent"] == authority.certificate.public_bytes(Encoding.DER)
    assert profile.content == phone.get("/ca.mobileconfig").content
    assert phone.get("/api/trust/qr.svg").headers["Content-Type"] == "image/svg+xml"
    assert phone.get("/healthz").json() == {"ok": True}


def test_a_name_that_the_certificate_does_not_say_is_told(visit: Visit) -> None:
    """A container does not know under which address its machine is reached."""
    assert visit("http://192.168.1.99:8700").get("/api/trust").json()["covered"] is False


def test_a_button_without_certificates_can_still_ring(visit: Visit, hub: Hub) -> None:
    """Its address is a plain one, also where the owner's page came by https; a wrong token rings nowhere."""
    camera = hub.video.add_camera("Porch", "synthetic:", None).id
    desk = visit("https://192.168.1.20:8743")
    desk.sign_in()
    path = desk.put(f"/api/cameras/{camera}/doorbell", json={"is_on": True}).json()["press_path"]
    assert path.startswith(f"http://192.168.1.20:8700/api/doorbell/{camera}/press?token=")
    assert visit().get(path).status_code == 204
    assert visit().get(path + "x").status_code == 401
    at_home = visit(client=("127.0.0.1", 50_000))
    at_home.sign_in()
    assert at_home.get(f"/api/cameras/{camera}/doorbell").json()["press_path"].startswith("/api/doorbell/")


def test_this_machine_and_a_proxy_on_it_go_on_as_before(visit: Visit) -> None:
    """What is said to localhost goes over no wire."""
    for client in (("127.0.0.1", 50_000), ("::1", 50_000)):
        assert visit("http://localhost:8700", client=client).get("/api/setup").json()["needed"] is False


def test_cookies_are_for_https_alone_there(visit: Visit) -> None:
    for browser, secure in (
        (visit("https://192.168.1.20:8743"), True),
        (visit(client=("127.0.0.1", 1)), False),
    ):
        answer = browser.post("/api/session", json={"password": PASSWORD})
        assert [("Secure" in each) for each in answer.headers.get_list("Set-Cookie")] == [secure, secure]


def test_with_a_certificate_of_the_owners_nothing_is_taught(visit: Visit, hub: Hub) -> None:
    """The front page is sent on like every other, and there is no authority to trust."""
    hub.certificate = None
    phone = visit(teaches=False)
    assert phone.get("/").headers["Location"] == "https://192.168.1.20:8743/"
    assert phone.get("/api/trust").json() is None
    for path in ("/ca.crt", "/ca.mobileconfig", "/api/trust/qr.svg"):
        assert (phone.get(path).status_code, phone.get(path).json()["error"]) == (404, "nothing_to_trust")


@pytest.mark.parametrize(
    ("given", "serves"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "192.168.1.20"}, True),
        ({"host": "0.0.0.0", "https": "off"}, False),
        ({"https": "on"}, True),
        ({"certificate": Path("c.pem"), "certificate_key": Path("k.pem")}, True),
    ],
)
def test_https_is_there_as_soon_as_other_devices_can_come(given, serves: bool) -> None:
    assert HubSettings(**given).serves_https is serves
