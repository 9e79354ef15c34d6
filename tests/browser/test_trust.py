"""Trusting a hub that was started for other devices: what a browser says before, and what it can do after."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from browser.everybody import faults_of
from browser.home import CAMERA, PASSWORD, PLAYING
from browser.test_notifications import SUBSCRIBE
from browser.trusting import HUB, WHY_NOT, Phone, Running, available, certificate_from, phones, running
from latchstring.hub.https import authority as rules
from latchstring.hub.https.certificates import HomeCertificate, front
from latchstring.hub.https.machine import Reached, reached
from latchstring.testing.clock import FakeClock
from latchstring.testing.listening import Listener
from latchstring.testing.push_service import Subscription
from latchstring.testing.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (Path(__file__).parents[2] / "src/latchstring/web/static/hub/trust.html").is_file(),
        reason="the pages are not built; run scripts/setup",
    ),
    pytest.mark.skipif(not available(), reason=WHY_NOT),
]


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    with phones(tmp_path) as phone:
        yield phone


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    """As its owner starts it for every device at home."""
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "hub.toml").write_text(f'[[camera]]\nname = "Porch"\nurl = "{CAMERA}"\n')
    with running(tmp_path, "--config", tmp_path / "hub.toml", owned_by=tmp_path / "password") as hub:
        yield hub


def test_a_phone_is_taught_first_and_led_on_once_it_trusts(
    phone: Phone, hub: Running, tmp_path: Path
) -> None:
    """The certificate comes from the page, its fingerprint stands on both sides; then live view and push work."""
    page = phone().new_page()
    page.goto(hub.plain)
    assert faults_of(page, "Trust your hub") == []
    expect(page.get_by_role("link", name="Get the certificate").first).to_be_visible()
    fingerprint = page.locator("code").inner_text()
    assert [fingerprint[:47], fingerprint[48:]] == re.findall(r"^ {4}(\S+)$", hub.said, re.MULTILINE)
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.context.new_page().goto(hub.secure)
    given = certificate_from(page, tmp_path)

    context = phone(given)
    context.grant_permissions(["notifications"], origin=hub.secure.rstrip("/"))
    page = context.new_page()
    page.goto(f"{hub.plain}#/settings/notifications")
    page.wait_for_url(f"{hub.secure}#/settings/notifications")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    _is_notified(page)
    page.goto(f"{hub.secure}#/")
    page.get_by_role("link", name="Open Porch").click()
    page.wait_for_function(PLAYING, arg="Live picture of Porch")
    assert all(cookie["secure"] for cookie in context.cookies())
    page.goto(f"{hub.secure}#/settings")
    page.get_by_role("link", name="Add a phone or computer").click()
    assert faults_of(page, "Trust your hub") == []
    expect(page.get_by_text("This device trusts your hub.")).to_be_visible()


def _is_notified(page: Page) -> None:
    """By its service worker, which Chromium registers only where the certificate holds."""
    with Listener() as listener:
        browser = Subscription(f"{listener.url}/push/phone")
        page.evaluate(SUBSCRIBE, browser.to_json())
        page.get_by_role("button", name="Notify this device").click()
        expect(page.get_by_text("This device is notified.", exact=True)).to_be_visible()
        assert (
            page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
            == page.url.partition("#")[0]
        )
        page.get_by_role("button", name="Send a test").click()
        until(lambda: listener.heard)
        assert b"title" in browser.open(listener.heard[0].body)


def test_a_phone_takes_no_other_host_from_the_homes_authority(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever steals its key cannot pose as a bank; under the hub's own name the same key is good."""
    clock = FakeClock(datetime.now(UTC))
    mine = HomeCertificate(tmp_path / "https", reached, clock)
    monkeypatch.setattr(rules, "vouched_for", lambda _authority, names: list(names))
    shutil.copytree(tmp_path / "https", tmp_path / "stolen")
    (tmp_path / "stolen" / "hub.pem").unlink()
    stolen = HomeCertificate(tmp_path / "stolen", lambda: Reached(("bank.example",), ()), clock)
    page = phone(tmp_path / "https" / "ca.crt").new_page()
    with _served(mine) as port:
        page.goto(f"https://{HUB}:{port}/")
        expect(page.get_by_text("here")).to_be_visible()
    with _served(stolen) as port, pytest.raises(Error, match="ERR_CERT"):
        page.context.new_page().goto(f"https://bank.example:{port}/")


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: HomeCertificate) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self._context = front(certificate)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, client = super().get_request()
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def handle_error(self, *_: object) -> None:
        """A browser hangs up on what it does not trust."""


@contextmanager
def _served(certificate: HomeCertificate) -> Iterator[int]:
    with _Server(certificate) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()
