"""A hub that was started for every device at home, and phones that come to trust it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from browser.conftest import FLAGS, PATIENCE_MS, PHONE
from latchstring.hub.https.machine import host_names
from latchstring.testing.waiting import until

WHY_NOT = "Chromium or certutil is missing (Debian: apt install chromium libnss3-tools)"
HUB = host_names()[0]
FROM_ELSEWHERE = {"X-Forwarded-For": "192.168.1.50"}
"""The hub believes this of its own machine only, as of a proxy there."""

Phone = Callable[..., BrowserContext]


@dataclass(frozen=True)
class Running:
    """`said`: what its owner reads where it was started."""

    plain: str
    secure: str
    at_home: str
    said: str


def available() -> bool:
    return _chromium() is not None and shutil.which("certutil") is not None


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def phones(folder: Path) -> Iterator[Phone]:
    """New browsers, phones of this size unless told otherwise; they trust the certificates that are given."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, ExitStack() as opened:

        def take(*trusts: Path, elsewhere: bool = True, **context: object) -> BrowserContext:
            home = folder / f"browser-{len(list(folder.glob('browser-*')))}"
            kept = home / ".pki" / "nssdb"
            kept.mkdir(parents=True)
            subprocess.run(["certutil", "-d", f"sql:{kept}", "-N", "--empty-password"], check=True)
            for each in trusts:
                added = ["certutil", "-d", f"sql:{kept}", "-A", "-t", "C,,", "-n", "home", "-i", each]
                subprocess.run(added, check=True)
            names = f"--host-resolver-rules=MAP {HUB} 127.0.0.1, MAP bank.example 127.0.0.1"
            browser = playwright.chromium.launch(
                executable_path=_chromium(), args=[*FLAGS, names], env={**os.environ, "HOME": str(home)}
            )
            opened.callback(browser.close)
            given = {"viewport": PHONE, "locale": "en-GB", **context}
            made = browser.new_context(**given, extra_http_headers=FROM_ELSEWHERE if elsewhere else {})
            made.set_default_timeout(PATIENCE_MS)
            return made

        yield take


@contextmanager
def running(folder: Path, *arguments: object, owned_by: Path | None = None) -> Iterator[Running]:
    """A hub on free ports. `owned_by`: set up before, with the password in this file."""
    command = [sys.executable, "-m", "latchstring.cli.main", "hub", "--data", str(folder / "data")]
    if owned_by is not None:
        subprocess.run([*command, "setup", "--password-file", owned_by], check=True, capture_output=True)
    command += [*map(str, arguments), "--host", "0.0.0.0", "--port", "0", "--https-port", "0"]
    with (folder / "said").open("w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        said = until(lambda: (text := (folder / "said").read_text()) and "Fingerprint" in text and text)
        plain, secure = (re.search(rf"{scheme}://\S+:(\d+)/", said)[1] for scheme in ("http", "https"))
        until(lambda: _answers(f"http://127.0.0.1:{plain}/healthz"))
        yield Running(
            f"http://{HUB}:{plain}/", f"https://{HUB}:{secure}/", f"http://localhost:{plain}/", said
        )
    finally:
        child.terminate()
        child.wait()


def certificate_from(page: Page, folder: Path) -> Path:
    """As the page gives it to the phone that shows it."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Get the certificate").first.click()
    assert download.value.suggested_filename == "latchstring-ca.crt"
    download.value.save_as(folder / "given.crt")
    return folder / "given.crt"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
