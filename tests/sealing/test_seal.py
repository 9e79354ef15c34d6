"""What leaves a home, and what does not."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from latchstring.base import canonical
from latchstring.base.signing import SigningKey
from latchstring.sealing import age, inner
from latchstring.sealing.bag import Digest
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.manifest import peek_disclosure
from latchstring.sealing.padme import padded
from latchstring.sealing.receipt import peek_receipt
from latchstring.sealing.seal import ClipToSeal, NothingToSeal, RequestOver, Sealed, seal_disclosure
from latchstring.sealing.tar import ChangedWhileRead
from latchstring.sealing.unseal import decrypt, open_package
from latchstring.testing.packages import FACTS, NOW, WINDOW, PaperNetwork, clips_of, make_package


def _seal(folder: Path, clips: list[ClipToSeal], network: PaperNetwork, **changes):
    approved = network.approve()
    given = {"device": SigningKey.generate(), "agreed_at": NOW, "now": NOW, "folder": folder, **changes}
    return approved, seal_disclosure(clips, asked=approved.asked, **given)


def test_sealed_disclosure_is_found_again_after_a_restart(tmp_path):
    """The hub may be killed between sealing and sending; nothing has to be sealed twice."""
    _, sealed = _seal(tmp_path / "out", clips_of(b"clip"), PaperNetwork())
    assert Sealed.read(tmp_path / "out") == sealed


def test_sealing_that_stops_half_way_leaves_nothing_to_send(tmp_path, monkeypatch):
    """A clip that vanishes, a full disk, a kill: without its last file a folder counts as empty."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(300_000))
    digest = Digest.of

    def measure_then_cut(chunks):
        result = digest(chunks)
        if result.size == 300_000:
            clip.write_bytes(b"shorter")
        return result

    monkeypatch.setattr(Digest, "of", measure_then_cut)
    [source] = clips_of(b"")
    with pytest.raises(ChangedWhileRead, match=r"clip-1\.mp4 has 7 bytes, not 300000"):
        _seal(tmp_path / "out", [replace(source, source=clip)], PaperNetwork())
    assert Sealed.read(tmp_path / "out") is None
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk_is_said_to_be_one():
    """The hub can tell a full disk from a bad clip."""
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        age.seal(iter([bytes(300_000)]), full, [CaseKey.generate().recipient])


def test_nothing_is_sealed_for_a_request_that_is_over(tmp_path):
    """At the minute of expiry the door is shut; a second before it is not."""
    network = PaperNetwork()
    expires_at = NOW + timedelta(days=3)
    _seal(tmp_path / "in-time", clips_of(b"clip"), network, now=expires_at - timedelta(seconds=1))
    with pytest.raises(RequestOver):
        _seal(tmp_path / "late", clips_of(b"clip"), network, now=expires_at)
    with pytest.raises(NothingToSeal):
        _seal(tmp_path / "none", [], network)


def test_clips_come_out_byte_for_byte(tmp_path):
    """From memory or from a file, the agency gets the recorder's bytes."""
    (tmp_path / "b.mp4").write_bytes(bytes(range(256)) * 999)
    a, b = clips_of(b"in memory", b"")
    made = make_package(tmp_path / "made", clips=[a, replace(b, source=tmp_path / "b.mp4")])
    opened = open_package(made.folder, made.identity, tmp_path / "opened")
    assert (opened / inner.original("clip-1")).read_bytes() == b"in memory"
    assert (opened / inner.original("clip-2")).read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_no_plaintext_lies_beside_the_ciphertext(tmp_path):
    """What is uploaded, and what waits for it, shows no byte of the clip."""
    secret = b"a face at the door, frame 1"
    _seal(tmp_path / "out", clips_of(secret * 500), PaperNetwork())
    for path in (tmp_path / "out").iterdir():
        assert secret not in path.read_bytes()


def test_length_is_padded(tmp_path):
    """Clips of nearly the same length cannot be told apart by the size of what is sent."""
    network, sizes = PaperNetwork(), []
    for n, length in enumerate([1_005_000, 1_009_000, 1_014_000]):
        approved, sealed = _seal(tmp_path / str(n), clips_of(bytes(length)), network)
        with sealed.path.open("rb") as f:
            decrypt(f, approved.case_key.identity, tmp_path / f"{n}.tar")
        sizes.append((tmp_path / f"{n}.tar").stat().st_size)
        assert sizes[-1] == padded(sizes[-1])
    assert len(set(sizes)) == 1


