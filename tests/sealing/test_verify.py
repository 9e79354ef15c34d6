"""A package is believed for what can be checked, step by step."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.ids import RequestId, new
from latchstring.base.signing import SigningKey, sign
from latchstring.base.time import TimeRange, to_text
from latchstring.ledger.entry import RequestApproved, RequestExpired
from latchstring.ledger.note import BadVerifierKey
from latchstring.sealing import bag, inner, verify
from latchstring.sealing.errors import PackageError
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.outer import build_outer_bag, write_outer_bag
from latchstring.sealing.receipt import peek_receipt
from latchstring.sealing.seal import seal_disclosure
from latchstring.sealing.unseal import WrongCaseKey
from latchstring.sealing.verify import verify_package
from latchstring.testing.forgery import flip, forge, replace_files, resigned
from latchstring.testing.packages import NOW, WINDOW, MadePackage, PaperNetwork, clips_of, make_package

OTHER = SigningKey.generate()


def _refused(folder: Path, made: MadePackage, error: type[PackageError], **given) -> PackageError:
    with pytest.raises(error) as caught:
        verify_package(folder, **{"vkey": made.vkey, "now": NOW, **given})
    return caught.value


def test_valid_package_holds_in_every_step(made):
    """Without the case key five steps, with it eight."""
    steps = verify_package(made.folder, vkey=made.vkey, now=NOW, identity=made.identity)
    assert [step.n for step in steps] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [s.n for s in verify_package(made.folder, vkey=made.vkey, now=NOW)] == [1, 2, 3, 4, 5]


def test_package_stays_valid_after_its_request_has_expired(made):
    """Evidence is checked years later; consent had to hold when it was given."""
    verify_package(made.folder, vkey=made.vkey, now=NOW + timedelta(days=3650), identity=made.identity)


def test_own_key_of_a_package_is_said_to_prove_little(made):
    """Without a pinned key the words say so; with one they do not."""
    assert "NOT PINNED" in verify_package(made.folder, vkey=None, now=NOW)[-1].what
    assert "PINNED" not in verify_package(made.folder, vkey=made.vkey, now=NOW)[-1].what


def test_bad_pinned_key_is_the_callers_fault(made):
    """A mistyped key is no reason to doubt the package."""
    with pytest.raises(BadVerifierKey):
        verify_package(made.folder, vkey=made.vkey[:-6], now=NOW)


# One flipped bit -----------------------------------------------------------------------------------------------


FILES = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha512.txt",
    "data/sealed.age",
    "public/disclosure.dsse.json",
    "public/receipt.dsse.json",
    "public/device.pub",
    "public/request.dsse.json",
    "public/votes/1.dsse.json",
    "public/policy.toml",
    "public/ledger.vkey",
    "public/entries/06-request-submitted.json",
    "public/entries/10-disclosure-made.tlog-proof",
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.integers(0, 1 << 22))
def test_any_flipped_bit_of_any_file_is_noticed(package, file, bit):
    """Nothing in the folder can change by accident; all but a flip in the list of lists names its file."""
    flip(package.folder / file, bit)
    error = _refused(package.folder, package, PackageError)
    flip(package.folder / file, bit)
    assert error.step == 1
    if file != "tagmanifest-sha512.txt":
        assert error.file == file


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 22))
def test_flipped_bit_in_the_tar_is_noticed_or_changes_no_file(made, tmp_path, bit):
    """Only the padding between files, which no reader looks at, may differ."""
    tar = tmp_path / "package.tar"
    tar.write_bytes(b"".join(build_outer_bag(made.parts)))
    flip(tar, bit)
    with suppress(PackageError):
        verify_package(tar, vkey=made.vkey, now=NOW)
        assert _contents(tar) == _contents(made.folder)


def _contents(path: Path) -> dict[str, bytes]:
    with verify.open_files(path) as files:
        return {name: _content(files, name) for name in files.names()}


def _content(files: bag.Files, name: str) -> bytes:
    with files.open(name) as f:
        return f.read()


@pytest.mark.parametrize(
    ("file", "step"),
    [
        ("public/disclosure.dsse.json", 2),
        ("data/sealed.age", 3),
        ("public/receipt.dsse.json", 4),
        ("public/request.dsse.json", 4),
        ("public/votes/2.dsse.json", 5),
        ("public/policy.toml", 5),
        ("public/entries/01-policy-published.json", 5),
        ("public/entries/03-key-enrolled.json", 5),
        ("public/entries/06-request-submitted.json", 5),
        ("public/entries/07-vote-cast.json", 5),
        ("public/entries/09-request-approved.json", 5),
        ("public/entries/10-disclosure-made.json", 5),
        ("public/entries/10-disclosure-made.tlog-proof", 5),
    ],
)
def test_a_flip_with_manifests_made_to_fit_is_noticed_at_its_own_step(package, file, step):
    """A forger can rewrite manifests; what lies under them still speaks."""
    path = package.folder / file
    data = path.read_bytes()
    if file.endswith(".dsse.json"):
        envelope = json.loads(data)
        envelope["payload"] = (
            envelope["payload"][:40] + _other(envelope["payload"][40]) + envelope["payload"][41:]
        )
        changed = json.dumps(envelope).encode()
    else:
        place = len(data) // 2
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    error = _refused(replace_files(package.folder, {file: changed}), package, PackageError)
    assert error.step == step
    assert error.file == file.replace(".tlog-proof", ".json")


def _other(letter: str) -> str:
    return "B" if letter == "A" else "A"


# The bag and its documents -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        "public/disclosure.dsse.json",
        "public/receipt.dsse.json",
        "public/device.pub",
        "public/request.dsse.json",
        "public/policy.toml",
        "public/ledger.vkey",
        "public/entries/09-request-approved.tlog-proof",
    ],
)
def test_missing_document_is_named(package, file):
    """A package without one of its documents is no package, even under fitting manifests."""
    (package.folder / file).unlink()
    error = _refused(replace_files(package.folder, {}), package, bag.MissingFile)
    assert (error.step, error.file) == (1, file)


@pytest.mark.parametrize(
    "garbage", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"payload":1,"payloadType":2,"signatures":[3]}']
)
@pytest.mark.parametrize(
    "file", ["public/disclosure.dsse.json", "public/votes/1.dsse.json", "public/device.pub"]
)
def test_garbage_in_a_document_is_named(package, file, garbage):
    """What cannot be read is refused with its name, never with a traceback."""
    error = _refused(replace_files(package.folder, {file: garbage}), package, PackageError)
    assert (error.step, error.file) == (1, file)


def test_disclosure_signed_by_another_device_is_refused(package):
    """Somebody who replaces key and signatures together still has a key that the disclosure does not name."""
    files = {
        "public/device.pub": OTHER.verify_key.to_text().encode(),
        "public/disclosure.dsse.json": resigned(package.parts.disclosure, {}, OTHER).encode(),
        "public/receipt.dsse.json": resigned(package.parts.receipt, {}, OTHER).encode(),
    }
    _refused(replace_files(package.folder, files), package, verify.DisclosureUnsigned)


def test_disclosure_of_another_device_that_names_itself_is_not_in_the_log(package):
    """Nor can a stranger claim the disclosure: the logged hash holds the key's fingerprint."""
    changes = {"device": OTHER.verify_key.fingerprint}
    files = {
        "public/device.pub": OTHER.verify_key.to_text().encode(),
        "public/disclosure.dsse.json": resigned(package.parts.disclosure, changes, OTHER).encode(),
        "public/receipt.dsse.json": resigned(package.parts.receipt, {}, OTHER).encode(),
    }
    _refused(replace_files(package.folder, files), package, verify.ReceiptUsedTwice)


