"""Errors that people read.

LatchstringError            the docstring is the message, `status` is its HTTP status
├── BadInput        422     what was given cannot be used, and how to mend it
├── NotAllowed      403     who asks may not
├── NotSignedIn     401
├── NotFound        404
├── Conflict        409     somebody was first, or the state has moved on
├── TooLarge        413
├── TooOften        429
├── Unavailable     503     a part that is needed does not answer
└── VerificationError 422   a numbered check did not hold; nothing after it was looked at
"""

from __future__ import annotations


class LatchstringError(Exception):
    """Something went wrong."""

    status = 500

    def __init__(self, message: str | None = None, **details: object) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.details = details
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """A stable name for programs, in snake case."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class BadInput(LatchstringError):
    """What was given cannot be used."""

    status = 422


class NotAllowed(LatchstringError):
    """You may not do this."""

    status = 403


class NotSignedIn(LatchstringError):
    """Please sign in first."""

    status = 401
    challenge = ""
    """How a program that is no browser of ours may sign in: its `WWW-Authenticate` (RFC 9110, 11.6.1)."""


class NotFound(LatchstringError):
    """There is nothing here."""

    status = 404


class Conflict(LatchstringError):
    """Somebody was first, or things have moved on; look again."""

    status = 409


class TooLarge(LatchstringError):
    """This is larger than what is accepted here."""

    status = 413


class TooOften(LatchstringError):
    """Too many tries; wait a moment."""

    status = 429


class Unavailable(LatchstringError):
    """A part that is needed does not answer; try again."""

    status = 503


class VerificationError(LatchstringError):
    """A check did not hold."""

    status = 422