def test_commitment_is_the_canonical_one():
    """Receipt and ledger use one form of commitment."""
    salt, clip = bytes(range(32)), b"clip"
    assert inner.commitment(salt, Digest.of([clip])) == canonical.commitment(salt, clip)


def test_acquisition_tells_what_a_court_asks_and_nothing_of_the_place(tmp_path):
    """Codec, rates, gaps, hashes, the clock and what is not known of it; no camera's own name."""
    made = make_package(tmp_path)
    opened = open_package(made.folder, made.identity, tmp_path / "opened")
    text = (opened / inner.ACQUISITION).read_text()
    document = json.loads(text)
    clip = document["clips"][0]
    assert clip["evidence_id"] == f"{peek_disclosure(made.sealed.disclosure).id}/clip-1"
    assert document["device_id"] == made.sealed.device_key.fingerprint
    assert clip["clock"] == {
        "source": "system clock",
        "offset_ms": None,
        "uncertainty_ms": None,
        "offset_to_true_time": "not measured",
    }
    assert clip["gop_sha256"] == list(FACTS.gop_sha256)
    assert clip["measured_frames_per_second"] == FACTS.measured_frames_per_second
    assert "cam_porch" not in text
    assert not re.search(r"latitude|longitude|address|\b52\.0|\b4\.30", text)


def test_two_disclosures_of_one_home_share_nothing(tmp_path):
    """Same device, same network, same agency: no key, id, nonce, hash or salt is in both packages."""
    network, device = PaperNetwork(), SigningKey.generate()
    tokens = []
    for n in range(2):
        made = make_package(
            tmp_path / str(n), clips=clips_of(f"night {n}".encode() * 999), network=network, device=device
        )
        opened = open_package(made.folder, made.identity, tmp_path / f"opened{n}")
        home = [
            made.folder / f"public/{name}"
            for name in ("disclosure.dsse.json", "receipt.dsse.json", "device.pub")
        ]
        home += [
            p for p in opened.rglob("*") if p.is_file() and p.suffix != ".mp4" and p.name != "README.txt"
        ]
        home += [made.folder / "data/sealed.age"]
        tokens.append(_tokens(home))
    policy = made.approved.request.policy.sha256
    readme = Digest.of([(opened / inner.README).read_bytes()])
    bagit = Digest.of([(opened / "bagit.txt").read_bytes()])
    known_to_all = {policy, readme.sha256, readme.sha512, bagit.sha512, "0" * 64, *FACTS.gop_sha256}
    assert tokens[0] & tokens[1] <= known_to_all


def _tokens(paths: list[Path]) -> set[str]:
    """Every run of hex, base 32 or base64 that is long enough to be recognised again, envelopes opened."""
    found: set[str] = set()
    for path in paths:
        text = path.read_bytes().decode("latin-1")
        if path.name.endswith(".dsse.json"):
            text += base64.b64decode(json.loads(text)["payload"]).decode()
        found |= set(re.findall(r"\b[0-9a-f]{32,}\b|\b(?:ds|rq)_[a-z2-7]{26}\b|age1[a-z0-9]{58}", text))
        found |= set(re.findall(r"[A-Za-z0-9+/]{42,44}={0,2}", text)) if path.suffix == ".pub" else set()
    return found


def test_cameras_are_numbered_anew(tmp_path):
    """The receipt says camera-1 and camera-2, in the order of the clips, whatever the home calls them."""
    a, b, c = clips_of(b"a", b"b", b"c")
    clips = [replace(a, camera="cam_z"), replace(b, camera="cam_a"), replace(c, camera="cam_z")]
    _, sealed = _seal(tmp_path, clips, PaperNetwork())
    receipt = peek_receipt(sealed.receipt)
    assert [clip.camera for clip in receipt.clips] == ["camera-1", "camera-2", "camera-1"]
    assert all(clip.during.overlap(WINDOW) for clip in receipt.clips)
