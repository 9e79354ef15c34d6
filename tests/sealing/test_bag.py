"""Bags are BagIt 1.0, whoever checks them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.base.errors import BadInput
from latchstring.sealing import bag
from latchstring.sealing.bag import (
    BadBagFile,
    BagFile,
    Digest,
    FileChanged,
    MissingFile,
    UnlistedFile,
    UnsafeName,
    chunks_of,
    is_safe,
)
from latchstring.sealing.container import FolderFiles

names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True)
contents = st.dictionaries(names.map(str.lower), st.binary(max_size=2000), min_size=1, max_size=6)


def _write(folder: Path, payload: dict[str, bytes]) -> None:
    files = [BagFile.of_bytes(f"data/{name}", data) for name, data in payload.items()]
    tags = [BagFile.of_bytes("public/note.txt", b"for all")]
    bag.write_folder(bag.bag(files, tags, {"External-Identifier": "ds_1"}), folder)


@pytest.fixture
def folder(tmp_path):
    """A valid bag of two files."""
    _write(tmp_path / "bag", {"a.txt": b"alpha", "sub.bin": bytes(70_000)})
    return tmp_path / "bag"


@settings(max_examples=25)
@given(contents)
def test_others_find_our_bags_valid_and_so_do_we(payload):
    """bagit-python, sha512sum and our own check agree on every bag we write."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "bag")
        _write(folder, payload)
        theirs = bagit.Bag(str(folder))
        theirs.validate()
        assert theirs.version_info == (1, 0)
        digests = bag.check(FolderFiles(folder))
        assert {n for n in digests if n.startswith("data/")} == {f"data/{n}" for n in payload}


@pytest.mark.skipif(shutil.which("sha512sum") is None, reason="GNU coreutils are not installed")
def test_manifests_are_lists_that_coreutils_check(folder):
    """Nobody needs a bag program to see that nothing changed."""
    for program, manifest in (
        ("sha256sum", "manifest-sha256.txt"),
        ("sha512sum", "manifest-sha512.txt"),
        ("sha512sum", "tagmanifest-sha512.txt"),
    ):
        subprocess.run([program, "--check", "--strict", "--quiet", manifest], cwd=folder, check=True)


def test_equal_files_give_equal_bags():
    """Order of giving does not matter: a bag has one form."""
    a, b = BagFile.of_bytes("data/a", b"1"), BagFile.of_bytes("data/b", b"2")
    one, two = bag.bag([a, b], [], {"A": "1", "B": "2"}), bag.bag([b, a], [], {"B": "2", "A": "1"})
    assert [(f.path, f.digest) for f in one] == [(f.path, f.digest) for f in two]


@pytest.mark.parametrize(
    ("damage", "error", "file"),
    [
        (lambda f: (f / "data/a.txt").write_bytes(b"alphA"), FileChanged, "data/a.txt"),
        (lambda f: (f / "public/note.txt").write_bytes(b"x"), FileChanged, "public/note.txt"),
        (lambda f: (f / "manifest-sha256.txt").write_bytes(b""), FileChanged, "manifest-sha256.txt"),
        (lambda f: (f / "data/a.txt").unlink(), MissingFile, "data/a.txt"),
        (lambda f: (f / "public/note.txt").unlink(), MissingFile, "public/note.txt"),
        (lambda f: (f / "manifest-sha512.txt").unlink(), MissingFile, "manifest-sha512.txt"),
        (lambda f: (f / "tagmanifest-sha512.txt").unlink(), MissingFile, "tagmanifest-sha512.txt"),
        (lambda f: (f / "bagit.txt").unlink(), MissingFile, "bagit.txt"),
        (lambda f: (f / "data/more.txt").write_bytes(b""), UnlistedFile, "data/more.txt"),
        (lambda f: (f / "public/more.txt").write_bytes(b""), UnlistedFile, "public/more.txt"),
        (lambda f: (f / "bagit.txt").write_bytes(b"BagIt-Version: 0.97\n"), BadBagFile, "bagit.txt"),
        (lambda f: (f / "tagmanifest-sha512.txt").write_bytes(b"zz\n"), BadBagFile, "tagmanifest-sha512.txt"),
        (lambda f: (f / "data/.hidden").write_bytes(b""), UnsafeName, "data/.hidden"),
        (lambda f: (f / "data/a b").write_bytes(b""), UnsafeName, "data/a b"),
        (lambda f: (f / "data/link").symlink_to("a.txt"), UnsafeName, "data/link"),
    ],
)
def test_each_damage_is_named(folder, damage, error, file):
    """What is wrong with a bag is said together with the file's name."""
    bag.check(FolderFiles(folder))
    damage(folder)
    with pytest.raises(error) as caught:
        bag.check(FolderFiles(folder))
    assert caught.value.file == file
    assert file in caught.value.message
    assert caught.value.step == 1


def _check_and_read(folder: Path, file: str) -> None:
    files = FolderFiles(folder)
    bag.check(files)
    bag.read_tag(files, file)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("manifest-sha512.txt", b"\xff"),
        ("manifest-sha512.txt", b"0" * 64 + b"  data/a.txt\n"),
        ("manifest-sha256.txt", 2 * (b"0" * 64 + b"  data/a.txt\n")),
        ("bag-info.txt", b"Payload-Oxum: 5.1\n"),
        ("public/note.txt", bytes(bag.MAX_TAG_BYTES + 1)),
    ],
    ids=["no text", "digest of the wrong length", "listed twice", "oxum", "too large"],
)
def test_bag_that_lists_itself_wrongly_is_named(folder, file, content):
    """Fitting tag manifests do not help a manifest that is none."""
    (folder / file).write_bytes(content)
    tags = [p for p in folder.rglob("*.txt") if "data" not in p.parts and p.name != bag.TAG_MANIFEST]
    lines = sorted(f"{Digest.of(chunks_of(p)).sha512}  {p.relative_to(folder).as_posix()}\n" for p in tags)
    (folder / bag.TAG_MANIFEST).write_text("".join(lines))
    with pytest.raises(BadBagFile) as caught:
        _check_and_read(folder, file)
    assert caught.value.file == file


@pytest.mark.parametrize(
    "path", ["/a", "../a", "a/../b", "a//b", "a/", "", ".a", "a\nb", "a%b", "é", "-a", "a" * 201]
)
def test_odd_names_never_get_into_a_bag(path):
    """A plain name is let in, anything else is refused when it is written and when it is read."""
    assert is_safe("data/original/clip-1.mp4")
    assert not is_safe(path)
    with pytest.raises(BadInput):
        BagFile.of_bytes(path, b"")
