"""Runs the jobs: procrastinate on the network's own PostgreSQL, in a thread with an event loop of its own.

A job is deferred by the transaction that makes it necessary (`ledger.enter`), and PostgreSQL's NOTIFY wakes
the worker at the commit. When the database goes away, the worker comes back with it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress

import procrastinate
import psycopg
from procrastinate import exceptions

from latchstring.base.errors import Unavailable
from latchstring.network.database.pools import Database
from latchstring.network.database.roles import Role
from latchstring.network.jobs.work import Work

_AGAIN_AFTER_SECONDS = 0.5
_STALLED_SECONDS = 30.0
_log = logging.getLogger(__name__)


class Worker:
    """Starts and stops with the network."""

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if (loop := self._loop) is not None and (task := self._task) is not None:
            with suppress(RuntimeError):  # the loop may have ended by itself
                loop.call_soon_threadsafe(task.cancel)
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.run(self._keep_running())

    async def _keep_running(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            self._task = asyncio.create_task(self._work_until_broken())
            try:
                await self._task
            except asyncio.CancelledError:
                return
            except (psycopg.OperationalError, exceptions.ConnectorException, Unavailable) as e:
                _log.warning("the worker lost the database (%s) and tries again", type(e).__name__)
            except Exception:  # noqa: BLE001 (one bad row must not end all integrating)
                _log.exception("the worker failed and tries again")
            await asyncio.to_thread(self._stopping.wait, _AGAIN_AFTER_SECONDS)

    async def _work_until_broken(self) -> None:
        await asyncio.to_thread(self._work.sweep)
        app = _app(self._database.url(Role.JOBS), self._work)
        async with app.open_async():
            await app.run_worker_async(
                concurrency=1,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=5.0,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=5.0,
                stalled_worker_timeout=_STALLED_SECONDS,
            )


def _app(url: str, work: Work) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c search_path=jobs", "application_name": "latchstring_worker"},
        min_size=1,
        max_size=4,
        timeout=5.0,
        reconnect_timeout=1.0,
    )
    app = procrastinate.App(connector=connector)
    again = procrastinate.RetryStrategy(wait=1)

    @app.task(name="integrate", queue="ledger", retry=again)
    def integrate() -> None:
        work.integrate()

    @app.periodic(cron="* * * * * */10")  # the sixth field is seconds
    @app.task(name="sweep", queue="ledger", queueing_lock="sweep", pass_context=False)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 (procrastinate gives it)
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            await app.job_manager.retry_job(job)
        await asyncio.to_thread(work.sweep)

    return app
