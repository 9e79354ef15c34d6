"""A hub that is built but not started, its app, and its owner's browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from latchstring.hub.daemon import Hub
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.owner.password import hash_password
from latchstring.hub.settings import HubSettings
from latchstring.sealing import keys
from latchstring.sealing.recovery import RecoveryCode
from latchstring.testing.clock import FakeClock
from latchstring.testing.town import NOW
from latchstring.web.hub.app import create_app
from web.browser import PASSWORD, Browser


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def new_hub(tmp_path: Path, clock: FakeClock) -> Iterator[Hub]:
    """Without an owner yet."""
    hub = Hub(HubSettings(data=tmp_path / "data", names=["hub.example"], upload_delay_seconds=0), clock=clock)
    yield hub
    hub.stop()


@pytest.fixture(scope="session")
def made_once() -> tuple[str, keys.Household]:
    """A password's hash and a household's key: both take their time on purpose."""
    return hash_password(PASSWORD), keys.new_household(RecoveryCode.generate())


@pytest.fixture
def hub(new_hub: Hub, made_once: tuple[str, keys.Household]) -> Hub:
    hashed, household = made_once
    with new_hub.store.write() as db:
        owner_rows.add_owner(hashed, household, now=NOW, db=db)
        owner_rows.keep_choices(Choices(), db=db)
    return new_hub


@pytest.fixture
def stranger(hub: Hub) -> Browser:
    """Somebody on the home network who has no password."""
    return Browser(create_app(hub), base_url="http://localhost:8700")


@pytest.fixture
def owner(hub: Hub) -> Browser:
    browser = Browser(create_app(hub), base_url="http://localhost:8700")
    browser.sign_in()
    return browser
