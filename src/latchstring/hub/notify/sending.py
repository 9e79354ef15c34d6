"""What every way of telling has in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol

import httpx

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.hub.notify.models import Channel, Notice

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LONGEST_SECONDS = 30.0
USER_AGENT = "latchstring-hub"
BACK_OFF = tuple(timedelta(seconds=s) for s in (2, 10, 30, 120, 600))
_BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class TryAgain(LatchstringError):
    """There was no answer; it is tried again."""

    def __init__(self, message: str | None = None, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after  # how long the other side asked to be left alone


class Refused(LatchstringError):
    """The other side did not take it."""


class Gone(Refused):
    """The other side does not want to be told any more."""


class Sender(Protocol):
    """One way of telling. Called in a thread of its own; waits no longer than a minute."""

    @property
    def once(self) -> bool:
        """Whether the same notice, told twice, is seen once: after a crash it may be told again."""
        ...

    def send(self, channel: Channel, notice: Notice) -> str:
        """Answers how it went, in words; otherwise `TryAgain`, `Refused` or `Gone`."""
        ...


def wait_before(tries: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after the `tries`th try, at least as long as the other side asked."""
    return max(BACK_OFF[min(tries, len(BACK_OFF)) - 1], asked or timedelta())


def _client() -> httpx.AsyncClient:
    """Keeps nothing, follows nothing, and looks at no proxy of the environment."""
    return httpx.AsyncClient(
        timeout=TIMEOUT, headers={"User-Agent": USER_AGENT}, follow_redirects=False, trust_env=False
    )


def post(url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    """Say it, and take the head of the answer alone: an answer that never ends is not read.

    httpx waits so long for each piece; the whole is given `LONGEST_SECONDS`, however it drips.
    """
    return asyncio.run(_post(url, content, headers))


async def _post(url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    try:
        async with (
            asyncio.timeout(LONGEST_SECONDS),
            _client() as http,
            http.stream("POST", url, content=content, headers=headers) as answer,
        ):
            return answer
    except TimeoutError as e:
        raise httpx.ReadTimeout("it took too long altogether") from e


def check(answer: httpx.Response, clock: Clock) -> str:
    """What an HTTP answer means."""
    status = answer.status_code
    if answer.is_success:
        return f"It answered {status}."
    if status in _BUSY or answer.is_server_error:
        raise TryAgain(f"It answered {status}; it is tried again.", after=_asked(answer, clock))
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise Gone(f"It answered {status}: nobody listens there.")
    if answer.is_redirect:
        raise Refused(f"It answered that it has moved ({status}); type the new address.")
    raise Refused(f"It answered {status}.")


def _asked(answer: httpx.Response, clock: Clock) -> timedelta | None:
    text = answer.headers.get("Retry-After", "")
    if text.isdecimal():
        return min(timedelta(seconds=min(int(text), 86_400)), BACK_OFF[-1])
    try:
        return min(parsedate_to_datetime(text) - clock.now(), BACK_OFF[-1])
    except (TypeError, ValueError):
        return None
