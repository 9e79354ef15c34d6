"""A copy of a hub's whole data folder, made while the hub runs, and a hub made from such a copy.

The store is copied as of one instant, and only then the files: rows are written after their bytes, so every
row of the copy has its bytes in the copy. A file that grew on brings a little more; a start indexes it.

    backup = backup.json, files
    backup.json names every file with its size and SHA-256. It is written last: without it there is no backup.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from latchstring.base.errors import BadInput, Conflict
from latchstring.base.files import FolderLock, hand_over, write_whole
from latchstring.base.time import to_text
from latchstring.hub.store.snapshot import snapshot

STORE = "hub.db"
MANIFEST = "backup.json"
FORMAT = "latchstring-hub-backup-1"
LEFT_OUT = frozenset({"lock", STORE, f"{STORE}-wal", f"{STORE}-shm", "hub.spare", "thumbnails"})
"""What a hub makes anew."""
_UNFINISHED = ".restore-unfinished"
_PIECE = 1 << 20

Progress = Callable[[int], None]


class BadBackup(BadInput):
    """This is not a whole backup of a hub."""


class FolderNotEmpty(Conflict):
    """There is a hub in this folder already; restore into another one."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A file of a backup, under its path in the data folder."""

    path: str
    size_bytes: int
    sha256: str


class Place(Protocol):
    """Where a backup is put."""

    def has(self, path: str, size_bytes: int) -> Copied | None:
        """The file as an earlier backup left it, if it is there and as long."""
        ...

    def put(self, path: str, source: IO[bytes], size_bytes: int, progress: Progress) -> Copied: ...

    def finish(self, manifest: bytes, files: Mapping[str, Copied]) -> None: ...


def to_copy(data: Path) -> list[tuple[str, int]]:
    """Every file but the store, with its size. Files and folders may go away while they are listed."""
    found = []
    for folder, _, names in os.walk(data):
        for path in (Path(folder, name) for name in names if not name.startswith(".")):
            name = path.relative_to(data)
            if name.parts[0] in LEFT_OUT:
                continue
            with suppress(FileNotFoundError):
                seen = path.lstat()
                if stat.S_ISREG(seen.st_mode):
                    found.append((name.as_posix(), seen.st_size))
    return sorted(found)


def back_up(
    data: Path, place: Place, *, now: datetime, progress: Progress = lambda _bytes: None
) -> list[Copied]:
    """Copy a data folder; the hub may run. A file that goes away meanwhile had come to its end."""
    copied: dict[str, Copied] = {}
    with snapshot(data / STORE) as source:
        copied[STORE] = place.put(STORE, source, os.fstat(source.fileno()).st_size, progress)
    for name, size_bytes in to_copy(data):
        if (earlier := place.has(name, size_bytes)) is not None:
            copied[name] = earlier
            progress(size_bytes)
            continue
        try:
            with (data / name).open("rb") as source:
                copied[name] = place.put(name, source, size_bytes, progress)
        except FileNotFoundError:
            progress(size_bytes)
    place.finish(_manifest(copied, now), copied)
    return list(copied.values())


def restore(backup: Path, data: Path, *, progress: Progress = lambda _bytes: None) -> list[Copied]:
    """Make a data folder. Each file is checked; the store comes last, so that half a hub never starts.

    Root restores for the user to whom the folder belongs.
    """
    if (data / STORE).exists():
        raise FolderNotEmpty
    with FolderLock(data), opened(backup) as source:
        files = source.files()
        tidy(data)
        (data / _UNFINISHED).touch(0o600)
        for file in sorted(files, key=lambda f: f.path == STORE):
            to = data / file.path
            with source.open(file) as f:
                _restore_one(f, file, to, progress)
        (data / _UNFINISHED).unlink()
        hand_over(data)
    return files


def tidy(data: Path) -> None:
    """Delete the half of a file that a killed restore left. For who holds the folder."""
    if (data / _UNFINISHED).exists():
        for left in data.rglob(".*.part"):
            left.unlink()
        (data / _UNFINISHED).unlink()


def _manifest(copied: Mapping[str, Copied], now: datetime) -> bytes:
    files = [{"path": f.path, "size": f.size_bytes, "sha256": f.sha256} for f in copied.values()]
    return json.dumps({"format": FORMAT, "made_at": to_text(now), "files": files}, indent=1).encode()


def _pieces(source: IO[bytes], size_bytes: int) -> Iterator[bytes]:
    """Exactly so many bytes; fewer if the file ends before."""
    while size_bytes > 0 and (piece := source.read(min(_PIECE, size_bytes))):
        yield piece
        size_bytes -= len(piece)


def _restore_one(source: IO[bytes], file: Copied, to: Path, progress: Progress) -> None:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = to.with_name(f".{to.name}.part")
    digest = hashlib.sha256()
    with _new_file(fresh) as out:
        for piece in _pieces(source, file.size_bytes):
            digest.update(piece)
            out.write(piece)
            progress(len(piece))
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != file.sha256:
        fresh.unlink()
        raise BadBackup(f"{file.path} is not as it was when the backup was made; use another backup")
    fresh.replace(to)


