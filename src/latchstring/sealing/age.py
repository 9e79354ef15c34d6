"""Seal a stream to age recipients (age-encryption.org/v1, X25519). Opening is in `sealing.unseal`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Protocol

import pyrage

from latchstring.base.errors import BadInput

HEADER = b"age-encryption.org/v1\n"


class BadRecipient(BadInput):
    """This is not an age recipient; one looks like age1 and 58 letters and digits."""


class Sink(Protocol):
    """Where ciphertext is written to."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


def seal(plaintext: Iterator[bytes], ciphertext: Sink, recipients: Sequence[str]) -> None:
    """Encrypt to every recipient; each alone can open it. age does not say who sealed: sign what you seal."""
    to = [_recipient(r) for r in recipients]
    source, sink = _Pieces(plaintext), _Watched(ciphertext)
    try:
        pyrage.encrypt_io(source, sink, to)
    except pyrage.EncryptError as e:  # which says in words only what failed under it
        if trouble := source.trouble or sink.trouble:
            raise trouble from e
        raise


def check_recipient(text: str) -> str:
    """`text` itself when it is an X25519 recipient with a right checksum."""
    _recipient(text)
    return text


def looks_sealed(head: bytes) -> bool:
    """Whether a file that starts like this claims to be an age file."""
    return head.startswith(HEADER)


class _Pieces(io.RawIOBase):
    """Reads from an iterator of byte strings as from a file; keeps the error that stopped it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")
        self.trouble: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer at the end of a piece; nothing only at the very end."""
        try:
            while not self._left:
                self._left = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except Exception as e:
            self.trouble = e
            raise
        size = len(self._left) if size < 0 else size
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)


class _Watched:
    """Writes on; keeps the error that stopped it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.trouble: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._sink.write(data)
        except Exception as e:
            self.trouble = e
            raise

    def flush(self) -> None:
        self._sink.flush()


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as e:
        raise BadRecipient(f"{text[:70]!r} is not an age recipient: {e}") from e