def test_disclosure_from_the_future_is_refused(made):
    """Ten minutes are forgiven to clocks, no more."""
    verify_package(made.folder, vkey=made.vkey, now=NOW - timedelta(minutes=10))
    _refused(made.folder, made, verify.FromTheFuture, now=NOW - timedelta(minutes=11))


def test_other_words_in_the_request_are_refused(package):
    """The request in the package is byte for byte the one that was answered, also where consent is not bound to it."""
    reworded = resigned(package.parts.request, {"text": "Other words."}, package.network.officer_key)
    folder = replace_files(package.folder, {"public/request.dsse.json": reworded.encode()})
    error = _refused(folder, package, verify.ReceiptForOtherRequest)
    assert error.file == "public/request.dsse.json"


@pytest.mark.parametrize("payload", [b"no JSON", b"{}", b'{"id":1,"policy":[],"window":{}}'])
def test_request_that_cannot_be_read_is_refused(package, payload):
    """Also when everything else was made to fit it."""
    statement = sign(payload, package.parts.request.payload_type, package.network.officer_key)
    changes = {"statement_sha256": canonical.sha256_hex(payload)}
    folder = forge(package, package.folder.parent / "forged", receipt=changes, disclosure=changes)
    error = _refused(
        replace_files(folder, {"public/request.dsse.json": statement.encode()}), package, verify.ReceiptError
    )
    assert error.file == "public/request.dsse.json"


