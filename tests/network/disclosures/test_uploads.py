"""The spool: parts of uploads in files."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.network.database.roles import Role
from latchstring.network.disclosures import store
from latchstring.network.disclosures.blobs import DirectoryBlobs
from latchstring.network.disclosures.service import Intake
from latchstring.network.disclosures.uploads import (
    BadUploadName,
    Spool,
    SpoolFull,
    UploadBusy,
    UploadTooLarge,
    WrongOffset,
)
from latchstring.testing.disk import MayNotMount, fill, tiny_disk
from network.conftest import NOW

DATA = b"age-encryption.org/v1\n" + bytes(range(256)) * 20
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def spool(tmp_path) -> Spool:
    return Spool(tmp_path / "uploads", max_bytes=10_000, max_total_bytes=20_000)


def put(spool: Spool, offset: int, data: bytes, name: str = NAME) -> None:
    with spool.part(name, offset) as part:
        part.write(data)


@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=6))
def test_however_an_upload_is_cut_the_whole_comes_together(tmp_path_factory, cuts):
    """Parts of any size, empty ones too."""
    spool = Spool(tmp_path_factory.mktemp("uploads"), max_bytes=10_000, max_total_bytes=20_000)
    borders = [0, *sorted(cuts), len(DATA)]

    for start, end in pairwise(borders):
        assert spool.offset(NAME) == start
        put(spool, start, DATA[start:end])

    assert spool.whole(NAME, len(DATA)).sha256 == NAME


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "0" * 63, "", "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_is_refused(spool, name):
    """No path can be made from it."""
    with pytest.raises(BadUploadName):
        spool.file(name)


def test_a_part_that_begins_elsewhere_is_told_where(spool):
    """Neither a gap nor an overlap is written."""
    put(spool, 0, DATA[:10])

    for offset in (0, 9, 11):
        with pytest.raises(WrongOffset) as wrong:
            put(spool, offset, b"x")
        assert wrong.value.details == {"offset": 10}
    put(spool, 10, DATA[10:])


def test_two_connections_do_not_write_one_upload(spool):
    """The second waits; the bytes do not mix."""
    with spool.part(NAME, 0) as part:
        part.write(b"a")
        with pytest.raises(UploadBusy):
            put(spool, 0, b"b")
    put(spool, 1, b"b")


def test_an_upload_and_all_together_have_a_limit(spool):
    """Nobody fills the disk."""
    with pytest.raises(UploadTooLarge):
        put(spool, 0, b"x" * 10_001)
    put(spool, 0, b"x" * 10_000)
    put(spool, 0, b"x" * 10_000, "0" * 64)
    with pytest.raises(SpoolFull):
        put(spool, 0, b"x", "1" * 64)


@pytest.fixture
def small_disk(tmp_path):
    try:
        with tiny_disk(tmp_path / "uploads", megabytes=1) as disk:
            yield disk
    except MayNotMount as e:
        pytest.skip(str(e))


def test_a_full_disk_is_said_and_what_came_stays(small_disk):
    """Whatever fitted counts; when there is room again the sender goes on from there."""
    big = b"age-encryption.org/v1\n" + bytes(200_000)
    name = hashlib.sha256(big).hexdigest()
    spool = Spool(small_disk, max_bytes=1_000_000, max_total_bytes=10_000_000)
    put(spool, 0, big[:5000], name)
    ballast = fill(small_disk)

    with pytest.raises(SpoolFull, match="no room"):
        put(spool, 5000, big[5000:], name)

    ballast.unlink()
    arrived = spool.offset(name)
    assert 5000 <= arrived < len(big)
    put(spool, arrived, big[arrived:], name)
    assert spool.whole(name, len(big)).size == len(big)


def test_uploads_that_nobody_claims_are_forgotten_after_a_day(database, spool, tmp_path):
    """And not an hour earlier."""
    intake = Intake(
        database=database, spool=spool, blobs=DirectoryBlobs(tmp_path / "blobs"), max_bytes=10_000
    )
    put(spool, 0, DATA)
    intake.touch(NAME, len(DATA), now=NOW)

    intake.clean(now=NOW + timedelta(hours=23))
    assert intake.received(NAME) == len(DATA)
    intake.clean(now=NOW + timedelta(hours=25))

    assert intake.received(NAME) == 0
    with database.transaction(Role.INTAKE) as db:
        store.touch_upload(NAME, 0, now=NOW, db=db)
