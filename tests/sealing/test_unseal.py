"""Opening: whole or not at all."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.sealing import age, container
from latchstring.sealing.age import BadRecipient
from latchstring.sealing.keys import BadKeyFile, CaseKey
from latchstring.sealing.unseal import (
    AlreadyThere,
    InnerBagWrong,
    SealedDamaged,
    WrongCaseKey,
    decrypt,
    open_package,
)

KEY = CaseKey.generate()


def _sealed(*pieces: bytes, key: CaseKey = KEY) -> bytes:
    out = io.BytesIO()
    age.seal(iter(pieces), out, [key.recipient])
    return out.getvalue()


@settings(max_examples=25)
@given(st.lists(st.binary(max_size=70_000), max_size=4))
def test_what_is_sealed_comes_out(tmp_path_factory, pieces):
    """Any cutting of the plaintext into pieces gives the same plaintext back, empty pieces too."""
    target = tmp_path_factory.mktemp("open") / "plain"
    decrypt(io.BytesIO(_sealed(*pieces)), KEY.identity, target)
    assert target.read_bytes() == b"".join(pieces)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda c: c[:150_000], SealedDamaged),
        (lambda c: c[:-1], SealedDamaged),
        (lambda c: c[: c.index(b"---") + 48 + 16 + 2 * 65_552], SealedDamaged),  # between two chunks
        (lambda c: c[:-5] + bytes([c[-5] ^ 1]) + c[-4:], SealedDamaged),
        (lambda c: c[:100], SealedDamaged),
        (lambda c: b"hello", SealedDamaged),
        (lambda c: b"", SealedDamaged),
        (lambda c: _sealed(b"x", key=CaseKey.generate()), WrongCaseKey),
    ],
    ids=[
        "half",
        "last byte",
        "chunk border",
        "last chunk flipped",
        "half header",
        "no age",
        "empty",
        "wrong key",
    ],
)
def test_nothing_appears_when_it_does_not_open(tmp_path, damage, error):
    """age gives out what it has before it finds the fault; none of that is left, and an old file stays."""
    (tmp_path / "target").write_bytes(b"of before")
    with pytest.raises(error, match=r"data/sealed\.age") as caught:
        decrypt(io.BytesIO(damage(_sealed(bytes(300_000)))), KEY.identity, tmp_path / "target")
    assert caught.value.step == 6
    assert [p.name for p in tmp_path.iterdir()] == ["target"]
    assert (tmp_path / "target").read_bytes() == b"of before"


def test_trouble_of_the_disk_is_not_blamed_on_the_file(tmp_path):
    """A full disk is said to be one, and leaves nothing."""

    class Unreadable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 100_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(OSError, match="Input/output error"):
        decrypt(Unreadable(_sealed(bytes(300_000))), KEY.identity, tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_key_is_refused(tmp_path):
    """Neither a recipient in place of an identity nor the other way round."""
    with pytest.raises(BadKeyFile):
        decrypt(io.BytesIO(_sealed(b"x")), KEY.recipient, tmp_path / "target")
    for wrong in (KEY.identity, "age1" + "q" * 58, ""):
        with pytest.raises(BadRecipient):
            age.seal(iter([b"x"]), io.BytesIO(), [wrong])
    assert age.check_recipient(KEY.recipient) == KEY.recipient
    assert age.looks_sealed(_sealed(b"x"))
    assert not age.looks_sealed(b"x")


def test_package_opens_into_a_new_folder_only(package, tmp_path):
    """An existing folder is never mixed with what is opened."""
    opened = open_package(package.folder, package.identity, tmp_path / "case" / "opened")
    assert (opened / "data/original/clip-1.mp4").read_bytes() == b"first clip" * 5000
    with pytest.raises(AlreadyThere):
        open_package(package.folder, package.identity, opened)
    assert [p.name for p in opened.parent.iterdir()] == ["opened"]


def test_wrong_key_leaves_no_folder(package, tmp_path):
    """The officer of another case sees nothing, not even an empty folder."""
    with pytest.raises(WrongCaseKey, match="sealed to another key"):
        open_package(package.folder, CaseKey.generate().identity, tmp_path / "case" / "opened")
    assert list((tmp_path / "case").iterdir()) == []


def test_what_climbs_out_of_a_sealed_tar_is_stopped(package, tmp_path):
    """Even somebody who seals to the case key cannot write outside the folder."""
    outside = io.BytesIO()
    with container.tarfile.open(fileobj=outside, mode="w") as t:
        t.addfile(container.tarfile.TarInfo("../outside"))
    sealed = _sealed(outside.getvalue(), key=package.approved.case_key)
    (package.folder / "data/sealed.age").write_bytes(sealed)
    with pytest.raises(InnerBagWrong, match=r"\.\./outside"):
        open_package(package.folder, package.identity, tmp_path / "case" / "opened")
    assert list((tmp_path / "case").iterdir()) == []


@pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")
def test_age_opens_ours_and_we_open_ages(tmp_path):
    """The sealed file is plain age: a stranger's program opens it, and we open a stranger's file."""
    clip = bytes(range(256)) * 1000
    (tmp_path / "key").write_text(KEY.to_text(datetime.now(UTC)))
    (tmp_path / "ours.age").write_bytes(_sealed(clip))
    theirs = subprocess.run(
        ["age", "--decrypt", "--identity", "key", "ours.age"], cwd=tmp_path, capture_output=True, check=True
    )
    assert theirs.stdout == clip
    sealed = subprocess.run(
        ["age", "--recipient", KEY.recipient], input=clip, capture_output=True, check=True
    )
    decrypt(io.BytesIO(sealed.stdout), KEY.identity, tmp_path / "opened")
    assert (tmp_path / "opened").read_bytes() == clip
