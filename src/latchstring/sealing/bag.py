"""BagIt 1.0 bags (RFC 8493): written with fixed bytes, checked file by file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from latchstring.base.errors import BadInput
from latchstring.sealing.errors import PackageError

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD_MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt")
TAG_MANIFEST = "tagmanifest-sha512.txt"
CHUNK = 1 << 20
MAX_TAG_BYTES = 1 << 20
"""No file outside data/ needs to be larger."""

_SAFE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*")
_LINE = re.compile(r"([0-9a-f]+) [ *](\S+)")


class UnsafeName(PackageError):
    """A file's name is not a plain path inside the package."""


class MissingFile(PackageError):
    """This file is missing from the package."""


class UnlistedFile(PackageError):
    """This file is in the package, but in none of its manifests."""


class BadBagFile(PackageError):
    """This file does not have the form that BagIt 1.0 asks for."""


class FileChanged(PackageError):
    """This file is not the one that the manifest lists."""


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A file's length in bytes and its hashes, in hex."""

    size: int
    sha256: str
    sha512: str

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> Digest:
        size, sha256, sha512 = 0, hashlib.sha256(), hashlib.sha512()
        for chunk in chunks:
            size += len(chunk)
            sha256.update(chunk)
            sha512.update(chunk)
        return cls(size=size, sha256=sha256.hexdigest(), sha512=sha512.hexdigest())


@dataclass(frozen=True, kw_only=True)
class BagFile:
    """A file of a bag; `chunks` reads it anew each time."""

    path: str
    digest: Digest
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)

    def __post_init__(self) -> None:
        if not is_safe(self.path):
            raise BadInput(f"{self.path[:60]!r} cannot be the name of a file in a package")

    @property
    def size(self) -> int:
        return self.digest.size

    @classmethod
    def of_bytes(cls, path: str, data: bytes) -> BagFile:
        return cls(path=path, digest=Digest.of([data]), chunks=lambda: iter([data]))

    @classmethod
    def of_file(cls, path: str, source: Path) -> BagFile:
        return cls(path=path, digest=Digest.of(chunks_of(source)), chunks=lambda: chunks_of(source))


class Files(Protocol):
    """The files of a package, wherever it lies."""

    def names(self) -> Sequence[str]: ...

    def open(self, name: str) -> BinaryIO: ...


def is_safe(path: str) -> bool:
    """Whether this is a plain relative path: no `..`, no leading dot or slash, nothing to escape."""
    return len(path) <= 200 and _SAFE.fullmatch(path) is not None


def chunks_of(source: Path) -> Iterator[bytes]:
    with source.open("rb") as f:
        yield from read_chunks(f)


def read_chunks(f: BinaryIO) -> Iterator[bytes]:
    while chunk := f.read(CHUNK):
        yield chunk


def bag(payload: Sequence[BagFile], tags: Sequence[BagFile], info: Mapping[str, str]) -> tuple[BagFile, ...]:
    """A whole bag, sorted by name: payload (under data/), other files, and what BagIt asks for."""
    oxum = f"{sum(f.size for f in payload)}.{len(payload)}"
    lines = "".join(f"{name}: {value}\n" for name, value in sorted({**info, "Payload-Oxum": oxum}.items()))
    covered = [
        *tags,
        BagFile.of_bytes("bagit.txt", DECLARATION),
        BagFile.of_bytes("bag-info.txt", lines.encode()),
        BagFile.of_bytes("manifest-sha256.txt", _listing(payload, lambda d: d.sha256)),
        BagFile.of_bytes("manifest-sha512.txt", _listing(payload, lambda d: d.sha512)),
    ]
    tag_manifest = BagFile.of_bytes(TAG_MANIFEST, _listing(covered, lambda d: d.sha512))
    return tuple(sorted([*payload, *covered, tag_manifest], key=lambda f: f.path))