def test_second_sealed_file_is_refused(package):
    """Nothing rides along."""
    folder = replace_files(package.folder, {"data/more.age": b"age-encryption.org/v1\n"})
    assert _refused(folder, package, verify.CiphertextSwapped).file == "data/more.age"


# Consent is for one disclosure ---------------------------------------------------------------------------------


def test_forgery_without_a_lie_is_believed(made, tmp_path):
    """The allowed twin of all that follows: the forger's tools make valid packages."""
    folder = forge(made, tmp_path / "forged")
    verify_package(folder, vkey=made.vkey, now=NOW, identity=made.identity)


def test_chain_of_custody_must_tell_of_this_receipt(made, tmp_path):
    """What was sealed names the agreement; a later one, however well signed and logged, does not fit."""
    folder = forge(made, tmp_path / "forged", receipt={"nonce": "5" * 64})
    verify_package(folder, vkey=made.vkey, now=NOW)
    assert _refused(folder, made, inner.CustodyChanged, identity=made.identity).step == 8


@pytest.mark.parametrize(
    ("receipt", "error"),
    [
        ({"request": RequestId(new("rq"))}, verify.ReceiptForOtherRequest),
        ({"statement_sha256": "1" * 64}, verify.ReceiptForOtherRequest),
        ({"agency": "south-district"}, verify.ReceiptForOtherAgency),
        ({"recipient": CaseKey.generate().recipient}, verify.ReceiptForOtherRecipient),
        ({"policy_sha256": "2" * 64}, verify.ReceiptUnderOtherPolicy),
        ({"expires_at": NOW + timedelta(days=30)}, verify.ReceiptNotInForce),
        ({"at": NOW + timedelta(seconds=1)}, verify.ReceiptNotInForce),
    ],
    ids=[
        "request",
        "statement",
        "agency",
        "recipient",
        "policy version",
        "longer expiry",
        "agreed afterwards",
    ],
)
def test_consent_to_something_else_is_refused(made, tmp_path, receipt, error):
    """An agreement is bound to request, agency, case key, policy and time, whoever signs and logs the lie."""
    assert _refused(forge(made, tmp_path / "forged", receipt=receipt), made, error).step == 4


@pytest.mark.parametrize(
    ("disclosure", "error"),
    [
        ({"request": RequestId(new("rq"))}, verify.ReceiptForOtherRequest),
        ({"statement_sha256": "1" * 64}, verify.ReceiptForOtherRequest),
        ({"recipient": CaseKey.generate().recipient}, verify.ReceiptForOtherRecipient),
        ({"policy_sha256": "2" * 64}, verify.ReceiptUnderOtherPolicy),
        ({"expires_at": NOW + timedelta(days=30)}, verify.ReceiptNotInForce),
        ({"created_at": NOW + timedelta(days=3)}, verify.ReceiptNotInForce),
        ({"receipt_sha256": "3" * 64}, verify.ReceiptOfOtherDisclosure),
        ({"nonce": "4" * 64}, verify.ReceiptOfOtherDisclosure),
    ],
    ids=["request", "statement", "recipient", "policy", "expiry", "after expiry", "receipt", "nonce"],
)
def test_disclosure_that_goes_beyond_the_consent_is_refused(made, tmp_path, disclosure, error):
    """The disclosure may say nothing that the receipt does not."""
    folder = forge(made, tmp_path / "forged", disclosure=disclosure)
    assert _refused(folder, made, error, now=NOW + timedelta(days=4)).step == 4


