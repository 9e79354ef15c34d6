"""Bundles: the network's own, of this cell, fresh; each wrong one is named by its step."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.signing import sign
from latchstring.ledger.checkpoint import Checkpoint, sign_checkpoint
from latchstring.ledger.note import Signer
from latchstring.ledger.verify import RolledBack, SplitView, verify_grown
from latchstring.protocol import bundle as bundles
from latchstring.protocol.bundle import (
    BUNDLE,
    MAX_BUNDLE_BYTES,
    Bundle,
    BundleCheckpointForged,
    BundleError,
    BundleForged,
    BundleTooLarge,
    BundleUnreadable,
    ProofElsewhere,
    StaleBundle,
    WrongCell,
    WrongNetwork,
    encode,
    open_bundle,
)
from latchstring.protocol.record import NotInLog, RecordError, StatementForged, VoteRefused, verify_record
from latchstring.protocol.statements import REQUEST
from latchstring.testing.town import MIDDLE, NOW, ORIGIN, Town, key

CELL = MIDDLE.cell(6)
LATER = NOW + timedelta(hours=1)


def opened(town: Town, data: bytes, **changes: Any) -> Bundle:
    given = {
        "verifier": town.signer.verifier, "origin": ORIGIN, "cell": CELL, "now": LATER, "not_before": None,
    }  # fmt: skip
    return open_bundle(data, **given | changes)


@pytest.fixture
def bundle(town: Town) -> Bundle:
    first = town.request()
    town.approve(first)
    second = town.approve(town.request())
    return town.bundle(second)


def test_what_the_network_signed_comes_out(town: Town, bundle: Bundle) -> None:
    """And each record in it can be judged."""
    found = opened(town, encode(bundle, town.signer))
    assert found == bundle
    for record in found.records:
        verify_record(record, verifier=town.signer.verifier, origin=ORIGIN, now=LATER)


def test_an_empty_bundle_is_a_bundle(town: Town) -> None:
    """Most cells have no request most of the time."""
    assert opened(town, encode(town.bundle(), town.signer)).records == ()


def test_each_error_has_its_own_step() -> None:
    assert [kind.step for kind in BundleError.__subclasses__()] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_10_mb_is_refused_before_it_is_read(town: Town) -> None:
    """Not even parsed; the same as JSON that is too deep is refused when it is read."""
    with pytest.raises(BundleTooLarge) as raised:
        opened(town, b"[" * 10_000_000)
    assert raised.value.status == 413
    with pytest.raises(BundleUnreadable):
        opened(town, b"[" * MAX_BUNDLE_BYTES)


def test_another_networks_bundle(town: Town) -> None:
    """Signed by another network's key; or by ours, but saying it is another's."""
    elsewhere = Town("elsewhere.test/ledger")
    with pytest.raises(WrongNetwork):
        opened(town, encode(elsewhere.bundle(), elsewhere.signer))
    with pytest.raises(WrongNetwork):
        opened(town, encode(town.bundle(origin="elsewhere.test/ledger"), town.signer))


def test_changed_on_the_way(town: Town, bundle: Bundle) -> None:
    envelope = sign(canonical.encode(bundle.to_json()), BUNDLE, town.signer.key)
    forged = replace(envelope, payload=envelope.payload.replace(b'"records":[', b'"records":[ '))
    with pytest.raises(BundleForged):
        opened(town, forged.encode())


def test_signed_by_a_forger_who_names_our_key(town: Town, bundle: Bundle) -> None:
    forged = sign(canonical.encode(bundle.to_json()), BUNDLE, key("forger"))
    with pytest.raises(BundleForged):
        opened(town, replace(forged, keyid=town.signer.key.verify_key.fingerprint).encode())


def test_another_thing_that_the_log_key_signed(town: Town, bundle: Bundle) -> None:
    """The type is signed too: a request or a bundle of a later version is no bundle."""
    for kind in (REQUEST, BUNDLE.replace("v=1", "v=2")):
        other = sign(canonical.encode(bundle.to_json()), kind, town.signer.key)
        with pytest.raises(BundleUnreadable):
            opened(town, other.encode())


def test_another_cells_bundle(town: Town, bundle: Bundle) -> None:
    with pytest.raises(WrongCell):
        opened(town, encode(replace(bundle, cell="861faa797ffffff"), town.signer))


@pytest.mark.parametrize(
    ("changes", "now", "not_before"),
    [
        pytest.param({}, NOW + timedelta(hours=24), None, id="yesterday's"),
        pytest.param({}, NOW - timedelta(minutes=11), None, id="dated ahead"),
        pytest.param({}, LATER, NOW + timedelta(seconds=1), id="older than the last seen"),
        pytest.param({"expires_at": NOW + timedelta(days=3)}, LATER, None, id="good for three days"),
        pytest.param({"expires_at": NOW}, NOW - timedelta(minutes=1), None, id="good for no time"),
    ],
)
def test_stale(
    town: Town, bundle: Bundle, changes: dict[str, datetime], now: datetime, not_before: datetime | None
) -> None:
    data = encode(replace(bundle, **changes), town.signer)
    with pytest.raises(StaleBundle):
        opened(town, data, now=now, not_before=not_before)


def test_fresh_enough(town: Town, bundle: Bundle) -> None:
    """Until the last second; a little ahead of this clock; and the very one that was seen before."""
    data = encode(bundle, town.signer)
    for now in (NOW - timedelta(minutes=10), NOW, NOW + timedelta(hours=24) - timedelta(seconds=1)):
        assert opened(town, data, now=now, not_before=NOW) == bundle


def test_forged_checkpoint(town: Town, bundle: Bundle) -> None:
    forger = Signer(ORIGIN, key("forger"))
    checkpoint = sign_checkpoint(town.checkpoint, forger)
    with pytest.raises(BundleCheckpointForged):
        opened(town, encode(replace(bundle, checkpoint=checkpoint, records=()), town.signer))


def test_proofs_under_another_checkpoint(town: Town, bundle: Bundle) -> None:
    """Every proof is under the bundle's own checkpoint, so that one consistency check covers all."""
    town.approve(town.request())
    with pytest.raises(ProofElsewhere):
        opened(town, encode(replace(bundle, checkpoint=town.checkpoint_text), town.signer))


