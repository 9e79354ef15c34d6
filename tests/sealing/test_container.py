"""Tars are the same bytes each time, and nothing climbs out of one."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.sealing import container, tar
from latchstring.sealing.bag import BagFile, UnsafeName
from latchstring.sealing.container import NotAPackage, PackageTooLarge, open_files, unpack

payloads = st.dictionaries(
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,30}", fullmatch=True), st.binary(max_size=3000), max_size=5
)


def _files(payload: dict[str, bytes]) -> list[BagFile]:
    return [BagFile.of_bytes(f"data/{name}", data) for name, data in sorted(payload.items())]


@settings(max_examples=40)
@given(payloads, st.integers(0, 40))
def test_what_goes_in_comes_out_whatever_the_padding(payload, blocks):
    """Our reader and Python's see the same files, and the length is the one announced."""
    files = _files(payload)
    pad_to = tar.size_of(files) + 512 * blocks
    data = b"".join(tar.stream(files, pad_to=pad_to))
    assert len(data) == pad_to
    assert data == b"".join(tar.stream(files, pad_to=pad_to))
    with tarfile.open(fileobj=io.BytesIO(data)) as theirs:
        assert {m.name: theirs.extractfile(m).read() for m in theirs} == {
            f"data/{n}": d for n, d in payload.items()
        }
    with tempfile.TemporaryDirectory() as work:
        Path(work, "x.tar").write_bytes(data)
        unpack(Path(work, "x.tar"), Path(work, "out"))
        assert {p.name: p.read_bytes() for p in Path(work, "out").rglob("*") if p.is_file()} == payload


def test_gnu_tar_reads_ours_and_we_read_gnu_tars(tmp_path):
    """An officer may unpack and pack a package with their own tools."""
    data = b"".join(tar.stream(_files({"a": b"alpha"}), pad_to=20480))
    (tmp_path / "ours.tar").write_bytes(data)
    subprocess.run(["tar", "-xf", "ours.tar"], cwd=tmp_path, check=True)
    assert (tmp_path / "data/a").read_bytes() == b"alpha"
    subprocess.run(["tar", "-cf", "theirs.tar", "./data"], cwd=tmp_path, check=True)
    with open_files(tmp_path / "theirs.tar") as files:
        assert files.names() == ["data/a"]


def _member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    "member",
    [
        _member("/etc/passwd"),
        _member("../outside"),
        _member("data/../../outside"),
        _member("data/link", tarfile.SYMTYPE, "/etc/passwd"),
        _member("data/hard", tarfile.LNKTYPE, "data/a"),
        _member("data/fifo", tarfile.FIFOTYPE),
        _member("data/device", tarfile.CHRTYPE),
        _member("data/a"),  # for the second time
        _member("data/.hidden"),
        _member("../folder", tarfile.DIRTYPE),
    ],
    ids=lambda m: f"{m.name}-{m.type.decode()}",
)
def test_nothing_climbs_out_of_a_tar(tmp_path, member):
    """Links, devices, doubles and paths upward are refused before a single byte is written."""
    for name, members in (("good.tar", []), ("bad.tar", [member])):
        with tarfile.open(tmp_path / name, "w") as t:
            for info in [_member("data", tarfile.DIRTYPE), _member("data/a"), *members]:
                t.addfile(info)
    unpack(tmp_path / "good.tar", tmp_path / "good")
    with pytest.raises(UnsafeName):
        unpack(tmp_path / "bad.tar", tmp_path / "bad")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.tar", "good", "good.tar"]


def test_a_tar_that_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    """What is announced counts, before anything is unpacked."""
    (tmp_path / "x.tar").write_bytes(b"".join(tar.stream(_files({"a": bytes(2000)}))))
    unpack(tmp_path / "x.tar", tmp_path / "fits")
    monkeypatch.setattr(container, "MAX_BYTES", 1999)
    with pytest.raises(PackageTooLarge):
        unpack(tmp_path / "x.tar", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_half_a_tar_is_refused(tmp_path):
    """A file that ends early is said to."""
    data = b"".join(tar.stream(_files({"a": bytes(5000)})))
    (tmp_path / "half.tar").write_bytes(data[:2000])
    with pytest.raises(NotAPackage):
        unpack(tmp_path / "half.tar", tmp_path / "out")


def test_what_is_no_package_is_refused(tmp_path):
    """Neither a missing file nor a text file nor an empty one is a package."""
    (tmp_path / "text").write_bytes(b"hello" * 300)
    (tmp_path / "empty").write_bytes(b"")
    for name in ("text", "empty", "missing"):
        with pytest.raises(NotAPackage), open_files(tmp_path / name):
            pass


def test_a_file_that_grows_while_it_is_packed_is_an_error():
    """The header has announced a length; other bytes after it would be another file."""
    wrong = BagFile(
        path="data/a", digest=BagFile.of_bytes("data/a", b"12").digest, chunks=lambda: iter([b"123"])
    )
    with pytest.raises(tar.ChangedWhileRead, match="data/a"):
        b"".join(tar.stream([wrong]))
