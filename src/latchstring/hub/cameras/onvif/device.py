"""One camera through ONVIF: what it is, what it sends, its clock, its keyframes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from latchstring.base.clock import Clock
from latchstring.hub.cameras.errors import CameraError, WrongLogin
from latchstring.hub.cameras.onvif import places, soap
from latchstring.hub.cameras.onvif.errors import (
    NoOnvif,
    NoStreams,
    NotSupported,
    OnvifFault,
    OnvifTrouble,
    UnreadableAddress,
)
from latchstring.hub.cameras.onvif.models import Description, Login, Profile, Service
from latchstring.hub.cameras.onvif.soap import SPACES, Caller, Element, named, number, one, text

_PREFIX: dict[Service, str] = {"device": "tds", "media": "trt", "media2": "tr2", "events": "tev"}
_IN_CAPABILITIES: dict[Service, str] = {"device": "Device", "media": "Media", "events": "Events"}
_NAMES = {"H264": "H264", "H265": "H265", "HEVC": "H265", "JPEG": "JPEG", "MPEG4": "MPEG4"}


class Device:
    """Use inside `connect`."""

    def __init__(self, caller: Caller, address: str, login: Login | None, clock: Clock) -> None:
        self._caller = caller
        self._clock = clock
        self._login = login
        self._services: dict[Service, str] = {"device": address}
        self.address = address
        self.clock_ahead: timedelta | None = None

    def offers(self, service: Service) -> bool:
        return service in self._services

    async def ask(
        self,
        service: Service,
        operation: str,
        inner: str = "",
        *,
        action: str | None = None,
        anonymous: bool = False,
    ) -> Element:
        """Call one operation of a service; `inner` is what stands inside its element."""
        if (address := self._services.get(service)) is None:
            raise NotSupported
        prefix = _PREFIX[service]
        body = f"<{prefix}:{operation}>{inner}</{prefix}:{operation}>"
        action = action or f"{SPACES[prefix]}/{operation}"
        return await self._caller.call(address, action, body, anonymous=anonymous)

    async def at(self, address: str, action: str, body: str, *, wait_seconds: float = 0.0) -> Element:
        """Call an address that the camera told, like that of a subscription."""
        return await self._caller.call(
            places.reached(address, self.address), action, body, wait_seconds=wait_seconds
        )

    # Getting to know it

    async def greet(self) -> None:
        """Its clock first, since a login carries the time; then where its services are."""
        await self._read_clock()
        try:
            listed = await self.ask(
                "device", "GetServices", "<tds:IncludeCapability>false</tds:IncludeCapability>"
            )
            found = {text(each, "Namespace"): text(each, "XAddr") for each in named(listed, "Service")}
            told = {service: found.get(SPACES[prefix], "") for service, prefix in _PREFIX.items()}
        except (NotSupported, OnvifFault, OnvifTrouble):
            listed = await self.ask("device", "GetCapabilities", "<tds:Category>All</tds:Category>")
            told = {service: text(one(listed, name), "XAddr") for service, name in _IN_CAPABILITIES.items()}
        for service, address in told.items():
            if address and service != "device":
                with suppress(UnreadableAddress):  # a service that cannot be reached is not offered
                    self._services[service] = places.reached(address, self.address)

    async def _read_clock(self) -> None:
        try:
            told = await self.ask("device", "GetSystemDateAndTime", anonymous=True)
        except (OnvifFault, OnvifTrouble, NotSupported):
            return
        if (utc := one(told, "UTCDateTime")) is None:
            return
        year, month, day, hour, minute, second = (
            int(number(utc, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
        )
        try:
            theirs = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        except ValueError:
            return
        self.clock_ahead = self._caller.clock_ahead = theirs - self._clock.now()

    async def describe(self) -> Description:
        """All that the owner is asked about, in a handful of calls."""
        who = await self.ask("device", "GetDeviceInformation")
        profiles = await self.profiles()
        return Description(
            maker=text(who, "Manufacturer"),
            model=text(who, "Model"),
            firmware=text(who, "FirmwareVersion"),
            clock_ahead_seconds=self.clock_ahead.total_seconds() if self.clock_ahead is not None else None,
            profiles=profiles,
            tells_events=self.offers("events"),
            hides=await self._can_hide(),
            has_speaker=await self._has_speaker(),
        )

    async def profiles(self) -> tuple[Profile, ...]:
        """Its streams: by Media2, which knows H.265, or else by Media."""
        try:
            listed = await self.ask(
                "media2", "GetProfiles", "<tr2:Type>VideoSource</tr2:Type><tr2:Type>VideoEncoder</tr2:Type>"
            )
        except (NotSupported, OnvifFault, OnvifTrouble):
            listed = await self.ask("media", "GetProfiles")
        profiles = tuple(_profile(each) for each in named(listed, "Profiles"))
        if not profiles:
            raise NoStreams
        return profiles

    async def stream_address(self, profile: str) -> str:
        """Where a stream is, with the login in it: for the recorder alone."""
        token = escape(profile)
        try:
            inner = f"<tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>{token}</tr2:ProfileToken>"
            told = text(await self.ask("media2", "GetStreamUri", inner), "Uri")
        except (NotSupported, OnvifFault, OnvifTrouble):
            inner = (
                "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
                f"</tt:Transport></trt:StreamSetup><trt:ProfileToken>{token}</trt:ProfileToken>"
            )
            told = text(await self.ask("media", "GetStreamUri", inner), "Uri")
        if not told.startswith(("rtsp://", "rtsps://")):
            raise NoStreams
        return places.stream(told, self.address, self._login)

    async def _can_hide(self) -> bool:
        try:
            told = one(await self.ask("media2", "GetServiceCapabilities"), "Capabilities")
        except (NotSupported, OnvifFault, OnvifTrouble):
            return False
        return told is not None and told.get("Mask", "").lower() in ("true", "1")

    async def _has_speaker(self) -> bool:
        try:
            return one(await self.ask("media", "GetAudioOutputs"), "AudioOutputs") is not None
        except (NotSupported, OnvifFault, OnvifTrouble):
            return False

    # Changing it

    async def set_gop(self, profile: Profile, seconds: float) -> None:
        """Let a keyframe come every `seconds`; all else of the encoder stays as it is."""
        frames = max(1, round((profile.fps or 25) * seconds))
        if self.offers("media2"):
            token = f"<tr2:ConfigurationToken>{escape(profile.encoder)}</tr2:ConfigurationToken>"
            answer = await self.ask("media2", "GetVideoEncoderConfigurations", token)
            configuration = one(answer, "Configurations")
            if configuration is None:
                raise NotSupported
            configuration.set("GovLength", str(frames))
            await self.ask("media2", "SetVideoEncoderConfiguration", _as("tr2:Configuration", configuration))
            return
        token = f"<trt:ConfigurationToken>{escape(profile.encoder)}</trt:ConfigurationToken>"
        answer = await self.ask("media", "GetVideoEncoderConfiguration", token)
        configuration = one(answer, "Configuration")
        length = one(configuration, "GovLength") if configuration is not None else None
        if configuration is None or length is None:
            raise NotSupported
        length.text = str(frames)
        kept = "<trt:ForcePersistence>true</trt:ForcePersistence>"
        await self.ask(
            "media", "SetVideoEncoderConfiguration", _as("trt:Configuration", configuration) + kept
        )


@asynccontextmanager
async def connect(address: str, login: Login | None, clock: Clock) -> AsyncIterator[Device]:
    """A camera that answers to this login's protocol, or the `CameraError` that says why not."""
    caller = Caller(login, clock)
    try:
        device = Device(caller, address, login, clock)
        await device.greet()
        yield device
    finally:
        await caller.close()


