"""A log's key, and a log of any size in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from latchstring.base.signing import SigningKey
from latchstring.ledger import log
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.note import Signer, Verifier
from latchstring.testing.storage import MemoryStorage

ORIGIN = "latchstring.test/ledger"


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer(ORIGIN, SigningKey(bytes(range(32))))


@pytest.fixture(scope="session")
def verifier(signer: Signer) -> Verifier:
    return signer.verifier


@pytest.fixture
def grown(signer: Signer) -> Callable[..., tuple[MemoryStorage, Checkpoint]]:
    """Make a published log of the given entries, or of a given number of them."""

    def grow(entries: int | list[bytes]) -> tuple[MemoryStorage, Checkpoint]:
        if isinstance(entries, int):
            entries = [b'{"kind":"test","n":%d}' % i for i in range(entries)]
        storage = MemoryStorage()
        checkpoint = log.integrate(storage, old=Checkpoint.empty(ORIGIN), entries=entries)
        log.publish(storage, checkpoint, signer)
        return storage, checkpoint

    return grow