def test_tampered_statement_vote_or_proof_inside_a_signed_bundle(town: Town, bundle: Bundle) -> None:
    """A network that signs a bundle with a changed record gets no further: the hub judges each record."""
    [record] = bundle.records
    request = replace(record.request, payload=record.request.payload.replace(b"burglary", b"homicide"))
    vote = replace(record.votes[0], signature=bytes(64))
    entries = (replace(record.entries[0], proof=record.entries[1].proof), *record.entries[1:])
    for tampered, error in [
        (replace(record, request=request), StatementForged),
        (replace(record, votes=(vote, record.votes[1])), VoteRefused),
        (replace(record, entries=entries), NotInLog),
    ]:
        [found] = opened(town, encode(replace(bundle, records=(tampered,)), town.signer)).records
        with pytest.raises(error):
            verify_record(found, verifier=town.signer.verifier, origin=ORIGIN, now=LATER)


def test_checkpoint_rolled_back_or_split(town: Town, bundle: Bundle) -> None:
    """A hub that has seen a larger log, or the same size of another history, refuses this one."""
    old = town.checkpoint
    town.approve(town.request())
    with pytest.raises(RolledBack):
        verify_grown(town.storage, town.checkpoint, old)
    verify_grown(town.storage, old, town.checkpoint)

    fork = Town()
    fork.approve(fork.request())
    for seen in (fork.checkpoint, Checkpoint(ORIGIN, town.checkpoint.size, bytes(32))):
        with pytest.raises(SplitView):
            verify_grown(town.storage, seen, town.checkpoint)


@pytest.mark.parametrize("name", ["origin", "cell", "issued_at", "expires_at", "checkpoint", "records"])
def test_incomplete_or_misformed_bundle(town: Town, bundle: Bundle, name: str) -> None:
    for change in ({}, {name: 7}, {name: None}, {name: ["x"]}):
        value = {k: v for k, v in bundle.to_json().items() if k != name} | change
        data = sign(canonical.encode(value), BUNDLE, town.signer.key).encode()
        with pytest.raises(BundleUnreadable):
            opened(town, data)


def test_unknown_field_is_refused(town: Town, bundle: Bundle) -> None:
    data = sign(canonical.encode(bundle.to_json() | {"urgent": True}), BUNDLE, town.signer.key).encode()
    with pytest.raises(BundleUnreadable):
        opened(town, data)


TOWN = Town()
DATA = encode(TOWN.bundle(TOWN.approve(TOWN.request())), TOWN.signer)


@settings(max_examples=200)
@given(at=st.integers(0, len(DATA) - 1), byte=st.integers(0, 255))
def test_any_single_changed_byte_is_refused(at: int, byte: int) -> None:
    """It no longer reads, or the signature no longer fits; or it says the very same."""
    changed = DATA[:at] + bytes([byte]) + DATA[at + 1 :]
    with contextlib.suppress(BundleError):
        assert opened(TOWN, changed) == opened(TOWN, DATA)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(BundleError):
        opened(TOWN, data)


def test_records_fail_as_record_errors_only(town: Town, bundle: Bundle) -> None:
    """A record without anything in it is still answered by a numbered step."""
    [record] = bundle.records
    with pytest.raises(RecordError):
        verify_record(
            replace(record, votes=(), entries=()), verifier=town.signer.verifier, origin=ORIGIN, now=LATER
        )
    assert bundles.decode(DATA, TOWN.signer.verifier).records
