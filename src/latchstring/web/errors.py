"""Errors as people read them over HTTP: one shape, `{"error", "message", "details"}`, made in one place."""

from __future__ import annotations

import http
import logging
import traceback
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from latchstring.base.errors import LatchstringError, NotSignedIn

_log = logging.getLogger(__name__)
_FRAMES = 5


class ErrorBody(BaseModel):
    """What every refusal and failure looks like."""

    error: str
    message: str
    details: dict[str, Any] = {}


def install(app: FastAPI) -> None:
    """Answer each error of `app` in the one shape. Call it once, before `pages.install`."""
    app.add_exception_handler(LatchstringError, _explained)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _plain_http)
    app.add_middleware(_Unexpected)


def body(error: LatchstringError) -> dict[str, Any]:
    return {
        "error": error.code,
        "message": error.message,
        "details": {name: _plain(value) for name, value in error.details.items()},
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(name): _plain(v) for name, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


async def _explained(_: Request, error: Exception) -> JSONResponse:
    known = cast(LatchstringError, error)
    if known.status >= 500:
        _log.warning("answered %d: %s", known.status, known.message)
    challenge = known.challenge if isinstance(known, NotSignedIn) else ""
    headers = {"WWW-Authenticate": challenge} if challenge else None
    return JSONResponse(body(known), known.status, headers=headers)


async def _not_understood(_: Request, error: Exception) -> JSONResponse:
    """Names the field and what is wrong with it; never repeats the value, which may be a password."""
    wrong = [
        {"field": ".".join(str(p) for p in e["loc"] if p != "body"), "problem": e["msg"]}
        for e in cast(RequestValidationError, error).errors()
    ]
    first = wrong[0]
    where = f"in {first['field']!r}" if first["field"] else "in what was sent"
    return JSONResponse(
        {
            "error": "not_understood",
            "message": f"Something is wrong {where}: {first['problem'][:1].lower()}{first['problem'][1:]}.",
            "details": {"fields": wrong},
        },
        422,
    )


async def _plain_http(_: Request, error: Exception) -> JSONResponse:
    known = cast(HTTPException, error)
    status = http.HTTPStatus(known.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    message = {
        404: "There is nothing at this address.",
        405: "This address does not take that kind of request.",
    }.get(known.status_code, str(known.detail))
    return JSONResponse(
        {"error": code, "message": message, "details": {}}, known.status_code, headers=known.headers
    )


class _Unexpected:
    """Turns what nobody foresaw into a plain sentence, and logs where it happened without any value."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as e:
            frames = traceback.extract_tb(e.__traceback__)[-_FRAMES:]
            where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
            _log.error("unexpected %s at %s: %s", type(e).__name__, scope.get("path"), where)
            if scope["type"] != "http" or started:
                raise
            answer = JSONResponse(
                {
                    "error": "unexpected",
                    "message": "Something went wrong on our side. Nothing was lost; try again, and look at "
                    "the log if it stays.",
                    "details": {},
                },
                500,
            )
            await answer(scope, receive, send)
