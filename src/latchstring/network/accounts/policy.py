"""Who may do what with accounts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from latchstring.network.accounts.models import OFFICER, REVIEWER, Account

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Granted:
    """It may happen."""


@dataclass(frozen=True)
class Refused:
    """It may not, and why."""

    reason: str


def may_enrol_key(account: Account) -> Granted | Refused:
    if account.role not in (OFFICER, REVIEWER):
        return Refused("only officers and reviewers sign, so only they have a key")
    if account.key is not None:
        return Refused("this account has a key already; the operator can reset it")
    return Granted()


def wait_after(failures: int) -> timedelta:
    """How long a name must wait after so many wrong passwords in a row: nothing at first, then doubling."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_TRIES, 16)), LONGEST_WAIT)


def must_wait(wait_until: datetime | None, *, now: datetime) -> Granted | Refused:
    if wait_until is not None and now < wait_until:
        seconds = int((wait_until - now).total_seconds()) + 1
        return Refused(f"too many wrong passwords for this name; try again in {seconds} s")
    return Granted()
