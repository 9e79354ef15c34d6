"""The home on an MQTT broker, for Home Assistant and for whoever else listens.

It mirrors what is, and leaves it to the other side what to make of it: quiet hours and caps are for phones. A
press that happens while the broker is away is not told later, for a bell that rings late is wrong.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput
from latchstring.base.hosts import can_be_asked_for
from latchstring.base.ids import CameraId
from latchstring.base.time import to_text
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify import sending
from latchstring.hub.notify.homeassistant import BIRTH, OFF, ON, SWITCHES, Shown, Topics
from latchstring.hub.notify.models import Channel, Subject, Went

if TYPE_CHECKING:
    from aiomqtt import Client, MqttError

log = logging.getLogger(__name__)
PLAIN_PORT, TLS_PORT = 1883, 8883
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 5.0
PICTURE_SECONDS = 60.0
CANCEL_AGAIN_SECONDS = 0.1
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_WRONG_LOGIN = {4, 5, 134, 135}


class BadBroker(BadInput):
    """A broker is named by its host and a port from 1 to 65535."""


class BadAuthority(BadInput):
    """This is not a certificate in PEM form."""


class Home(Protocol):
    """What is mirrored. Called from other threads."""

    def shown(self) -> Sequence[Shown]:
        """Every camera that is there."""
        ...

    def removed(self) -> Sequence[CameraId]:
        """Every camera that was there once."""
        ...

    def tells(self, camera: CameraId, subject: Subject) -> bool: ...

    def switch(self, camera: CameraId | None, subject: Subject, *, is_on: bool) -> None: ...

    def detect(self, camera: CameraId, *, is_on: bool) -> None:
        """Look for motion there, or no more."""
        ...

    def picture_of(self, camera: CameraId) -> bytes | None:
        """Its newest picture as JPEG, fit to leave the home."""
        ...

    def went(self, channel: Channel, went: Went) -> None:
        """How the connection is."""
        ...


def settings(
    host: str, port: int | None, *, user: str = "", password: str = "", tls: bool = False, ca: str = ""
) -> dict[str, Any]:
    """A channel's own; `ca` is who signed the broker's certificate, where no public authority did."""
    port = port or (TLS_PORT if tls else PLAIN_PORT)
    if not can_be_asked_for(host) or any(c.isspace() or c in "/@?#" for c in host) or not 0 < port < 65_536:
        raise BadBroker
    secret = {"host": host, "port": port, "user": user, "password": password, "tls": tls, "ca": ca}
    _tls(secret)
    return secret


def about(secret: dict[str, Any]) -> str:
    return f"{'mqtts' if secret['tls'] else 'mqtt'}://{secret['host']}:{secret['port']}"


def try_out(channel: Channel, clock: Clock) -> str:
    """Connect once more beside what is connected, and say something."""
    from aiomqtt import MqttError

    async def once() -> None:
        topics = Topics(node_of(channel))
        async with connected(channel, "test") as client:
            await client.publish(topics.test, to_text(clock.now()), qos=1)

    try:
        asyncio.run(once())
    except (MqttError, OSError) as e:
        raise sending.Refused(_in_words(e)) from e
    return "The broker took it."


def node_of(channel: Channel) -> str:
    return channel.id.removeprefix("ch_")[:8]


class Mirror:
    """One connection to a broker, kept up by a thread of its own: `start`, `hear` what happens, `stop`."""

    def __init__(self, channel: Channel, home: Home, clock: Clock) -> None:
        self._channel = channel
        self._home = home
        self._clock = clock
        self._topics = Topics(node_of(channel))
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._happenings: asyncio.Queue[Happening] | None = None
        self._to_show: asyncio.Queue[CameraId] = asyncio.Queue()
        self._moving: set[CameraId] = set()
        self._announced: dict[str, str] = {}
        self._is_forgotten = False
        self._is_removed = False
        self._has_left = False
        self._last: Went | None = None
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hear(self, happening: Happening) -> None:
        """A listener of the bulletin."""
        with suppress(RuntimeError):  # it has stopped
            self._loop.call_soon_threadsafe(self._take, happening)

    def announce_again(self) -> None:
        """Somebody else has taken back what the broker kept."""
        self._is_forgotten = True

    def stop(self, *, is_removed: bool = False) -> bool:
        """Say that the hub is away; with `is_removed`, take back what the broker keeps of it.

        False: the broker was not there to hear it.
        """
        self._is_removed = is_removed
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join()
        return self._has_left

    def _take(self, happening: Happening) -> None:
        camera = happening.camera
        if camera is not None and happening.kind == "motion-began":
            self._moving.add(camera)
        elif camera is not None and happening.kind == "motion-ended":
            self._moving.discard(camera)
        if self._happenings is not None:
            self._happenings.put_nowait(happening)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._stay_connected())

    async def _stay_connected(self) -> None:
        from aiomqtt import MqttError

        tries = 0
        while not self._stop.is_set():
            try:
                async with connected(self._channel, "hub", will=self._topics.status) as client:
                    tries = 0
                    self._note(ok=True, message="Connected.")
                    await self._serve(client)
            except (MqttError, OSError) as e:
                self._note(ok=False, message=_in_words(e))
            except Exception as e:  # noqa: BLE001  what the hub's own disk refuses must not end this for good
                log.error("MQTT: unexpected %s", type(e).__name__)
            self._happenings = None
            with suppress(TimeoutError):
                seconds = BACK_OFF[min(tries, len(BACK_OFF) - 1)]
                await asyncio.wait_for(self._stop.wait(), seconds)
            tries += 1

    async def _serve(self, client: Client) -> None:
        """Until the connection ends or the hub stops."""
        self._happenings, self._to_show = asyncio.Queue(), asyncio.Queue()
        self._announced = {}
        await client.subscribe(BIRTH, qos=1)
        await client.subscribe(self._topics.command("+", "+"), qos=1)
        await client.subscribe(f"{self._topics.detects('+')}/set", qos=1)
        for camera in await asyncio.to_thread(self._home.removed):
            await forget(client, self._topics, camera)
        await self._announce(client)
        await client.publish(self._topics.status, "online", qos=1, retain=True)
        await first_of(
            self._tell(client, self._happenings),
            self._show_pictures(client),
            self._obey(client),
            self._look(client),
            self._stop.wait(),
        )
        await self._leave(client)

    async def _leave(self, client: Client) -> None:
        if self._is_removed:
            cameras = [shown.camera for shown in await asyncio.to_thread(self._home.shown)]
            await take_back(client, self._topics, cameras)
        else:
            await client.publish(self._topics.status, "offline", qos=1, retain=True)
        self._has_left = True

    async def _tell(self, client: Client, happenings: asyncio.Queue[Happening]) -> None:
        while True:
            happening = await happenings.get()
            if (camera := happening.camera) is None:
                continue
            match happening.kind:
                case "press":
                    ring = json.dumps({"event_type": "ring", "at": to_text(happening.at)})
                    await client.publish(self._topics.ring(camera), ring, qos=1)
                    self._to_show.put_nowait(camera)
                case "motion-began":
                    await client.publish(self._topics.motion(camera), ON, qos=1, retain=True)
                    self._to_show.put_nowait(camera)
                case "motion-ended":
                    await client.publish(self._topics.motion(camera), OFF, qos=1, retain=True)

    async def _show_pictures(self, client: Client) -> None:
        """Beside the telling: what happens at another camera waits for no picture."""
        while True:
            await self._show(client, await self._to_show.get())

    async def _obey(self, client: Client) -> None:
        async for message in client.messages:
            topic, payload = str(message.topic), message.payload
            if topic == BIRTH and payload == b"online":
                self._announced = {}
                await self._announce(client)
            elif payload in (b"ON", b"OFF"):
                await self._turn(client, topic, is_on=payload == b"ON")

    async def _turn(self, client: Client, topic: str, *, is_on: bool) -> None:
        present = {shown.camera for shown in await asyncio.to_thread(self._home.shown)}
        if (asked := self._topics.asked(topic)) and asked[0] in present:
            await asyncio.to_thread(self._home.switch, *asked, is_on=is_on)
        elif (camera := self._topics.asked_to_detect(topic)) in present and camera is not None:
            await asyncio.to_thread(self._home.detect, camera, is_on=is_on)
        else:
            return
        await self._announce(client)

    async def _look(self, client: Client) -> None:
        """What was changed on the pages is told within seconds; pictures are renewed every minute."""
        shown_at = -PICTURE_SECONDS
        while True:
            if self._clock.monotonic() - shown_at >= PICTURE_SECONDS:
                shown_at = self._clock.monotonic()
                for shown in await asyncio.to_thread(self._home.shown):
                    await self._show(client, shown.camera)
            await asyncio.sleep(LOOK_SECONDS)
            await self._announce(client)

    async def _announce(self, client: Client) -> None:
        """Publish of what is kept by the broker all that differs from what it has."""
        wanted = await asyncio.to_thread(self._wanted)
        if self._is_forgotten:
            self._is_forgotten, self._announced = False, {}
        gone = self._announced.keys() - wanted.keys()
        for topic, payload in {**dict.fromkeys(gone, ""), **wanted}.items():
            if self._announced.get(topic) != payload:
                await client.publish(topic, payload, qos=1, retain=True)
        self._announced = wanted

    def _wanted(self) -> dict[str, str]:
        cameras = self._home.shown()
        wanted = self._topics.announcements(cameras)
        for shown in cameras:
            camera = shown.camera
            wanted[self._topics.motion(camera)] = ON if camera in self._moving else OFF
            wanted[self._topics.detects(camera)] = ON if shown.detects else OFF
            for subject in SWITCHES:
                wanted[self._topics.tells(camera, subject)] = ON if self._home.tells(camera, subject) else OFF
        return wanted

    async def _show(self, client: Client, camera: CameraId) -> None:
        picture = await asyncio.to_thread(self._home.picture_of, camera)
        if picture is not None:
            await client.publish(self._topics.picture(camera), picture, retain=True)

    def _note(self, *, ok: bool, message: str) -> None:
        if self._last is None or (self._last.ok, self._last.message) != (ok, message):
            self._last = Went(at=self._clock.now(), ok=ok, message=message)
            log.info("MQTT: %s", message)
            self._home.went(self._channel, self._last)


async def take_back(client: Client, topics: Topics, cameras: Iterable[CameraId]) -> None:
    """All that the broker keeps of this hub."""
    for camera in cameras:
        await forget(client, topics, camera)
    await client.publish(topics.status, "", qos=1, retain=True)


async def forget(client: Client, topics: Topics, camera: CameraId) -> None:
    for topic in topics.of_a_camera(camera):
        await client.publish(topic, "", qos=1, retain=True)


@asynccontextmanager
async def connected(channel: Channel, purpose: str, *, will: str | None = None) -> AsyncIterator[Client]:
    import aiomqtt

    secret = channel.secret
    tls = _tls(secret)
    if tls is not None:
        await asyncio.to_thread(_greet, secret["host"], secret["port"], tls)
    async with aiomqtt.Client(
        secret["host"],
        secret["port"],
        username=secret["user"] or None,
        password=secret["password"] or None,
        identifier=f"latchstring-{node_of(channel)}-{purpose}",
        timeout=ANSWER_SECONDS,
        keepalive=30,
        will=aiomqtt.Will(will, "offline", qos=1, retain=True) if will else None,
        tls_context=tls,
    ) as client:
        yield client


def _tls(secret: dict[str, Any] | Any) -> ssl.SSLContext | None:
    if not secret["tls"]:
        return None
    try:
        return ssl.create_default_context(cadata=secret["ca"] or None)
    except (ssl.SSLError, ValueError) as e:
        raise BadAuthority from e


def _greet(host: str, port: int, tls: ssl.SSLContext) -> None:
    """Raise what is wrong with the broker's certificate: the MQTT library does not tell."""
    with (
        socket.create_connection((host, port), ANSWER_SECONDS) as plain,
        tls.wrap_socket(plain, server_hostname=host),
    ):
        pass


async def first_of(*jobs: Coroutine[Any, Any, Any]) -> None:
    """Until one of them ends; the others are given up. How it ended is how this ends.

    They are cancelled until they have ended: `asyncio.wait_for`, before Python 3.12, forgets a cancelling
    that comes just as what it waited for is there.
    """
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        while left := [task for task in tasks if not task.done()]:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)
        await asyncio.gather(*tasks, return_exceptions=True)


def refuses_login(e: MqttError | OSError) -> bool:
    code = getattr(e, "rc", None)
    return getattr(code, "value", code) in _WRONG_LOGIN


def _in_words(e: MqttError | OSError) -> str:
    if refuses_login(e):
        return "The broker refuses this login."
    if isinstance(e, ssl.SSLError):
        return "The broker's certificate does not hold; give the authority that signed it."
    return "The broker does not answer."