def write_folder(files: Sequence[BagFile], folder: Path) -> None:
    """Write the files of a bag into a folder that is made for it."""
    for f in files:
        path = folder / f.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            for chunk in f.chunks():
                out.write(chunk)


def check(files: Files) -> dict[str, Digest]:
    """Every file is listed, is there and fits its digests, which are given back. Each is read once."""
    names = list(files.names())
    for name in names:
        if not is_safe(name):
            raise UnsafeName(file=name)
    if read_tag(files, "bagit.txt") != DECLARATION:
        raise BadBagFile("it must declare BagIt 1.0 in UTF-8", file="bagit.txt")
    payload = {name for name in names if name.startswith("data/")}
    tags = set(names) - payload - {TAG_MANIFEST}
    listed_tags = _read_listing(files, TAG_MANIFEST, digits=128)
    _check_listed(tags, listed_tags)
    digests = {name: _digest(files, name) for name in sorted(tags)}
    for name in sorted(tags):
        _check_fits(name, digests[name].sha512, listed_tags[name], TAG_MANIFEST)
    by_sha256 = _read_listing(files, "manifest-sha256.txt", digits=64)
    by_sha512 = _read_listing(files, "manifest-sha512.txt", digits=128)
    _check_listed(payload, by_sha256)
    _check_listed(payload, by_sha512)
    for name in sorted(payload):
        digests[name] = _digest(files, name)
        _check_fits(name, digests[name].sha512, by_sha512[name], "manifest-sha512.txt")
        _check_fits(name, digests[name].sha256, by_sha256[name], "manifest-sha256.txt")
    oxum = f"{sum(digests[n].size for n in payload)}.{len(payload)}"
    if f"Payload-Oxum: {oxum}\n".encode() not in read_tag(files, "bag-info.txt"):
        raise BadBagFile(f"its Payload-Oxum is not {oxum}", file="bag-info.txt")
    return digests


def read_tag(files: Files, name: str) -> bytes:
    """A small file of the bag, whole."""
    with _open(files, name) as f:
        data = f.read(MAX_TAG_BYTES + 1)
    if len(data) > MAX_TAG_BYTES:
        raise BadBagFile(f"it is larger than {MAX_TAG_BYTES} bytes", file=name)
    return data


def _listing(files: Sequence[BagFile], pick: Callable[[Digest], str]) -> bytes:
    """Lines that `sha256sum --check` and `sha512sum --check` read too."""
    return "".join(f"{pick(f.digest)}  {f.path}\n" for f in sorted(files, key=lambda f: f.path)).encode()


def _read_listing(files: Files, manifest: str, *, digits: int) -> dict[str, str]:
    listed: dict[str, str] = {}
    try:
        lines = read_tag(files, manifest).decode("ascii").splitlines()
    except UnicodeDecodeError as e:
        raise BadBagFile("a line holds bytes that are no text", file=manifest) from e
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or len(match[1]) != digits:
            raise BadBagFile("a line is not a digest, two spaces and a name", file=manifest)
        if match[2] in listed:
            raise BadBagFile(f"it lists {match[2]} twice", file=manifest)
        listed[match[2]] = match[1]
    return listed


def _check_listed(present: set[str], listed: Mapping[str, str]) -> None:
    if missing := sorted(listed.keys() - present):
        raise MissingFile(file=missing[0])
    if unlisted := sorted(present - listed.keys()):
        raise UnlistedFile(file=unlisted[0])


def _check_fits(name: str, found: str, listed: str, manifest: str) -> None:
    if found != listed:
        raise FileChanged(f"{name} is not the file that {manifest} lists", file=name)


def _digest(files: Files, name: str) -> Digest:
    with _open(files, name) as f:
        return Digest.of(read_chunks(f))


def _open(files: Files, name: str) -> BinaryIO:
    try:
        return files.open(name)
    except (KeyError, FileNotFoundError):
        raise MissingFile(file=name) from None
