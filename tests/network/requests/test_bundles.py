"""Bundles: one static file for each coarse cell, for everybody in it the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from latchstring.base import geo
from latchstring.network.database.roles import Role
from latchstring.network.places import store as places
from latchstring.network.places.models import PlaceCell
from latchstring.network.requests import service
from latchstring.network.requests.bundles import LIFETIME, RENEW_AFTER, Publisher, file_of
from latchstring.protocol.bundle import open_bundle
from latchstring.protocol.record import verify_record
from latchstring.protocol.statements import Vote, sign_vote
from latchstring.testing.network import TOWN
from latchstring.testing.storage import MemoryStorage
from network.conftest import NOW
from network.requests.test_service import NETWORK, prepare, submit

CELL = TOWN.cell(geo.COARSE_RESOLUTION)
ELSEWHERE = "8928308280fffff"


@pytest.fixture
def files() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def publisher(database, tiles, files, signer, writer) -> Publisher:
    with database.transaction(Role.DOOR) as db:
        homes = [PlaceCell(cell=TOWN.cell(9), dwellings=30), PlaceCell(cell=ELSEWHERE, dwellings=5)]
        places.put(homes, db=db)
    return Publisher(database, tiles=tiles, storage=files, signer=signer)


def opened(files, signer, cell=CELL, *, now=NOW):
    return open_bundle(
        files.get(file_of(cell)),
        verifier=signer.verifier,
        origin=NETWORK,
        cell=cell,
        now=now,
        not_before=None,
    )


def approve(database, officer, reviewers, signers):
    asked = submit(database, officer, prepare(database, officer, signers))
    for reviewer in reviewers[:2]:
        vote = Vote(request=asked.id, statement_sha256=asked.statement_sha256, reviewer=reviewer.holder,
                    verdict="for", reason="within-the-rules", at=NOW)  # fmt: skip
        with database.transaction(Role.REVIEW) as db:
            service.vote(
                asked.id, sign_vote(vote, signers.keys[reviewer.holder]), reviewer=reviewer, now=NOW, db=db
            )
    return asked


def test_every_coarse_cell_with_homes_has_a_bundle_from_the_start(publisher, files, signer):
    """An empty one, so that the first request there is no surprise in anybody's traffic."""
    published = publisher.publish_due(now=NOW)

    assert {CELL, geo.parent(ELSEWHERE, geo.COARSE_RESOLUTION)} <= set(published)
    assert all(opened(files, signer, cell).records == () for cell in published)


def test_a_bundle_carries_what_a_hub_needs_to_judge_by_itself(
    database, publisher, writer, files, signer, officer, reviewers, signers
):
    """Statement, votes, policy and proofs hold against the ledger's key alone."""
    asked = approve(database, officer, reviewers, signers)
    publisher.publish_due(now=NOW)
    assert opened(files, signer).records == ()  # not under a checkpoint yet: no home hears of it
    writer.integrate()

    assert publisher.publish_due(now=NOW) == sorted(asked.statement.coarse_cells)

    [record] = opened(files, signer).records
    assert verify_record(record, verifier=signer.verifier, origin=NETWORK, now=NOW).id == asked.id


def test_a_bundle_is_published_again_when_it_changes_or_grows_old_and_not_otherwise(publisher, files, signer):
    """Within the hour it is the same file, so that a cache can carry it."""
    publisher.publish_due(now=NOW)
    before = files.get(file_of(CELL))

    assert publisher.publish_due(now=NOW + RENEW_AFTER - timedelta(seconds=1)) == []
    assert files.get(file_of(CELL)) == before
    later = NOW + RENEW_AFTER
    assert CELL in publisher.publish_due(now=later)

    renewed = opened(files, signer, now=later)
    assert (renewed.issued_at, renewed.expires_at) == (later, later + LIFETIME)


def test_an_expired_request_leaves_its_bundle(
    database, publisher, writer, files, signer, officer, reviewers, signers
):
    """Nobody is asked what can no longer be answered."""
    approve(database, officer, reviewers, signers)
    writer.integrate()
    publisher.publish_due(now=NOW)
    assert len(opened(files, signer).records) == 1
    close = NOW + timedelta(days=3)

    publisher.publish_due(now=close)

    assert opened(files, signer, now=close).records == ()