def test_clip_of_a_time_nobody_asked_about_is_refused(made, tmp_path):
    """Clips may begin before the window, for keyframes' sake, but not lie outside it."""
    [clip, *_] = peek_receipt(made.parts.receipt).clips
    after = TimeRange(WINDOW.end, WINDOW.end + timedelta(minutes=1))
    folder = forge(made, tmp_path / "forged", receipt={"clips": (replace(clip, during=after),)})
    _refused(folder, made, verify.ReceiptForOtherTime)


def test_receipt_of_another_request_of_the_same_home_is_refused(made, tmp_path):
    """It is signed by another key: each request has its own."""
    second = make_package(tmp_path / "second", network=made.network, device=made.device)
    folder = replace_files(second.folder, {"public/receipt.dsse.json": made.parts.receipt.encode()})
    _refused(folder, made, verify.ReceiptUnsigned)


def test_receipt_of_another_clip_is_refused(made, tmp_path):
    """The home answers twice; the first agreement does not cover the second clip, with or without the case key."""
    second = make_package(
        tmp_path / "second",
        clips=clips_of(b"another night"),
        network=made.network,
        device=made.device,
        approved=made.approved,
    )
    verify_package(second.folder, vkey=made.vkey, now=NOW, identity=made.identity)
    swapped = {"public/receipt.dsse.json": made.parts.receipt.encode()}
    _refused(replace_files(second.folder, swapped), made, verify.ReceiptOfOtherDisclosure)
    forged = forge(made, tmp_path / "forged", ciphertext=second.sealed.path)
    error = _refused(forged, made, inner.ClipMissing, identity=made.identity)
    assert error.step == 7


def test_agreement_to_one_clip_does_not_cover_another_in_its_place(made, tmp_path):
    """The commitment is to bytes: the same name and time with other bytes are refused."""
    swapped = seal_disclosure(
        clips_of(b"other bytes" * 5000, b"second clip" * 3000),
        asked=made.approved.asked,
        device=made.device,
        agreed_at=NOW,
        now=NOW,
        folder=tmp_path / "sealed",
    )
    forged = forge(made, tmp_path / "forged", ciphertext=swapped.path)
    error = _refused(forged, made, inner.ClipNotAgreed, identity=made.identity)
    assert (error.step, error.file) == (7, "data/original/clip-1.mp4")


def test_receipt_used_a_second_time_is_refused(tmp_path):
    """The same agreement under another ciphertext is not the one in the log, and never twice in it."""
    made = make_package(tmp_path / "made")
    other = tmp_path / "other.age"
    shutil.copy(made.sealed.path, other)
    with other.open("ab") as f:
        f.write(b"more")
    folder = forge(made, tmp_path / "forged", ciphertext=other)
    entries = made.network.disclose(made.approved, made.sealed).entries
    first = next(e for e in entries if b"disclosure-made" in e.entry)
    both = {
        "public/entries/11-disclosure-made.json": first.entry,
        "public/entries/11-disclosure-made.tlog-proof": first.proof.encode(),
    }
    verify_package(folder, vkey=made.vkey, now=NOW)
    error = _refused(replace_files(folder, both), made, verify.ReceiptUsedTwice)
    assert error.file == "public/entries/11-disclosure-made.json"
    only_first = {
        "public/entries/10-disclosure-made.json": first.entry,
        "public/entries/10-disclosure-made.tlog-proof": first.proof.encode(),
    }
    for name in both:
        (folder / name).unlink()
    _refused(replace_files(folder, only_first), made, verify.ReceiptUsedTwice)


# The log ---------------------------------------------------------------------------------------------------------


def _without(made: MadePackage, folder: Path, kind: str) -> Path:
    entries = [e for e in made.parts.entries if f'"{kind}"'.encode() not in e.entry]
    write_outer_bag(replace(made.parts, entries=entries), folder)
    return folder


@pytest.mark.parametrize(
    "kind", ["policy-published", "request-submitted", "vote-cast", "request-approved", "disclosure-made"]
)
def test_what_is_not_in_the_log_did_not_happen(made, tmp_path, kind):
    """Submission, policy, votes, approval and disclosure each need their entry."""
    error = _refused(_without(made, tmp_path / "package", kind), made, verify.NotLogged)
    assert error.step == 5