def _new_file(path: Path) -> IO[bytes]:
    """For its owner only, as everything of a hub."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


class FolderPlace:
    """A folder. Made again into the same one, only what is new is copied."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._earlier: dict[str, Copied] = {}
        if (folder / MANIFEST).exists():
            with opened(folder) as source:
                self._earlier = {file.path: file for file in source.files()}
        elif any(folder.iterdir()):
            raise FolderNotEmpty(f"{folder} holds something else than a backup; choose an empty folder")

    def has(self, path: str, size_bytes: int) -> Copied | None:
        """Only recordings: they grow at their ends and never change before."""
        earlier = self._earlier.get(path)
        if earlier is None or earlier.size_bytes != size_bytes or not path.startswith("recordings/"):
            return None
        there = _in_folder(self._folder, earlier)
        return earlier if there.is_file() and there.stat().st_size >= size_bytes else None

    def put(self, path: str, source: IO[bytes], size_bytes: int, progress: Progress) -> Copied:
        fresh = self._folder / path
        fresh = fresh.with_name(f".{fresh.name}.part")
        fresh.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        with _new_file(fresh) as out:
            for piece in _pieces(source, size_bytes):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
                progress(len(piece))
            out.flush()
            os.fsync(out.fileno())
        copied = Copied(path=path, size_bytes=size, sha256=digest.hexdigest())
        fresh.replace(_in_folder(self._folder, copied))
        return copied

    def finish(self, manifest: bytes, files: Mapping[str, Copied]) -> None:
        """What was deleted at home since is deleted here too."""
        write_whole(self._folder / MANIFEST, manifest, mode=0o600)
        now = {_in_folder(self._folder, file) for file in files.values()}
        for earlier in self._earlier.values():
            if (gone := _in_folder(self._folder, earlier)) not in now:
                gone.unlink(missing_ok=True)


def _in_folder(folder: Path, file: Copied) -> Path:
    """Each store has a name of its own, so that the backup before is whole until this one is."""
    name = f"hub-{file.sha256[:16]}.db" if file.path == STORE else file.path
    return folder / name


class TarPlace:
    """One file, `NAME.tar`; it has its name only when it is whole. Use with `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._out = _new_file(self._fresh)
        self._tar = tarfile.TarFile(fileobj=self._out, mode="w", format=tarfile.PAX_FORMAT)

    def has(self, _path: str, _size_bytes: int) -> None:
        return None

    def put(self, path: str, source: IO[bytes], size_bytes: int, progress: Progress) -> Copied:
        counted = _Counted(source, progress)
        member = tarfile.TarInfo(path)
        member.size = size_bytes
        member.mode = 0o600
        self._tar.addfile(member, counted)
        return Copied(path=path, size_bytes=size_bytes, sha256=counted.digest.hexdigest())

    def finish(self, manifest: bytes, _files: Mapping[str, Copied]) -> None:
        self.put(MANIFEST, io.BytesIO(manifest), len(manifest), lambda _bytes: None)
        self._tar.close()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._fresh.replace(self._path)

    def __enter__(self) -> TarPlace:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()
        self._fresh.unlink(missing_ok=True)


class _Counted(io.RawIOBase):
    """Reads on, and hashes and counts what goes by."""

    def __init__(self, source: IO[bytes], progress: Progress) -> None:
        self._source = source
        self._progress = progress
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        self._progress(len(piece))
        return piece


class Source(Protocol):
    """A backup that was made."""

    def files(self) -> list[Copied]: ...

    def open(self, file: Copied) -> IO[bytes]: ...


@contextmanager
def opened(backup: Path) -> Iterator[Source]:
    """A folder or a `.tar`."""
    with ExitStack() as made:
        if backup.is_dir():
            yield _FolderSource(backup)
            return
        try:
            tar = made.enter_context(tarfile.open(backup, "r:"))
        except FileNotFoundError:
            raise BadBackup(f"there is no backup {backup}") from None
        except (tarfile.TarError, OSError) as e:
            raise BadBackup(f"{backup} is not a whole backup of a hub") from e
        yield _TarSource(tar)


@dataclass(frozen=True)
class _FolderSource:
    folder: Path

    def files(self) -> list[Copied]:
        try:
            return _listed((self.folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise BadBackup(f"{self.folder} is not a backup, or one that was not finished") from None

    def open(self, file: Copied) -> IO[bytes]:
        try:
            return _in_folder(self.folder, file).open("rb")
        except FileNotFoundError:
            raise BadBackup(f"{file.path} is missing from the backup") from None


@dataclass(frozen=True)
class _TarSource:
    tar: tarfile.TarFile

    def files(self) -> list[Copied]:
        return _listed(self._member(MANIFEST).read())

    def open(self, file: Copied) -> IO[bytes]:
        return self._member(file.path)

    def _member(self, path: str) -> IO[bytes]:
        try:
            found = self.tar.extractfile(path)
        except (KeyError, tarfile.TarError) as e:
            raise BadBackup(f"{path} is missing from the backup") from e
        if found is None:
            raise BadBackup(f"{path} is not a file in this backup")
        return found


def _listed(manifest: bytes) -> list[Copied]:
    try:
        document: Any = json.loads(manifest)
        if document["format"] != FORMAT:
            raise BadBackup("this backup was made by a newer version; restore it with that version")
        files = [
            Copied(path=str(f["path"]), size_bytes=int(f["size"]), sha256=str(f["sha256"]))
            for f in document["files"]
        ]
    except (KeyError, TypeError, ValueError) as e:
        raise BadBackup(f"the {MANIFEST} of this backup is damaged") from e
    for file in files:
        parts = PurePosixPath(file.path).parts
        if not parts or ".." in parts or PurePosixPath(file.path).is_absolute() or parts[0] in ("lock",):
            raise BadBackup(f"this backup names a file outside its folder: {file.path}")
    if STORE not in {file.path for file in files}:
        raise BadBackup("this backup holds no store")
    return files
