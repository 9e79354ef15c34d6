"""What is inside must be what was agreed to, and told truly."""

from __future__ import annotations

import io
import json

import pytest

from latchstring.sealing import inner
from latchstring.sealing.bag import BagFile, Digest
from latchstring.sealing.manifest import peek_disclosure
from latchstring.sealing.receipt import peek_receipt
from latchstring.sealing.unseal import open_package


class _InMemory(dict[str, bytes]):
    """The files of an opened bag, by name."""

    def names(self) -> list[str]:
        return sorted(self)

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self[name])


@pytest.fixture(scope="module")
def opened(made, tmp_path_factory):
    """The inner bag of the valid package."""
    folder = open_package(made.folder, made.identity, tmp_path_factory.mktemp("inner") / "opened")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def check(made, opened):
    """Check the inner bag with some files replaced; None takes one away."""

    def run(**changes: bytes | None) -> None:
        files = _InMemory({**opened, **{_NAMES[k]: v for k, v in changes.items() if v is not None}})
        for name in (_NAMES[k] for k, v in changes.items() if v is None):
            del files[name]
        digests = {name: BagFile.of_bytes(name, data).digest for name, data in files.items()}
        disclosure, receipt = peek_disclosure(made.sealed.disclosure), peek_receipt(made.sealed.receipt)
        inner.check_clips(files, digests, disclosure, receipt)
        inner.check_custody(files, disclosure, receipt)

    return run


_NAMES = {
    "clip": inner.original("clip-1"),
    "third": inner.original("clip-3"),
    "sidecar": inner.original("clip-1") + ".c2pa",
    "other": "data/original/notes.txt",
    "salts": inner.SALTS,
    "acquisition": inner.ACQUISITION,
    "custody": inner.CUSTODY,
}


def test_untouched_inside_holds_and_a_sidecar_is_let_through(check):
    """The allowed twin of the rest."""
    check()
    check(sidecar=b"for a later version")


def test_clips_are_those_of_the_receipt_no_more_and_no_fewer(check):
    """One changed, one missing, one more, something else beside them."""
    with pytest.raises(inner.ClipNotAgreed, match="clip-1"):
        check(clip=b"other bytes")
    with pytest.raises(inner.ClipMissing, match="clip-1"):
        check(clip=None)
    with pytest.raises(inner.ClipNotAgreed, match="clip-3"):
        check(third=b"one more")
    with pytest.raises(inner.ClipNotAgreed, match=r"notes\.txt"):
        check(other=b"?")


@pytest.mark.parametrize(
    "salts", [b"{}", b"[]", b"", b'{"clip-1":5}', b'{"clip-1":"zz"}', b'{"clip-1":"00"}']
)
def test_salts_open_the_commitments_or_nothing_does(check, salts):
    """Without the right salt nobody can say which clip was agreed to."""
    with pytest.raises((inner.ClipNotAgreed, inner.AcquisitionWrong)):
        check(salts=salts)


@pytest.mark.parametrize("field", ["device_id", "disclosure", "request", "clips"])
def test_acquisition_is_about_this_disclosure(check, opened, field):
    """Device, disclosure, request and clips are those of the signed documents."""
    document = json.loads(opened[inner.ACQUISITION])
    for wrong in ("something else", None, [], 5, [{"clip": []}]):
        with pytest.raises(inner.AcquisitionWrong):
            check(acquisition=json.dumps({**document, field: wrong}).encode())


@pytest.mark.parametrize(
    "field", ["evidence_id", "camera", "file", "recorded_start", "recorded_end", "size", "sha256", "sha512"]
)
def test_acquisition_tells_the_truth_about_each_clip(check, opened, field):
    """What can be compared is compared."""
    document = json.loads(opened[inner.ACQUISITION])
    document["clips"][1][field] = "something else"
    with pytest.raises(inner.AcquisitionWrong, match=f"'{field}' of clip-2"):
        check(acquisition=json.dumps(document).encode())


def test_custody_must_be_a_chain_and_tell_of_this_receipt(check, opened):
    """Broken, empty, or another story."""
    lines = opened[inner.CUSTODY].splitlines(keepends=True)
    for wrong in (b"", b"".join(lines[1:]), b"".join(lines[:-1])):
        with pytest.raises(inner.CustodyChanged):
            check(custody=wrong)


def test_commitment_of_a_digest_needs_no_second_reading():
    """A clip of gigabytes is hashed once."""
    assert inner.commitment(bytes(32), Digest.of([b"a", b"b"])) == inner.commitment(
        bytes(32), Digest.of([b"ab"])
    )
