"""A clip that was redacted before it left: the package says so, and cannot say otherwise."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from latchstring.base import canonical
from latchstring.base.time import to_text
from latchstring.sealing import inner
from latchstring.sealing.acquisition import Redaction
from latchstring.sealing.bag import BagFile
from latchstring.sealing.container import FolderFiles
from latchstring.sealing.inner import AcquisitionWrong, ClipMissing, ClipNotAgreed, CustodyChanged
from latchstring.sealing.manifest import peek_disclosure
from latchstring.sealing.receipt import peek_receipt
from latchstring.sealing.unseal import open_package
from latchstring.sealing.verify import verify_package
from latchstring.testing.packages import NOW, clips_of, make_package

SALT, ORIGINAL = bytes(range(32)), b"the whole picture" * 1000
DONE = Redaction(
    kinds=("privacy-masks", "faces"), made_from=canonical.commitment(SALT, ORIGINAL), made_at=NOW
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The second of two clips is redacted."""
    first, second = clips_of(b"as recorded" * 500, b"painted over" * 500)
    clips = [first, replace(second, redaction=DONE)]
    return make_package(tmp_path_factory.mktemp("redacted"), clips=clips)


@pytest.fixture
def opened(made, tmp_path):
    return open_package(made.folder, made.identity, tmp_path / "opened")


@pytest.fixture
def check(made, opened):
    """Check the inside once more, after something was changed."""

    def run() -> None:
        files = FolderFiles(opened)
        digests = {n: BagFile.of_bytes(n, (opened / n).read_bytes()).digest for n in files.names()}
        disclosure, receipt = peek_disclosure(made.sealed.disclosure), peek_receipt(made.sealed.receipt)
        inner.check_clips(files, digests, disclosure, receipt)
        inner.check_custody(files, disclosure, receipt)

    return run


@pytest.fixture
def change(opened):
    """Write another acquisition record."""

    def run(how) -> None:
        path = opened / inner.ACQUISITION
        document = json.loads(path.read_bytes())
        how(document["clips"])
        path.write_bytes(canonical.encode(document))

    return run


def test_the_verifier_says_which_clip_is_redacted_and_what_of(made):
    """In the step that opens it; a package without such a clip says nothing of the kind."""
    steps = verify_package(made.folder, vkey=made.vkey, now=NOW, identity=made.identity)
    assert steps[6].what == (
        "2 clips inside, exactly what the owner agreed to; clip-2 was redacted before it left "
        "(privacy masks, faces), its original stayed at home"
    )


def test_it_lies_apart_from_what_is_as_recorded(opened):
    """Nobody takes it for the original, and the record says what was done."""
    assert (opened / inner.original("clip-1")).is_file()
    assert (opened / inner.derivative("clip-2")).is_file()
    document = json.loads((opened / inner.ACQUISITION).read_bytes())
    assert "painted over" in document["statement"]
    assert "redaction" not in document["clips"][0]
    assert document["clips"][1]["redaction"] == {
        "kinds": ["privacy-masks", "faces"],
        "made_from": DONE.made_from,
        "made_at": to_text(NOW),
    }
    told = [json.loads(line) for line in (opened / inner.CUSTODY).read_text().splitlines()]
    assert [event["what"] for event in told] == ["recorded", "recorded", "redacted", "agreed", "sealed"]
    assert "the original stays at home" in told[2]["why"]


def test_the_original_can_be_shown_to_be_it_later(opened):
    """With the salt from home, and not without: the commitment alone says nothing."""
    redaction = inner.redactions(FolderFiles(opened))["clip-2"]
    assert canonical.commitment(SALT, ORIGINAL) == redaction.made_from
    assert canonical.commitment(bytes(32), ORIGINAL) != redaction.made_from
    everything = b"".join(p.read_bytes() for p in opened.rglob("*") if p.is_file())
    assert canonical.sha256_hex(ORIGINAL).encode() not in everything
    assert SALT.hex().encode() not in everything


def test_a_redacted_clip_cannot_pass_for_an_original(opened, check, change):
    check()
    change(lambda clips: clips[1].pop("redaction"))
    with pytest.raises(AcquisitionWrong, match="does not say truly whether clip-2 is redacted"):
        check()


def test_an_original_cannot_pass_for_redacted(check, change):
    change(lambda clips: clips[0].update(redaction=DONE.to_json()))
    with pytest.raises(AcquisitionWrong, match="does not say truly whether clip-1 is redacted"):
        check()


@pytest.mark.parametrize("kinds", [[], ["everything"], [["faces"]], "faces"])
def test_what_was_hidden_is_told_in_known_words(check, change, kinds):
    change(lambda clips: clips[1]["redaction"].update(kinds=kinds))
    with pytest.raises(AcquisitionWrong):
        check()


def test_custody_tells_of_the_redaction_that_the_record_tells(check, change):
    """What it was made from cannot be moved about: custody fixes when, the manifests what."""
    change(lambda clips: clips[1]["redaction"].update(kinds=["faces"]))
    with pytest.raises(CustodyChanged, match="redacted at"):
        check()


def test_there_is_no_second_copy_of_a_clip(opened, check):
    """Neither the original beside the redacted one, nor a redacted one that nobody agreed to."""
    extra = opened / inner.original("clip-2")
    extra.write_bytes(b"the whole picture")
    with pytest.raises(ClipNotAgreed):
        check()
    extra.unlink()
    (opened / inner.derivative("clip-2")).rename(opened / inner.derivative("clip-9"))
    with pytest.raises(ClipMissing):
        check()
