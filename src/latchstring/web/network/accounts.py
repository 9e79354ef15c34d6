"""Signing in, and the operator's accounts and agencies."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from latchstring.base.ids import AccountId
from latchstring.base.signing import VerifyKey
from latchstring.network.accounts import service, store
from latchstring.network.accounts.models import Account, Agency, Session
from latchstring.network.accounts.models import SignedIn as NewSession
from latchstring.network.database.roles import Role
from latchstring.web.network.access import COOKIE, Network, Operator, Person, SignedIn, Token
from latchstring.web.network.shapes import (
    AccountShape,
    AgencyShape,
    Done,
    KeyToEnrol,
    MadeAccount,
    NewAccount,
    OneTimePassword,
    PasswordChange,
    Reset,
    SessionShape,
    SignIn,
)

router = APIRouter(prefix="/api")


@router.post("/session", tags=["anyone"])
def sign_in(given: SignIn, network: Network, response: Response) -> SessionShape:
    """Open a session; its token travels in a cookie that scripts cannot read."""
    lasts = timedelta(hours=network.settings.session_hours)
    with network.database.transaction(Role.DOOR) as db:
        opened = service.sign_in(given.name, given.password, lasts=lasts, now=network.clock.now(), db=db)
    if not isinstance(opened, NewSession):
        raise opened
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=network.settings.secure_cookie,
    )
    return _session(opened.session)


@router.get("/session", tags=["signed in"])
def current_session(session: SignedIn) -> SessionShape:
    """Who is signed in, and the token that every change has to repeat in `X-CSRF-Token`."""
    return _session(session)


@router.delete("/session", tags=["signed in"])
def sign_out(session: SignedIn, token: Token, network: Network, response: Response) -> Done:  # noqa: ARG001
    """End the session at once."""
    with network.database.transaction(Role.DOOR) as db:
        service.sign_out(token or "", db=db)
    response.delete_cookie(COOKIE)
    return Done()


@router.post("/session/password", tags=["signed in"])
def change_password(given: PasswordChange, session: SignedIn, token: Token, network: Network) -> AccountShape:
    """Choose a new password; other sessions of the account end."""
    with network.database.transaction(Role.DOOR) as db:
        account = service.change_password(session.account, given.old, given.new, keep=token or "", db=db)
    return _account(account)


@router.post("/session/key", tags=["officer", "reviewer"])
def enrol_key(given: KeyToEnrol, person: Person, network: Network) -> AccountShape:
    """Enter the public half of the signing key into the log; once."""
    key = VerifyKey.from_text(given.public_key)
    with network.database.transaction(Role.DOOR) as db:
        return _account(service.enrol_key(person, key, now=network.clock.now(), db=db))


@router.get("/accounts", tags=["operator"])
def list_accounts(operator: Operator, network: Network) -> list[AccountShape]:  # noqa: ARG001
    """Everybody who has an account."""
    with network.database.transaction(Role.DOOR) as db:
        return [_account(account) for account in store.everyone(db=db)]


@router.post("/accounts", tags=["operator"], status_code=201)
def create_account(given: NewAccount, operator: Operator, network: Network) -> MadeAccount:  # noqa: ARG001
    """Make an account; the one-time password is shown once."""
    with network.database.transaction(Role.DOOR) as db:
        account, password = service.create(
            given.name, given.role, given.agency, now=network.clock.now(), db=db
        )
    return MadeAccount(account=_account(account), password=password)


@router.post("/accounts/{account_id}/reset", tags=["operator"])
def reset_account(
    account_id: str,
    operator: Operator,  # noqa: ARG001
    network: Network,
    given: Reset | None = None,
) -> OneTimePassword:
    """A new one-time password; sessions end; with `key`, a new signing key may be enrolled."""
    with network.database.transaction(Role.DOOR) as db:
        password = service.reset(
            AccountId(account_id), key=given is not None and given.key, now=network.clock.now(), db=db
        )
    return OneTimePassword(password=password)


@router.get("/agencies", tags=["signed in"])
def list_agencies(person: Person, network: Network) -> list[AgencyShape]:  # noqa: ARG001
    """The enrolled agencies."""
    with network.database.transaction(Role.PUBLIC) as db:
        return [_agency(agency) for agency in store.agencies(db=db)]


@router.post("/agencies", tags=["operator"], status_code=201)
def enrol_agency(given: AgencyShape, operator: Operator, network: Network) -> AgencyShape:  # noqa: ARG001
    """Enter an agency into the log; from then on it may have officers."""
    agency = Agency(agency=given.agency, title=given.title, agency_type=given.agency_type)
    with network.database.transaction(Role.DOOR) as db:
        return _agency(service.enrol_agency(agency, now=network.clock.now(), db=db))


def _session(session: Session) -> SessionShape:
    return SessionShape(account=_account(session.account), csrf=session.csrf)


def _account(account: Account) -> AccountShape:
    return AccountShape.model_validate(
        {
            "id": account.id,
            "name": account.name,
            "role": account.role,
            "agency": account.agency,
            "holder": account.holder,
            "key_enrolled": account.key is not None,
            "must_change_password": account.must_change_password,
        }
    )


def _agency(agency: Agency) -> AgencyShape:
    return AgencyShape(agency=agency.agency, title=agency.title, agency_type=agency.agency_type)
