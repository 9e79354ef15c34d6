"""The network's web app: the API, the public files, the built pages."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from latchstring.network.daemon import NetworkDaemon
from latchstring.web import errors, pages
from latchstring.web.network import (
    accounts,
    audits,
    claims,
    disclosures,
    evaluations,
    ledger,
    maps,
    places,
    requests,
    review,
)


def create(network: NetworkDaemon) -> FastAPI:
    """The app that serves `network`, which is started and stopped elsewhere."""
    app = _routes()
    app.state.network = network
    pages.install(app, "network")
    return app


def openapi() -> dict[str, Any]:
    """The API's document; needs no database."""
    return _routes().openapi()


def _routes() -> FastAPI:
    app = FastAPI(
        title="Latchstring network",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=_name,
    )
    errors.install(app)
    for part in (
        accounts, places, requests, review, disclosures, ledger, maps, claims, evaluations, audits,
    ):  # fmt: skip
        app.include_router(part.router)
    return app


def _name(route: APIRoute) -> str:
    """An operation is called like the function that serves it."""
    return route.name
