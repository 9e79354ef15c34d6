"""Hears one camera for as long as it is a camera of this home: subscribe, pull, renew, and begin again."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from latchstring.base.clock import Clock
from latchstring.base.time import to_micros
from latchstring.hub.cameras.errors import CameraError, CameraUnreachable
from latchstring.hub.cameras.models import CameraNotice
from latchstring.hub.cameras.onvif.device import Device, connect
from latchstring.hub.cameras.onvif.errors import NotSupported, OnvifFault, OnvifLoginRefused, OnvifTrouble
from latchstring.hub.cameras.onvif.events import RENEW_AFTER_SECONDS, Said, Subscription
from latchstring.hub.cameras.onvif.held import held_for
from latchstring.hub.cameras.onvif.models import Connection

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0
REFUSED_WAIT = 600.0
"""A camera whose login is refused is left alone for longer: some lock a user after a few wrong ones."""
LEAST_BETWEEN_PULLS = 0.25
"""A camera that does not know how to wait answers at once; it is not asked faster than this."""
FAREWELL_SECONDS = 1.0
MOST_TROUBLES = 3
"""So often may a camera that is there fail to answer for a subscription, before it gets a new one."""

State = Literal["connecting", "listening", "failed"]


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """How hearing one camera goes."""

    state: State = "connecting"
    message: str = ""
    clock_ahead_seconds: float | None = None
    heard_at: datetime | None = None  # its last notice, by the hub's clock


class Ear:
    """One camera's listener. Whatever its camera does, it ends only when it is cancelled."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        tell: Callable[[CameraNotice], None],
        hide: Callable[[Device, Connection, bool], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._tell = tell
        self._hide = hide
        self.hearing = Hearing()
        self._wait = FIRST_WAIT
        self._heard_until = clock.monotonic()  # what was said before that has been heard

    async def listen(self) -> None:
        while True:
            try:
                async with connect(self._connection.address, self._connection.login, self._clock) as device:
                    await self._attend(device)
            except (OnvifLoginRefused, NotSupported) as e:
                self._failed(e)
                self._wait = REFUSED_WAIT
            except CameraError as e:
                self._failed(e)
            except Exception:
                log.exception("hearing camera %s failed", self._connection.camera)
                self._failed(CameraError())
            await self._pause()

    async def _attend(self, device: Device) -> None:
        await self._meet(device)
        if not device.offers("events"):
            raise NotSupported("the camera tells nothing by itself; the hub looks for motion in its pictures")
        while True:
            async with _begun(device) as subscription:
                self.hearing = replace(self.hearing, state="listening", message="")
                await self._follow(device, subscription)
            await self._pause()
            await device.greet()
            await self._meet(device)

    async def _follow(self, device: Device, subscription: Subscription) -> None:
        """Until the camera says that the subscription is over, or cannot answer for it any more."""
        renew_at = self._clock.monotonic() + RENEW_AFTER_SECONDS
        troubles, refused = 0, False
        self._heard_until = self._clock.monotonic()
        while troubles < MOST_TROUBLES:
            began = self._clock.monotonic()
            try:
                for said in await subscription.pull():
                    await self._pass_on(said)
                self._heard_until = self._clock.monotonic()
                troubles, refused, self._wait = 0, False, FIRST_WAIT
                await self._hide(device, self._connection, True)
                if self._clock.monotonic() >= renew_at:
                    renew_at = self._clock.monotonic() + RENEW_AFTER_SECONDS
                    await _renew(subscription)
            except OnvifFault:
                return
            except OnvifLoginRefused:
                if refused:
                    raise
                refused = True  # a login carries the time, and one of the two clocks may have been set
                await device.greet()
            except (CameraUnreachable, OnvifTrouble) as e:
                troubles += 1
                await self._wait_for(device, e)
            took = self._clock.monotonic() - began
            await asyncio.sleep(max(0.0, LEAST_BETWEEN_PULLS - took))

    async def _wait_for(self, device: Device, trouble: CameraError) -> None:
        """Until it answers again. Its subscription may have outlived the trouble, and holds what was said."""
        while True:
            self._failed(trouble)
            await self._pause()
            try:
                await device.greet()
            except CameraError as e:
                trouble = e
                continue
            await self._meet(device)
            self.hearing = replace(self.hearing, state="listening", message="")
            return

    async def _pause(self) -> None:
        await asyncio.sleep(self._wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    async def _meet(self, device: Device) -> None:
        """It is there, or there again: look at its clock, and tell it what to hide."""
        ahead = device.clock_ahead
        self.hearing = replace(
            self.hearing, clock_ahead_seconds=ahead.total_seconds() if ahead is not None else None
        )
        await self._hide(device, self._connection, False)

    async def _pass_on(self, said: Said) -> None:
        """In a thread, so that a slow listener holds up this camera alone."""
        now = self._clock.now()
        self.hearing = replace(self.hearing, heard_at=now)
        held = self._held(said, now)
        notice = CameraNotice(
            camera=self._connection.camera,
            kind=said.kind,
            active=said.active,
            at_us=to_micros(now - held),
            is_late=bool(held),
        )
        try:
            await asyncio.to_thread(self._tell, notice)
        except Exception:
            log.exception("what camera %s said could not be passed on", notice.camera)

    def _held(self, said: Said, now: datetime) -> timedelta:
        ahead = self.hearing.clock_ahead_seconds
        return held_for(
            said.at,
            now=now,
            clock_ahead=None if ahead is None else timedelta(seconds=ahead),
            unheard_for=timedelta(seconds=self._clock.monotonic() - self._heard_until),
        )

    def _failed(self, e: CameraError) -> None:
        self.hearing = replace(self.hearing, state="failed", message=e.message)


@asynccontextmanager
async def _begun(device: Device) -> AsyncIterator[Subscription]:
    subscription = await Subscription.begin(device)
    try:
        yield subscription
    finally:
        with suppress(CameraError, TimeoutError):
            await asyncio.wait_for(subscription.end(), FAREWELL_SECONDS)


async def _renew(subscription: Subscription) -> None:
    """A refusal without a reason, or none at all, is not believed; a fault is."""
    try:
        await subscription.renew()
    except OnvifFault:
        raise
    except CameraError as e:
        log.info("a camera did not renew: %s", e.message)