async def ask(typed: str, login: Login, clock: Clock) -> tuple[str, Description]:
    """The address where the camera answers, and what it is."""
    address = await locate(typed, clock)
    async with connect(address, login, clock) as device:
        return address, await device.describe()


async def locate(typed: str, clock: Clock) -> str:
    """The device service behind what was found or typed: the first port where ONVIF answers."""
    addresses = places.candidates(typed)
    problem: CameraError = NoOnvif()
    for address in addresses:
        caller = Caller(None, clock)
        try:
            await Device(caller, address, None, clock).ask("device", "GetSystemDateAndTime", anonymous=True)
            return address
        except CameraError as e:
            if isinstance(e, (OnvifFault, NotSupported, WrongLogin)):
                return address
            problem = e
        finally:
            await caller.close()
    raise problem


def _profile(listed: Element) -> Profile:
    encoder = next(
        (each for name in ("VideoEncoderConfiguration", "VideoEncoder") for each in named(listed, name)), None
    )
    source = next(
        (each for name in ("VideoSourceConfiguration", "VideoSource") for each in named(listed, name)), None
    )
    gop = number(encoder, "GovLength") or soap.as_number(
        encoder.get("GovLength") if encoder is not None else ""
    )
    said = text(encoder, "Encoding").upper().replace(".", "")
    return Profile(
        token=listed.get("token", ""),
        encoder=encoder.get("token", "") if encoder is not None else "",
        source=source.get("token", "") if source is not None else "",
        codec=_NAMES.get(said, said),
        width=int(number(encoder, "Width")),
        height=int(number(encoder, "Height")),
        fps=number(encoder, "FrameRateLimit"),
        gop_frames=int(gop),
        kbps=int(number(encoder, "BitrateLimit")),
    )


def _as(tag: str, element: Element) -> str:
    """The element under another tag, as the call wants it, with all that is inside."""
    attributes = "".join(
        f" {name}={quoteattr(value)}" for name, value in element.attrib.items() if "}" not in name
    )
    inner = "".join(ElementTree.tostring(child, encoding="unicode") for child in element)
    return f"<{tag}{attributes}>{inner}</{tag}>"
