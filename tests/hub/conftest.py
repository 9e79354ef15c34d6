"""What tests of the hub share: a store on disk, one with an owner, and a fixed instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.owner.password import hash_password
from latchstring.hub.store import Store
from latchstring.sealing import keys
from latchstring.sealing.recovery import RecoveryCode

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PASSWORD = "three quiet herons"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def made_once() -> tuple[str, keys.Household]:
    """A password's hash and a household's key: both take their time on purpose."""
    return hash_password(PASSWORD), keys.new_household(RecoveryCode.generate())


@pytest.fixture
def owned(store: Store, made_once: tuple[str, keys.Household]) -> Store:
    """A hub whose owner has the password `PASSWORD`."""
    hashed, household = made_once
    with store.write() as db:
        owner_rows.add_owner(hashed, household, now=NOW, db=db)
        owner_rows.keep_choices(Choices(), db=db)
    return store