def test_votes_and_their_entries_come_together(made, tmp_path):
    """A logged vote that is not in the package is missed too."""
    write_outer_bag(replace(made.parts, votes=made.parts.votes[:1]), tmp_path / "package")
    _refused(tmp_path / "package", made, verify.LoggedOtherwise)


def test_package_of_another_log_is_refused(made, tmp_path):
    """A second log under the same name, with its own key, convinces nobody who pinned the first."""
    other = make_package(tmp_path / "other", network=PaperNetwork())
    verify_package(other.folder, vkey=other.vkey, now=NOW)
    _refused(other.folder, made, verify.OtherLog)
    passed_off = replace_files(other.folder, {"public/ledger.vkey": made.vkey.encode()})
    _refused(passed_off, made, verify.ProofBroken)


def test_garbage_in_place_of_the_logs_key_is_named(package):
    """Pinned or not, a package says which log it is of."""
    folder = replace_files(package.folder, {"public/ledger.vkey": b"hello"})
    for vkey in (None, package.vkey):
        assert _refused(folder, package, verify.OtherLog, vkey=vkey).file == "public/ledger.vkey"


def test_entry_with_a_field_of_another_kind_is_refused(tmp_path):
    """Even a log that signs nonsense gives an error with a name."""
    made = make_package(tmp_path / "made")
    odd = made.network.ledger.prove(made.network.ledger.enter(RequestExpired(at=5, request="rq_x")))
    name = "public/entries/11-request-expired"
    files = {f"{name}.json": odd.entry, f"{name}.tlog-proof": odd.proof.encode()}
    error = _refused(replace_files(made.folder, files), made, verify.ProofBroken)
    assert error.file == f"{name}.json"


def test_disclosure_of_another_network_is_refused(made, tmp_path):
    """The signed name of the network must be that of the pinned key."""
    folder = forge(made, tmp_path / "forged", disclosure={"network": "elsewhere.test/ledger"})
    _refused(folder, made, verify.LoggedOtherwise)


def test_entry_made_after_expiry_is_refused(made, tmp_path):
    """The log's own clock must agree that consent still held, give or take ten minutes."""
    expires_at = made.approved.request.expires_at
    in_time = forge(made, tmp_path / "in-time", entered_at=expires_at)
    verify_package(in_time, vkey=made.vkey, now=NOW)
    late = forge(made, tmp_path / "late", entered_at=expires_at + timedelta(minutes=10))
    _refused(late, made, verify.LoggedOtherwise)


def test_disclosure_before_the_approval_is_refused(tmp_path):
    """The order of the log is the order of events."""
    made = make_package(tmp_path / "made")
    ledger, approved = made.network.ledger, made.approved
    statement_sha256 = approved.asked.statement_sha256
    late = ledger.enter(
        RequestApproved(at=to_text(NOW), request=approved.request.id, statement_sha256=statement_sha256)
    )
    entries = [*(e for e in made.parts.entries if b"request-approved" not in e.entry), ledger.prove(late)]
    write_outer_bag(replace(made.parts, entries=entries), tmp_path / "package")
    assert "another order" in _refused(tmp_path / "package", made, verify.LoggedOtherwise).message


def test_submission_that_says_otherwise_is_refused(made, tmp_path):
    """The logged submission must name the same agency, case key, policy and statement."""
    other = made.network.approve(id=made.approved.request.id)
    mixed = replace(made.approved, indexes=(other.indexes[0], *made.approved.indexes[1:]))
    write_outer_bag(made.network.disclose(mixed, made.sealed), tmp_path / "package")
    error = _refused(tmp_path / "package", made, verify.LoggedOtherwise)
    assert "statement_sha256" in error.message


# With the case key -----------------------------------------------------------------------------------------------


def test_key_of_another_case_does_not_open(made):
    """Said plainly, at its own step."""
    error = _refused(made.folder, made, WrongCaseKey, identity=CaseKey.generate().identity)
    assert error.step == 6


def test_nothing_of_the_inside_is_kept(made, tmp_path, monkeypatch):
    """Checking with the case key leaves no plaintext behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    verify_package(made.folder, vkey=made.vkey, now=NOW, identity=made.identity)
    assert list(tmp_path.iterdir()) == []
