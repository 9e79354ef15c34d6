"""Who may use the hub's pages: its household, from a browser on this network."""

from __future__ import annotations

import ipaddress
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response, WebSocketException
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from latchstring.base.errors import LatchstringError, NotAllowed, NotSignedIn, TooOften
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.owner import household, service
from latchstring.hub.owner.models import (
    Choices,
    InvitationGone,
    NetworkAddress,
    Role,
    Session,
    WrongPassword,
)
from latchstring.web import errors
from latchstring.web.hub import rights
from latchstring.web.hub.device_name import device_name
from latchstring.web.hub.places import Place

COOKIE = "latchstring_hub"
DEVICE_COOKIE = "latchstring_device"
DEVICE_DAYS = 400
"""As long as browsers keep a cookie."""
CSRF_HEADER = "X-CSRF-Token"
TRIES = 5
PER_SECONDS = 300.0
_POLICY_VIOLATION = 1008


class OtherSite(NotAllowed):
    """This call came from another web page, and was not carried out."""


class CsrfMissing(NotAllowed):
    """This page is out of date; reload it and try again."""


class UnknownName(LatchstringError):
    """This hub does not answer under this name."""

    status = 421


class TooManyTries(TooOften):
    """Too many wrong passwords or invitations from this device; wait five minutes."""


class SessionState(BaseModel):
    """`csrf` goes with each call that changes something, as `X-CSRF-Token`."""

    csrf: str
    name: str
    role: Role

    @classmethod
    def of(cls, session: Session) -> SessionState:
        return cls(csrf=session.csrf, name=session.name, role=session.role)


class SetupState(BaseModel):
    """`has_members`: besides the first owner, so that signing in asks for a name.

    `session`: whose this browser is; null: nobody's.
    """

    needed: bool
    has_members: bool
    session: SessionState | None


class Network(BaseModel):
    """Where the network is, and its ledger's verifier key."""

    url: str
    vkey: str


class SetupForm(BaseModel):
    password: SecretStr
    home: Place | None = None
    network: Network | None = None


class SetupAnswer(BaseModel):
    """Shown once and kept nowhere."""

    recovery_code: str


class SignInForm(BaseModel):
    """Without a name it is the first owner."""

    name: str = Field(default="", max_length=200)
    password: SecretStr


class JoinForm(BaseModel):
    password: SecretStr


class PasswordForm(BaseModel):
    old: SecretStr
    new: SecretStr


def somebody_of(hub: Hub) -> Callable[[HTTPConnection], Session]:
    """The dependency of every private route, over HTTP and WebSocket: somebody who may call it."""

    def somebody(connection: HTTPConnection) -> Session:
        try:
            return _somebody(hub, connection)
        except LatchstringError as e:
            if connection.scope["type"] == "websocket":
                raise WebSocketException(_POLICY_VIOLATION, e.message) from e
            raise

    return somebody


def _somebody(hub: Hub, connection: HTTPConnection) -> Session:
    token = connection.cookies.get(COOKIE)
    session = service.session_of(hub.store, token, now=hub.clock.now())
    require_same_origin(connection.headers, needed=connection.scope["type"] == "websocket")
    if connection.scope["type"] == "http" and connection.scope["method"] not in ("GET", "HEAD"):
        given = connection.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), session.csrf.encode()):
            raise CsrfMissing
    route = connection.scope["route"].name
    rights.require(session.role, route)
    rights.require_camera(session, route, connection.path_params, lambda event: hub.video.event(event).camera)
    connection.state.session = session
    connection.state.may_stay = lambda: service.still_may(hub.store, token, session, now=hub.clock.now())
    return session


def _asking(connection: HTTPConnection) -> Session:
    session: Session = connection.state.session
    return session


Asking = Annotated[Session, Depends(_asking)]
"""The session of whoever calls, on a private route."""


def require_same_origin(headers: Headers, *, needed: bool) -> None:
    """A browser names the page that calls; it must be one of ours. Other clients name none."""
    origin = headers.get("Origin")
    if origin is None and not needed:
        return
    if origin is None or urlsplit(origin).netloc != headers.get("Host"):
        raise OtherSite


