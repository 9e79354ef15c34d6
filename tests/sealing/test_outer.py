"""The outer bag is put together by somebody without keys, and always the same."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace

import bagit

from latchstring.sealing.bag import chunks_of
from latchstring.sealing.outer import (
    build_outer_bag,
    outer_bag_etag,
    outer_bag_size,
    write_outer_bag,
)
from latchstring.sealing.verify import verify_package
from latchstring.testing.packages import NOW


def test_bag_is_the_same_bytes_each_time(made):
    """A download that broke off can go on: length, ETag and bytes stay."""
    one, two = b"".join(build_outer_bag(made.parts)), b"".join(build_outer_bag(made.parts))
    assert one == two
    assert len(one) == outer_bag_size(made.parts)
    assert outer_bag_etag(made.parts) == outer_bag_etag(made.parts)


def test_etag_changes_with_any_part(made):
    """Other votes, proofs or policy make another bag."""
    changed = [
        replace(made.parts, votes=made.parts.votes[:1]),
        replace(made.parts, policy=b"x"),
        replace(made.parts, entries=made.parts.entries[1:]),
        replace(made.parts, vkey="x"),
    ]
    assert len({outer_bag_etag(p) for p in [made.parts, *changed]}) == 5


def test_pieces_of_ciphertext_may_have_any_size(made):
    """An object store hands out what it likes."""

    def small():
        for chunk in chunks_of(made.sealed.path):
            yield from (chunk[i : i + 999] for i in range(0, len(chunk), 999))

    assert b"".join(build_outer_bag(replace(made.parts, sealed=small))) == b"".join(
        build_outer_bag(made.parts)
    )


def test_tar_and_folder_hold_the_same_bag_and_both_verify(made, tmp_path):
    """An officer may keep either; a stranger's program finds the folder valid."""
    write_outer_bag(made.parts, tmp_path / "folder")
    (tmp_path / "package.tar").write_bytes(b"".join(build_outer_bag(made.parts)))
    with tarfile.open(tmp_path / "package.tar") as t:
        in_tar = {m.name.partition("/")[2]: t.extractfile(m).read() for m in t}
    in_folder = {
        p.relative_to(tmp_path / "folder").as_posix(): p.read_bytes()
        for p in (tmp_path / "folder").rglob("*")
        if p.is_file()
    }
    assert in_tar == in_folder
    bagit.Bag(str(tmp_path / "folder")).validate()
    for path in (tmp_path / "folder", tmp_path / "package.tar"):
        assert len(verify_package(path, vkey=made.vkey, now=NOW, identity=made.identity)) == 8


def test_bag_names_nobody(made):
    """bag-info.txt holds an id, a day and a size."""
    data = b"".join(build_outer_bag(made.parts))
    with tarfile.open(fileobj=io.BytesIO(data)) as t:
        [info] = [t.extractfile(m).read().decode() for m in t if m.name.endswith("bag-info.txt")]
    labels = [line.partition(": ")[0] for line in info.splitlines()]
    assert labels == ["Bag-Software-Agent", "Bagging-Date", "External-Identifier", "Payload-Oxum"]
