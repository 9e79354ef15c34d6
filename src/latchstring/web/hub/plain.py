"""What is answered over plain http once the hub has https."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from fastapi.requests import HTTPConnection
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from latchstring.hub.settings import is_this_machine

TRUST_PAGE = "/trust.html"
_OPEN = re.compile(
    r"/healthz"
    r"|/ca\.crt|/ca\.mobileconfig|/api/trust(/qr\.svg)?|/trust\.html|/assets/.+|/latch\.svg"
    r"|/api/doorbell/[^/]+/press"
)
"""Health checks, what a device needs to trust the hub, and buttons that know no certificates."""


class PlainHttp:
    """Sends browsers of other devices to https, by way of the page that teaches trust where they need it.

    This machine itself, and a proxy on it, go on as before: nothing of theirs goes over a wire.
    """

    def __init__(self, app: ASGIApp, *, https_port: int, teaches: bool) -> None:
        self._app = app
        self._https_port = https_port
        self._teaches = teaches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_safe(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "open this hub by https"})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        secure = link("https", host_of(HTTPConnection(scope)), self._https_port)
        if self._teaches and scope["path"] in ("/", TRUST_PAGE):

            async def may_look(message: Message) -> None:
                if message["type"] == "http.response.start":
                    headers = MutableHeaders(scope=message)
                    headers["Content-Security-Policy"] += f"; connect-src 'self' {secure}"
                await send(message)

            await self._app({**scope, "path": TRUST_PAGE, "raw_path": TRUST_PAGE.encode()}, receive, may_look)
        elif _OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
        else:
            query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            elsewhere = RedirectResponse(f"{secure.rstrip('/')}{quote(scope['path'])}{query}", 307)
            await elsewhere(scope, receive, send)


def host_of(connection: HTTPConnection) -> str:
    """The name or address under which the hub was asked, without a port."""
    return urlsplit(f"//{connection.headers.get('Host', '')}").hostname or "localhost"


def link(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/"


def _is_safe(scope: Scope) -> bool:
    client = scope.get("client")
    return (
        scope["type"] not in ("http", "websocket")
        or scope["scheme"] in ("https", "wss")
        or (client is not None and is_this_machine(client[0]))
    )
