"""The hub's web app: its API, and the pages on top of it."""

from __future__ import annotations

from typing import Any, cast

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from latchstring.hub.daemon import Hub
from latchstring.hub.https.machine import host_names
from latchstring.web import errors, pages
from latchstring.web.hub import (
    auth,
    cameras,
    doorbell,
    doorbell_hook,
    downloads,
    event_clips,
    happenings,
    health,
    household,
    inbox,
    live,
    masks,
    motion,
    notify,
    offsite,
    onvif,
    programs,
    recordings,
    replies,
    settings,
    storage,
    streams,
    talk,
    trust,
)


def create_app(hub: Hub) -> FastAPI:
    """All routes need somebody of the household, but set-up, signing in, a press, `health` and `trust`.

    Streams for other programs need a stream key, which opens nothing else.
    """
    app = _app(hub)
    app.add_middleware(auth.KnownNames, names=[*hub.settings.names, *host_names()])
    return app


def openapi() -> dict[str, Any]:
    """The API's document; needs no hub and no data folder."""
    return _app(cast(Hub, None)).openapi()


def _app(hub: Hub) -> FastAPI:
    app = FastAPI(
        title="Latchstring hub",
        version="1",
        description="The recorder of one home. For its owner only.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=_operation_id,
        responses={422: {"model": errors.ErrorBody}},
    )
    errors.install(app)

    app.include_router(health.router(hub))
    app.include_router(auth.router(hub))
    app.include_router(doorbell_hook.router(hub))
    app.include_router(trust.router(hub))
    app.include_router(streams.router(hub))
    household_only = [Depends(auth.somebody_of(hub))]
    for part in (
        cameras,
        recordings,
        downloads,
        event_clips,
        live,
        happenings,
        inbox,
        masks,
        motion,
        onvif,
        notify,
        settings,
        household,
        programs,
        storage,
        offsite,
        doorbell,
        replies,
        talk,
    ):
        app.include_router(part.router(hub), dependencies=household_only)
    pages.install(app, "hub")
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
