"""A real Chromium, and apps served to it over loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from latchstring.hub.daemon import Hub
from latchstring.hub.settings import HubSettings
from latchstring.web.hub.app import create_app
from web.served import served

PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with its module: while it lives, its event loop counts as running in the tests' own thread."""
    with launched() as browser:
        yield browser


@contextmanager
def launched(*flags: str) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone in London that has never been here."""
    context = chromium.new_context(viewport=PHONE, timezone_id="Europe/London", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen: no script error, nothing refused by the content policy."""
    page = context.new_page()
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert wrong == []


@pytest.fixture
def serve() -> Iterator[Callable[[FastAPI], str]]:
    """Serve an app until the test ends; answers its address."""
    with ExitStack() as apps:
        yield lambda app: apps.enter_context(served(app))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    settings = HubSettings(
        data=tmp_path / "hub", follow_seconds=0.5, follow_jitter_seconds=0, upload_delay_seconds=0
    )
    with Hub(settings) as hub:
        yield hub


@pytest.fixture
def address(hub: Hub, serve: Callable[[FastAPI], str]) -> str:
    return serve(create_app(hub))
