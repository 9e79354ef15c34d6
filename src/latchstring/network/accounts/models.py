"""Accounts, sessions, agencies and signing keys."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from latchstring.base import ids
from latchstring.base.errors import BadInput
from latchstring.base.ids import AccountId
from latchstring.base.signing import VerifyKey

OPERATOR, OFFICER, REVIEWER = "operator", "officer", "reviewer"
ROLES = (OPERATOR, OFFICER, REVIEWER)
AGENCY_TYPES = ("local-police", "sheriff", "fire", "missing-person-unit")

_AGENCY = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")


class BadName(BadInput):
    """A name has 2 to 60 printable characters and no space at either end."""


class BadRole(BadInput):
    """A role is operator, officer or reviewer; officers have an agency, the others have none."""


class BadAgency(BadInput):
    """An agency's short name has 2 to 41 small letters, digits and hyphens, like `riverside-pd`."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who signs in. Only the `holder` pseudonym leaves the accounts."""

    id: AccountId
    name: str
    role: str
    agency: str | None
    holder: str
    must_change_password: bool
    key: VerifyKey | None  # the current one

    @classmethod
    def new(cls, name: str, role: str, agency: str | None) -> Account:
        if not (2 <= len(name) <= 60 and name.isprintable() and name == name.strip()):
            raise BadName
        if role not in ROLES or (role == OFFICER) != (agency is not None):
            raise BadRole
        pseudonym = base64.b32encode(secrets.token_bytes(8)).decode().rstrip("=").lower()
        return cls(
            id=AccountId(ids.new("ac")),
            name=name,
            role=role,
            agency=agency,
            holder=f"{role}-{pseudonym}",
            must_change_password=True,
            key=None,
        )


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser. The token itself is known to the browser alone."""

    account: Account
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A new session, and the token for the cookie."""

    token: str
    session: Session


@dataclass(frozen=True, kw_only=True)
class Agency:
    """Who may ask."""

    agency: str
    title: str
    agency_type: str

    def __post_init__(self) -> None:
        if not _AGENCY.fullmatch(self.agency):
            raise BadAgency
        if not (1 <= len(self.title) <= 80 and self.title.isprintable()):
            raise BadAgency("an agency's title has 1 to 80 printable characters")
        if self.agency_type not in AGENCY_TYPES:
            raise BadAgency(f"an agency's type is one of {', '.join(AGENCY_TYPES)}")


@dataclass(frozen=True, kw_only=True)
class EnrolledKey:
    """A signing key that stands in the ledger."""

    key: VerifyKey
    holder: str
    role: str
    agency: str | None
    entry: int
