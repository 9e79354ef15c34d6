"""Who may use the hub's pages: its one owner, from a browser on this network."""

from __future__ import annotations

import ipaddress
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response, WebSocketException
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from latchstring.base.errors import LatchstringError, NotAllowed, TooOften
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service
from latchstring.hub.owner.models import Choices, NetworkAddress, Session, WrongPassword
from latchstring.web import errors
from latchstring.web.hub.places import Place

COOKIE = "latchstring_hub"
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
    """Too many wrong passwords from this device; wait five minutes."""


class SetupState(BaseModel):
    needed: bool


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
    password: SecretStr


class PasswordForm(BaseModel):
    old: SecretStr
    new: SecretStr


class SessionState(BaseModel):
    """`csrf` goes with each call that changes something, as `X-CSRF-Token`."""

    csrf: str


def owner_of(hub: Hub) -> Callable[[HTTPConnection], Session]:
    """The dependency of every private route, over HTTP and WebSocket."""

    def owner(connection: HTTPConnection) -> Session:
        try:
            return _owner(hub, connection)
        except LatchstringError as e:
            if connection.scope["type"] == "websocket":
                raise WebSocketException(_POLICY_VIOLATION, e.message) from e
            raise

    return owner


def _owner(hub: Hub, connection: HTTPConnection) -> Session:
    session = service.session_of(hub.store, connection.cookies.get(COOKIE), now=hub.clock.now())
    _require_same_origin(connection.headers, needed=connection.scope["type"] == "websocket")
    if connection.scope["type"] == "http" and connection.scope["method"] not in ("GET", "HEAD"):
        given = connection.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), session.csrf.encode()):
            raise CsrfMissing
    return session


def _require_same_origin(headers: Headers, *, needed: bool) -> None:
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
    owner = owner_of(hub)
    owner_only = [Depends(owner)]

    @router.get("/setup")
    def setup_state() -> SetupState:
        """Whether this hub still needs an owner."""
        return SetupState(needed=service.needs_set_up(hub.store))

    @router.post("/setup")
    def set_up(form: SetupForm, request: Request) -> SetupAnswer:
        """Become the owner; works once. The recovery code is not shown again."""
        _require_same_origin(request.headers, needed=False)
        choices = Choices(
            home=form.home.point if form.home else None,
            network=NetworkAddress(url=form.network.url, vkey=form.network.vkey) if form.network else None,
        )
        password = form.password.get_secret_value()
        code = service.set_up(hub.store, password=password, choices=choices, now=hub.clock.now())
        hub.choices_changed()
        return SetupAnswer(recovery_code=code.text)

    @router.post("/session")
    def sign_in(form: SignInForm, request: Request, response: Response) -> SessionState:
        """Sign in with the owner's password."""
        _require_same_origin(request.headers, needed=False)
        address = request.client.host if request.client else ""
        with throttle.one_try(address):
            password = form.password.get_secret_value()
            token, session = service.sign_in(hub.store, password=password, now=hub.clock.now())
        response.set_cookie(
            COOKIE,
            token,
            max_age=service.SESSION_DAYS * 86_400,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return SessionState(csrf=session.csrf)

    @router.get("/session")
    def current_session(request: Request) -> SessionState:
        """The session of this browser, or 401."""
        return SessionState(csrf=owner(request).csrf)

    @router.delete("/session", status_code=204, dependencies=owner_only)
    def sign_out(request: Request, response: Response) -> None:
        """End this browser's session."""
        service.sign_out(hub.store, request.cookies.get(COOKIE, ""))
        response.delete_cookie(COOKIE)

    @router.post("/session/password", status_code=204, dependencies=owner_only)
    def change_password(form: PasswordForm, request: Request) -> None:
        """Change the password. Every session ends, this one too."""
        address = request.client.host if request.client else ""
        with throttle.one_try(address):
            old, new = form.old.get_secret_value(), form.new.get_secret_value()
            service.change_password(hub.store, old=old, new=new)

    return router


class Throttle:
    """At most five wrong passwords in five minutes from one device, and one at a time from all."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)
        self._one = threading.Lock()

    def one_try(self, address: str) -> _Try:
        return _Try(self, _device(address))

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
        else:
            self._wrong.pop(device, None)
        self._one.release()


class _Try:
    def __init__(self, throttle: Throttle, device: str) -> None:
        self._throttle, self._device = throttle, device

    def __enter__(self) -> None:
        self._throttle.enter(self._device)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._throttle.leave(self._device, was_wrong=kind is not None and issubclass(kind, WrongPassword))


def _device(address: str) -> str:
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
