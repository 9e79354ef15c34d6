"""ONVIF for the whole home: cameras are found, asked, heard and told what to hide, each by itself."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from latchstring.base.clock import Clock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.errors import CameraError
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.cameras.onvif import discovery, hiding, places
from latchstring.hub.cameras.onvif import store as rows
from latchstring.hub.cameras.onvif.choice import BEST_GOP_SECONDS
from latchstring.hub.cameras.onvif.device import Device, ask, connect
from latchstring.hub.cameras.onvif.ear import Ear, Hearing
from latchstring.hub.cameras.onvif.errors import NotSupported
from latchstring.hub.cameras.onvif.finder import Finder
from latchstring.hub.cameras.onvif.models import Connection, Description, Login, Profile
from latchstring.hub.cameras.regions import Region
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
T = TypeVar("T")
STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """Whether a camera hides by itself what the owner's privacy masks cover."""

    can: bool
    on: bool
    hidden: int = 0  # masks that are in the camera now
    grown: int = 0  # of these cover more than was drawn
    problem: str = ""


class Onvif:
    """Made once by the daemon; use from any thread. All cameras are heard on one thread of its own."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        tell: Callable[[CameraNotice], None],
        masks_of: Callable[[CameraId], Sequence[Region]],
        where: Sequence[str] = (discovery.MULTICAST,),
    ) -> None:
        self._store = store
        self._clock = clock
        self._tell = tell
        self._masks_of = masks_of
        for place in where:
            discovery.parse_place(place)  # what is wrong with it is said at the start
        self.finder = Finder(lambda: discovery.search(where), clock)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ears: dict[CameraId, tuple[Connection, Ear, asyncio.Task[None]]] = {}
        self._hidings: dict[CameraId, tuple[hiding.Hidden | None, str]] = {}
        self._owed: set[CameraId] = set()
        self._pushing: dict[CameraId, asyncio.Lock] = {}
        self._following = asyncio.Lock()

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="onvif", daemon=True)
        self._thread.start()
        self.refresh()

    def stop(self) -> None:
        """Say goodbye to every camera, all at once."""
        loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._let_all_go(), loop).result(STOP_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def refresh(self) -> None:
        """Hear the cameras that are entered now, and no others."""
        if self._loop is not None:
            self._perform(self._follow_rows())

    # Before a camera is entered

    def ask(self, address: str, login: Login) -> tuple[str, Description]:
        """The address where it answers, and what it is."""
        return self._perform(ask(address, login, self._clock))

    def stream_addresses(self, address: str, login: Login, profiles: Sequence[str]) -> list[str]:
        """Where the streams with these tokens are, login included."""

        async def asked() -> list[str]:
            async with connect(address, login, self._clock) as device:
                return [await device.stream_address(token) for token in profiles]

        return self._perform(asked())

    def set_gop(self, address: str, login: Login, profiles: Sequence[Profile]) -> None:
        """Let these streams send a keyframe every two seconds."""

        async def asked() -> None:
            async with connect(address, login, self._clock) as device:
                for profile in profiles:
                    await device.set_gop(profile, BEST_GOP_SECONDS)

        self._perform(asked())

    # Cameras that are entered

    def enter(self, connection: Connection) -> None:
        """Hear this camera from now on."""
        with self._store.write() as db:
            rows.save(connection, db=db)
        self.refresh()

    def leave(self, camera: CameraId) -> None:
        """Forget its login, and hear it no more. Its pictures are recorded as before."""
        with self._store.write() as db:
            rows.forget(camera, db=db)
        self.refresh()

    def connection(self, camera: CameraId) -> Connection | None:
        return rows.find(self._store, camera)

    def known_hosts(self, urls: Sequence[str]) -> set[str]:
        """Where cameras of this home are: those that are heard, and those with these streams."""
        heard = {places.host_of(known.address) for known in rows.all_connections(self._store)}
        return heard | {urlsplit(url).hostname or "" for url in urls}

    def hearing(self, camera: CameraId) -> Hearing | None:
        """None: it is not reached through ONVIF."""
        heard = self._ears.get(camera)
        return heard[1].hearing if heard else None

    # Privacy masks in the camera

    def hiding(self, camera: CameraId) -> Hiding:
        known = self.connection(camera)
        if known is None:
            return Hiding(can=False, on=False)
        done, problem = self._hidings.get(camera, (None, ""))
        return Hiding(
            can=known.can_hide,
            on=known.hides,
            hidden=len(known.mask_tokens),
            grown=done.grown if done else 0,
            problem=problem,
        )

    def hide_in_camera(self, camera: CameraId, *, on: bool) -> Hiding:
        """Whether its privacy masks stand in the camera too: then not even the hub sees what they cover."""
        known = self.connection(camera)
        if known is None or not known.can_hide:
            raise NotSupported("this camera has no privacy masks that the hub can set")
        with self._store.write() as db:
            rows.save_hides(camera, hides=on, db=db)
        self.masks_changed(camera)
        return self.hiding(camera)

    def masks_changed(self, camera: CameraId) -> None:
        """Bring the camera's own masks in line; one that is away is told when it comes back."""
        known = self.connection(camera)
        if known is None or not (known.hides or known.mask_tokens):
            return

        async def told() -> None:
            try:
                async with connect(known.address, known.login, self._clock) as device:
                    await self._hide(device, known, False)
            except CameraError as e:
                self._put_off(camera, e)

        self._perform(told())

    async def _hide(self, device: Device, connection: Connection, only_if_owed: bool) -> None:
        """One at a time for a camera, or two would make the same mask twice.

        `only_if_owed`: nothing is done unless the camera could not be told the last time.
        """
        camera = connection.camera
        if only_if_owed and camera not in self._owed:
            return
        async with self._pushing.setdefault(camera, asyncio.Lock()):
            known = await asyncio.to_thread(self.connection, camera)
            if known is None or not known.can_hide or not (known.hides or known.mask_tokens):
                return
            wanted = await asyncio.to_thread(self._masks_of, camera) if known.hides else []
            try:
                done = await hiding.hide(
                    device, known.source, wanted, known.mask_tokens, made=partial(self._keep_tokens, camera)
                )
            except CameraError as e:
                self._put_off(camera, e)
                return
            await self._keep_tokens(camera, done.tokens)
            self._hidings[camera] = (done, "")
            self._owed.discard(camera)

    def _put_off(self, camera: CameraId, problem: CameraError) -> None:
        """Until the camera answers again; asking for more than it can do is not repeated."""
        self._hidings[camera] = (None, problem.message)
        if not isinstance(problem, NotSupported):
            self._owed.add(camera)

    async def _keep_tokens(self, camera: CameraId, tokens: Sequence[str]) -> None:
        def keep() -> None:
            with self._store.write() as db:
                rows.save_mask_tokens(camera, tokens, db=db)

        await asyncio.to_thread(keep)

    # On the thread of its own

    def _perform(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            return asyncio.run(work)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _follow_rows(self) -> None:
        """One at a time: who waits for an ear to end would begin others anew that are not wanted any more."""
        async with self._following:
            await self._follow_rows_now()

    async def _follow_rows_now(self) -> None:
        wanted = {known.camera: known for known in rows.all_connections(self._store)}
        for camera, (known, _, task) in list(self._ears.items()):
            if _reach(wanted.get(camera)) != _reach(known):
                del self._ears[camera]
                await _ended([task])
        for camera, known in wanted.items():
            if camera not in self._ears:
                ear = Ear(known, self._clock, self._tell, self._hide)
                self._ears[camera] = (known, ear, asyncio.create_task(ear.listen()))

    async def _let_all_go(self) -> None:
        tasks = [task for _, _, task in self._ears.values()]
        self._ears.clear()
        await _ended(tasks)


def _reach(known: Connection | None) -> object:
    """What must be the same for an ear to go on."""
    return known and (known.address, known.login)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
