"""Who is asking: the session behind the cookie, the CSRF token, the role."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Cookie, Depends, Header, Request

from latchstring.base.errors import NotAllowed
from latchstring.network.accounts import service as accounts
from latchstring.network.accounts.models import OFFICER, OPERATOR, REVIEWER, Account, Session
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.roles import Role

COOKIE = "latchstring_session"
_READING = ("GET", "HEAD")


class CsrfMissing(NotAllowed):
    """The request did not carry its session's X-CSRF-Token; reload the page."""


class MustChangePassword(NotAllowed):
    """You are signed in with a one-time password; choose your own first."""


class WrongRole(NotAllowed):
    """Your account is not for this."""


def the_network(request: Request) -> NetworkDaemon:
    network: NetworkDaemon = request.app.state.network
    return network


Network = Annotated[NetworkDaemon, Depends(the_network)]
Token = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


def the_session(
    request: Request,
    network: Network,
    token: Token = None,
    csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "",
) -> Session:
    with network.database.transaction(Role.DOOR) as db:
        session = accounts.session_of(token, now=network.clock.now(), db=db)
    if request.method not in _READING and not hmac.compare_digest(csrf.encode(), session.csrf.encode()):
        raise CsrfMissing
    return session


SignedIn = Annotated[Session, Depends(the_session)]


def _account(session: SignedIn) -> Account:
    if session.account.must_change_password:
        raise MustChangePassword
    return session.account


Person = Annotated[Account, Depends(_account)]


def _only(role: str) -> Callable[[Account], Account]:
    def check(account: Person) -> Account:
        if account.role != role:
            raise WrongRole(f"This is for the {role}; you are signed in as {account.role}.")
        return account

    return check


Operator = Annotated[Account, Depends(_only(OPERATOR))]
Officer = Annotated[Account, Depends(_only(OFFICER))]
Reviewer = Annotated[Account, Depends(_only(REVIEWER))]
