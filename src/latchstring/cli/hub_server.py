"""Answering browsers until Ctrl-C: over plain http, and over https where the hub has a certificate."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from latchstring.base.service_manager import SignsOfLife
from latchstring.hub.daemon import Hub
from latchstring.hub.https.certificates import HomeCertificate, front
from latchstring.web.hub.app import create_app
from latchstring.web.hub.plain import PlainHttp


def serve(running: Hub, plain: socket.socket, secure: socket.socket | None = None) -> None:
    """Until Ctrl-C or a polite kill. No access log: who looked when is nobody's business."""
    app = create_app(running)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as Ctrl-C, so that everything is stopped in order
    with suppress(KeyboardInterrupt), SignsOfLife(running.is_alive):
        if secure is None or running.certificate is None:
            _Server(_config(app), running).run(sockets=[plain])
            return
        context = front(running.certificate)
        teaches = isinstance(running.certificate, HomeCertificate)
        open_ = PlainHttp(app, https_port=running.settings.https_port, teaches=teaches)
        with _beside(_Server(_config(open_), running), plain):
            config = _config(app, ssl_context_factory=lambda _config, _default: context)
            _Server(config, running).run(sockets=[secure])


class _Server(uvicorn.Server):
    """Tells those who would go on without end, before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, running: Hub) -> None:
        super().__init__(config)
        self._running = running

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._running.leaving.set()
        await super().shutdown(sockets)


@contextmanager
def _beside(server: uvicorn.Server, listening: socket.socket) -> Iterator[None]:
    """In a thread of its own, where uvicorn leaves signals to the main one."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="plain http")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=3,
        ws_max_size=1 << 16,
        **more,
    )
