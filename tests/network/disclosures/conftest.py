"""An owner who shares for an approved request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from latchstring.base.signing import SigningKey
from latchstring.base.time import TimeRange
from latchstring.hub.uplink.client import NetworkClient
from latchstring.protocol.messages import DisclosurePost
from latchstring.protocol.record import RequestRecord
from latchstring.protocol.statements import peek_request
from latchstring.sealing.keys import disclosure_key
from latchstring.sealing.manifest import Disclosure, peek_disclosure
from latchstring.sealing.seal import Asked, seal_disclosure
from latchstring.testing.network import TOWN, Staff, TestNetwork, case_key
from latchstring.testing.packages import clips_of

_cases = count(1)


@dataclass(frozen=True)
class Approved:
    """A request that may be answered, as its bundle carries it."""

    record: RequestRecord
    identity: str

    @property
    def asked(self) -> Asked:
        request = peek_request(self.record.request)
        return Asked(
            request=request.id,
            network=request.network,
            agency=request.agency,
            statement_sha256=self.record.statement_sha256,
            policy_sha256=request.policy.sha256,
            recipient=request.recipient,
            expires_at=request.expires_at,
        )

    @property
    def window(self) -> TimeRange:
        return peek_request(self.record.request).window


@dataclass(frozen=True)
class Shared:
    """What an owner sealed, and the message that hands it in."""

    ciphertext: bytes
    post: DisclosurePost
    key: SigningKey

    @property
    def disclosure(self) -> Disclosure:
        return peek_disclosure(self.post.disclosure)

    @property
    def sha256(self) -> str:
        return self.disclosure.ciphertext.sha256


def approve_one(network: TestNetwork, staff: Staff) -> Approved:
    identity, recipient = case_key()
    draft = network.draft(case=f"D-{next(_cases)}", recipient=recipient)
    request = staff.officer.ask(draft)
    network.approve(request, staff)
    bundle = network.wait_for_bundle(request, TOWN.cell(6))
    [record] = [r for r in bundle.records if request.encode() in r.request.payload]
    return Approved(record, identity)


def seal(approved: Approved, folder: Path, network: TestNetwork) -> Shared:
    device = SigningKey.generate()
    start = approved.window.start
    sealed = seal_disclosure(
        clips_of(b"a clip " * 5000, during=TimeRange(start, start + timedelta(minutes=1))),
        asked=approved.asked,
        device=device,
        agreed_at=network.now,
        now=network.now,
        folder=folder,
    )
    key = disclosure_key(device, approved.asked.request)
    post = DisclosurePost(sealed.disclosure, sealed.receipt, key.verify_key)
    return Shared(sealed.path.read_bytes(), post, key)


@pytest.fixture(scope="session")
def approved(network: TestNetwork, staff: Staff) -> Approved:
    return approve_one(network, staff)


@pytest.fixture
def shared(approved: Approved, network: TestNetwork, tmp_path: Path) -> Shared:
    return seal(approved, tmp_path / "sealed", network)


@pytest.fixture
def hub(network: TestNetwork) -> Iterator[NetworkClient]:
    with NetworkClient(network.url) as client:
        yield client
