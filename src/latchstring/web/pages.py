"""The built web app and the headers that keep it to itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PERMISSIONS = {
    "hub": "camera=(), geolocation=(), microphone=(self)",  # to talk at the door
    "network": "camera=(), geolocation=(), microphone=()",
}
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Latchstring</title>
<h1>The pages are not built yet</h1>
<p>Latchstring is running, and its API answers, but its web pages have to be built once.</p>
<p>Run <code>scripts/setup</code> in the project's folder, then reload this page.</p>"""


def install(app: FastAPI, name: Literal["hub", "network"], *, static: Path = STATIC) -> None:
    """Serve the built pages `name` below every other route of `app`, so call it after they are added."""
    app.add_middleware(SecurityHeaders, headers={**_HEADERS, "Permissions-Policy": _PERMISSIONS[name]})
    folder = static / name
    files = StaticFiles(directory=folder, check_dir=False)

    async def page(path: str, request: Request) -> Response:
        if path.startswith("api/"):
            raise HTTPException(404)
        if not (folder / "index.html").is_file():
            if path:
                raise HTTPException(404)
            return HTMLResponse(_NOT_BUILT, 503)
        response = await files.get_response(path or "index.html", request.scope)
        unchanging = path.startswith("assets/")  # the build puts a hash of the content into these names
        response.headers["Cache-Control"] = "max-age=31536000, immutable" if unchanging else "no-cache"
        return response

    app.add_api_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)


class SecurityHeaders:
    """Headers on each answer: only our own parts load, nobody frames us, and what is private is not kept."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        private = str(scope["path"]).startswith("/api/")

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if private:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, add)