def router(hub: Hub) -> APIRouter:
    """Set-up and signing in: what works without a session."""
    router = APIRouter(prefix="/api", tags=["owner"])
    throttle = Throttle(hub)
    somebody = somebody_of(hub)
    private = [Depends(somebody)]

    @router.get("/setup")
    def setup_state(request: Request) -> SetupState:
        """What a page asks first: whether this hub still needs an owner, and who is here."""
        require_same_origin(request.headers, needed=False)
        token = request.cookies.get(COOKIE)
        try:
            session = SessionState.of(service.session_of(hub.store, token, now=hub.clock.now()))
        except NotSignedIn:
            session = None
        return SetupState(
            needed=service.needs_set_up(hub.store),
            has_members=bool(household.members(hub.store)),
            session=session,
        )

    @router.post("/setup")
    def set_up(form: SetupForm, request: Request) -> SetupAnswer:
        """Become the owner; works once. The recovery code is not shown again."""
        require_same_origin(request.headers, needed=False)
        choices = Choices(
            home=form.home.point if form.home else None,
            network=NetworkAddress(url=form.network.url, vkey=form.network.vkey) if form.network else None,
        )
        password = form.password.get_secret_value()
        code = service.set_up(hub.store, password=password, choices=choices, now=hub.clock.now())
        hub.choices_changed()
        return SetupAnswer(recovery_code=code.text)

    def enter(request: Request, response: Response, password: SecretStr, name: str) -> SessionState:
        address = request.client.host if request.client else ""
        with throttle.one_try(address):
            entered = service.sign_in(
                hub.store,
                password=password.get_secret_value(),
                now=hub.clock.now(),
                name=name.strip(),
                device_name=device_name(request.headers.get("User-Agent", "")),
                device_token=request.cookies.get(DEVICE_COOKIE, ""),
            )
        if (device := entered.new_device) is not None:
            about = f"{device.name}, {entered.session.name}"
            hub.bulletin.tell(Happening(kind="device", at=device.first_at, about=about))
        for cookie, token, days in (
            (COOKIE, entered.token, service.SESSION_DAYS),
            (DEVICE_COOKIE, entered.device_token, DEVICE_DAYS),
        ):
            response.set_cookie(
                cookie,
                token,
                max_age=days * 86_400,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return SessionState.of(entered.session)

    @router.post("/session")
    def sign_in(form: SignInForm, request: Request, response: Response) -> SessionState:
        """Sign in: the first owner with their password, everybody else with their name too."""
        require_same_origin(request.headers, needed=False)
        return enter(request, response, form.password, form.name)

    @router.post("/invitations/{token}")
    def join(token: str, form: JoinForm, request: Request, response: Response) -> SessionState:
        """Take up an invitation: choose a password and be signed in."""
        require_same_origin(request.headers, needed=False)
        with throttle.one_try(request.client.host if request.client else ""):
            member = household.take_up(
                hub.store, token, password=form.password.get_secret_value(), now=hub.clock.now()
            )
        return enter(request, response, form.password, member.name)

    @router.post("/invitations/{token}/look", status_code=204)
    def look_at_invitation(token: str, request: Request) -> None:
        """Whether an invitation waits, before a password is chosen; one that is gone is a wrong try."""
        require_same_origin(request.headers, needed=False)
        with throttle.one_try(request.client.host if request.client else ""):
            household.invited(hub.store, token, now=hub.clock.now())

    @router.get("/session")
    def current_session(request: Request) -> SessionState:
        """The session of this browser, or 401."""
        return SessionState.of(somebody(request))

    @router.delete("/session", status_code=204, dependencies=private)
    def sign_out(request: Request, response: Response) -> None:
        """End this browser's session."""
        service.sign_out(hub.store, request.cookies.get(COOKIE, ""))
        response.delete_cookie(COOKIE)

    @router.post("/session/password", status_code=204, dependencies=private)
    def change_password(form: PasswordForm, request: Request, session: Asking) -> None:
        """Change the password. Every session of this person ends, this one too."""
        address = request.client.host if request.client else ""
        with throttle.one_try(address):
            old, new = form.old.get_secret_value(), form.new.get_secret_value()
            service.change_password(hub.store, old=old, new=new, member=session.member)

    return router


class Throttle:
    """At most five wrong passwords in five minutes from one device, and one at a time from all.

    A right one forgives none of them: who lives here could guess at the password of somebody else in between.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)
        self._one = threading.Lock()

    def one_try(self, address: str) -> _Try:
        return _Try(self, device_at(address))

    def enter(self, device: str) -> None:
        self._one.acquire()
        wrong = self._wrong[device]
        while wrong and wrong[0] <= self._hub.clock.monotonic() - PER_SECONDS:
            wrong.popleft()
        if len(wrong) >= TRIES:
            self._one.release()
            raise TooManyTries

    def leave(self, device: str, *, was_wrong: bool) -> None:
        if was_wrong:
            self._wrong[device].append(self._hub.clock.monotonic())
        elif not self._wrong[device]:
            del self._wrong[device]
        self._one.release()


class _Try:
    def __init__(self, throttle: Throttle, device: str) -> None:
        self._throttle, self._device = throttle, device

    def __enter__(self) -> None:
        self._throttle.enter(self._device)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        wrong = kind is not None and issubclass(kind, (WrongPassword, InvitationGone))
        self._throttle.leave(self._device, was_wrong=wrong)


def device_at(address: str) -> str:
    """An IPv6 host has a whole /64 to try from; it counts as one device."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address


class KnownNames:
    """Answers only under names that no stranger's web page can make its own (DNS rebinding)."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            host = Headers(scope=scope).get("Host", "")
            if not is_known_name(host, self._names):
                error = UnknownName(
                    f"This hub does not answer under the name {host[:80]!r}. Open it by its IP address, "
                    "or add the name to 'names' in its settings."
                )
                await JSONResponse(errors.body(error), error.status)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_known_name(host: str, names: Collection[str]) -> bool:
    """localhost, an IP address, *.local, or a name from the settings; with or without a port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    name = name.rstrip(".")
    if name in names or name == "localhost" or name.endswith((".localhost", ".local")):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
