"""Tar streams that are the same bytes each time (POSIX ustar): one owner, one mode, no clock."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from latchstring.base.errors import BadInput

BLOCK = tarfile.BLOCKSIZE
MAX_FILE_BYTES = 8 * 1024**3 - 1
"""What ustar's octal size field can say."""


class Member(Protocol):
    """A file on its way into a tar."""

    @property
    def path(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def chunks(self) -> Callable[[], Iterator[bytes]]: ...


class ChangedWhileRead(BadInput):
    """A file did not have the length that was announced for it."""


def size_of(members: Sequence[Member]) -> int:
    """How long the tar of these members is, in bytes."""
    return sum(BLOCK + _blocks(m.size) for m in members) + 2 * BLOCK


def stream(members: Sequence[Member], *, pad_to: int = 0) -> Iterator[bytes]:
    """The tar, in the given order, followed by zeros up to `pad_to` bytes; readers stop at the end mark."""
    for member in members:
        yield _header(member)
        length = 0
        for chunk in member.chunks():
            length += len(chunk)
            yield chunk
        if length != member.size:
            raise ChangedWhileRead(f"{member.path} has {length} bytes, not {member.size}")
        if rest := _blocks(length) - length:
            yield bytes(rest)
    yield bytes(2 * BLOCK)
    padding = pad_to - size_of(members)
    while padding > 0:
        piece = min(padding, io.DEFAULT_BUFFER_SIZE * 8)
        yield bytes(piece)
        padding -= piece


def _header(member: Member) -> bytes:
    if member.size > MAX_FILE_BYTES:
        raise BadInput(f"{member.path} is too large for a package; share a shorter clip")
    info = tarfile.TarInfo(member.path)
    info.size, info.mode, info.mtime = member.size, 0o644, 0
    return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")


def _blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
