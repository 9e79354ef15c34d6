"""Uploads on their way in: resumable, named by the SHA-256 of what they will be, kept in files.

The length of the file is the truth about how much has come; every write is synced before it is acknowledged.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from latchstring.base.errors import BadInput, Conflict, TooLarge, Unavailable
from latchstring.base.files import sync_folder

_SHA256 = re.compile(r"[0-9a-f]{64}")
_AGE_HEADER = b"age-encryption.org/v1\n"
_CHUNK_BYTES = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BadUploadName(BadInput):
    """An upload is named by the SHA-256 of the ciphertext, 64 hex digits."""


class WrongOffset(Conflict):
    """This part does not begin where the upload ends; go on from `offset`."""


class UploadBusy(Conflict):
    """Another connection is sending this upload; wait a moment and ask where it stands."""


class UploadTooLarge(TooLarge):
    """This upload is larger than this network takes."""


class SpoolFull(Unavailable):
    """There is no room for more uploads just now; try again in an hour."""


class UploadIncomplete(Conflict):
    """The ciphertext has not arrived completely; send the rest from `offset`."""


class UploadDamaged(BadInput):
    """What arrived is not what was announced; it was thrown away, send it again from the start."""


class NotSealed(BadInput):
    """This is not an age file; only sealed packages are taken."""


@dataclass(frozen=True)
class Digests:
    """What a whole file hashes to, in hex."""

    sha256: str
    sha512: str
    size: int


class Spool:
    """The folder of unfinished and unclaimed uploads."""

    def __init__(self, folder: Path, *, max_bytes: int, max_total_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_total_bytes = max_total_bytes

    def file(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise BadUploadName
        return self._folder / f"{sha256}.part"

    def offset(self, sha256: str) -> int:
        """How many bytes have come."""
        try:
            return self.file(sha256).stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def part(self, sha256: str, offset: int) -> Iterator[Part]:
        """Append from `offset`, alone; what was written is kept when the sender breaks off."""
        path = self.file(sha256)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        used = sum(f.stat().st_size for f in self._folder.iterdir())
        if used >= self._max_total_bytes:
            raise SpoolFull
        with path.open("ab", buffering=0) as f:
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UploadBusy from None
            if (there := os.fstat(f.fileno()).st_size) != offset:
                raise WrongOffset(f"{WrongOffset.__doc__} It is {there}.", offset=there)
            part = Part(f, offset, min(self._max_bytes, offset + self._max_total_bytes - used))
            try:
                yield part
            finally:
                os.fsync(f.fileno())
        sync_folder(self._folder)

    def whole(self, sha256: str, size: int) -> Digests:
        """The digests of a finished upload; one that does not fit its name is thrown away."""
        path = self.file(sha256)
        if (there := self.offset(sha256)) < size:
            raise UploadIncomplete(f"{UploadIncomplete.__doc__} It is {there}.", offset=there)
        short, long = hashlib.sha256(), hashlib.sha512()
        with path.open("rb") as f:
            begins = f.read(len(_AGE_HEADER))
            f.seek(0)
            while chunk := f.read(_CHUNK_BYTES):
                short.update(chunk)
                long.update(chunk)
        found = Digests(short.hexdigest(), long.hexdigest(), there)
        if found.sha256 != sha256 or there != size:
            self.drop(sha256)
            raise UploadDamaged
        if begins != _AGE_HEADER:
            self.drop(sha256)
            raise NotSealed
        return found

    def drop(self, sha256: str) -> None:
        self.file(sha256).unlink(missing_ok=True)


class Part:
    """What one connection sends."""

    def __init__(self, file: FileIO, offset: int, limit: int) -> None:
        self._file = file
        self._limit = limit
        self.offset = offset

    def write(self, data: bytes) -> None:
        if self.offset + len(data) > self._limit:
            raise UploadTooLarge
        rest = memoryview(data)
        while rest:
            try:
                written = self._file.write(rest) or 0
            except OSError as e:
                if e.errno in _FULL:
                    raise SpoolFull from e
                raise
            rest = rest[written:]
            self.offset += written
