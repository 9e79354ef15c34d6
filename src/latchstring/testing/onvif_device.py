"""A pretended ONVIF doorbell that speaks the real protocol over loopback HTTP.

Device, Media, Media2 with masks, pull-point events, Digest and WS-UsernameToken logins; its streams are those
of a real RTSP server (`latchstring.testing.rtsp`). It answers WS-Discovery too, asked directly on loopback.
`quirks` make it as wrong as cameras are:

`minutes-as-seconds`  a duration like PT10M lasts ten seconds
`wrong-clock`         its clock is an hour and two minutes behind
`400-on-renew`        HTTP 400 without a SOAP fault
`no-media2`           neither H.265 profiles nor masks
`no-services`         GetServices is not known, as on cameras before 2010
`other-host`          it tells addresses of a host where it cannot be reached
`no-address`          of one service, and of its streams, it tells what is no address
`wsse-only`, `digest-only`  one kind of login
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

from latchstring.testing import onvif_answers as answers
from latchstring.testing import onvif_login as login
from latchstring.testing.onvif_answers import Stream

MOTION = ("tns1:VideoSource/MotionAlarm", "State")
CELL_MOTION = ("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion")
PRESS = ("tns1:RuleEngine/MyRuleDetector/Visitor", "State")
ELSEWHERE = "192.0.2.7"
OPEN = {"GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetServiceCapabilities"}
"""What is answered before a login (ONVIF Core 5.9.4.3, class PRE_AUTH)."""

_DURATION = re.compile(r"PT(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_MASK_COUNT, _MASK_CORNERS = 4, 8


class _Subscription:
    def __init__(self, number: int, until: float, messages: list[str]) -> None:
        self.number = number
        self.until = until
        self.messages = messages


class OnvifDevice:
    """Listens while it is entered. Use its methods from any thread."""

    def __init__(
        self,
        streams: Sequence[Stream],
        *,
        user: str = "owner",
        password: str = "synthetic",
        quirks: Collection[str] = (),
        maker: str = "Latchstring",
        model: str = "Pretended doorbell",
        backchannel: bool = False,
        press_topic: tuple[str, str] = PRESS,
        motion_topic: tuple[str, str] = MOTION,
    ) -> None:
        self.streams = list(streams)
        self.user, self.password = user, password
        self.quirks = set(quirks)
        self.maker, self.model = maker, model
        self.backchannel = backchannel
        self.masks: dict[str, str] = {}
        self.rectangles_only = False
        self.calls: list[str] = []
        """Every operation that was called, in order."""
        self.port = 0
        self.discovery_port = 0
        self._press, self._motion = press_topic, motion_topic
        self.challenge = login.CHALLENGE
        self.clock_set_by = timedelta()
        """How far its clock was set from where it would be, as by a restart without a battery."""
        self._moving = False
        self._subscriptions: dict[int, _Subscription] = {}
        self._numbers = 0
        self._change = threading.Condition()
        self._server: _Server | None = None
        self._finder: socket.socket | None = None

    # What happens at the door

    def press(self) -> None:
        """Somebody rings: the button goes down and up."""
        topic, name = self._press
        self._tell(topic, name, "true")
        self._tell(topic, name, "false")

    def motion(self, active: bool) -> None:
        topic, name = self._motion
        with self._change:
            self._moving = active
        self._tell(topic, name, str(active).lower())

    def reboot(self) -> None:
        """It forgets subscriptions, hangs up on everybody, and answers again on the same port."""
        self._stop()
        with self._change:
            self._subscriptions.clear()
            self._moving = False
        self._start()

    @property
    def subscriptions(self) -> int:
        """How many pull-points are alive."""
        with self._change:
            now = time.monotonic()
            return sum(each.until > now for each in self._subscriptions.values())

    def expire_subscriptions(self) -> None:
        """As after their time is up."""
        with self._change:
            self._subscriptions.clear()
            self._change.notify_all()

    @property
    def address(self) -> str:
        """Its device service."""
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    @property
    def now(self) -> datetime:
        """The time by its own clock."""
        behind = timedelta(hours=1, minutes=2) if "wrong-clock" in self.quirks else timedelta()
        return datetime.now(UTC) - behind + self.clock_set_by

    def __enter__(self) -> OnvifDevice:
        self._start()
        self._finder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._finder.bind(("127.0.0.1", 0))
        self.discovery_port = self._finder.getsockname()[1]
        threading.Thread(target=self._be_found, args=(self._finder,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._finder is not None
        with contextlib.suppress(OSError):  # wakes its thread; not connected, and that is fine
            self._finder.shutdown(socket.SHUT_RDWR)
        self._finder.close()
        self._stop()

    # The wire

    def _start(self) -> None:
        self._server = _Server(self, self.port)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None
        with self._change:
            self._change.notify_all()

    def _be_found(self, finder: socket.socket) -> None:
        while True:
            try:
                asked, who = finder.recvfrom(65_536)
            except OSError:
                return
            if not asked:
                return
            name = re.search(rb"<[^>]*MessageID[^>]*>([^<]*)<", asked)
            if name and b"Probe" in asked:
                shown = self.model.replace(" ", "%20")
                finder.sendto(answers.probe_match(name[1].decode(), self.address, shown), who)

    def answer(self, body: bytes, authorization: str) -> tuple[int, bytes]:
        """HTTP status and envelope for one call."""
        try:
            envelope = ElementTree.fromstring(body)
        except ElementTree.ParseError:
            return 400, answers.envelope(answers.fault("ter:WellFormed", "not XML"))
        call = next(iter(envelope.find("{http://www.w3.org/2003/05/soap-envelope}Body") or []), None)
        if call is None:
            return 400, answers.envelope(answers.fault("ter:WellFormed", "no call"))
        space, _, operation = call.tag[1:].partition("}")
        with self._change:
            self.calls.append(operation)
        if operation not in OPEN and not self._may(envelope, authorization):
            if "wsse-only" in self.quirks:
                return 400, answers.envelope(answers.fault("ter:NotAuthorized", "Sender not authorized"))
            return 401, b""
        if operation == "Renew" and "400-on-renew" in self.quirks:
            return 400, b""
        to = envelope.findtext(".//{http://www.w3.org/2005/08/addressing}To") or ""
        answer = self._perform(space, operation, call, to)
        return (500 if answer.startswith("<s:Fault>") else 200), answers.envelope(answer)

    def _may(self, envelope: ElementTree.Element, authorization: str) -> bool:
        digest = login.digest_holds(authorization, "POST", self.user, self.password)
        token = login.token_holds(envelope, self.user, self.password, now=self.now)
        if "wsse-only" in self.quirks:
            return token
        return digest if "digest-only" in self.quirks else digest or token

    # The services

    def _perform(self, space: str, operation: str, call: ElementTree.Element, to: str) -> str:
        media2 = space == answers.MEDIA2
        unknown = (media2 and "no-media2" in self.quirks) or (
            operation == "GetServices" and "no-services" in self.quirks
        )
        does: dict[str, Callable[[], str]] = {
            "GetSystemDateAndTime": lambda: answers.system_time(self.now),
            "GetDeviceInformation": lambda: answers.information(self.maker, self.model),
            "GetServices": lambda: answers.services(self._services()),
            "GetCapabilities": lambda: answers.capabilities(self._services()),
            "GetServiceCapabilities": answers.media2_capabilities,
            "GetProfiles": lambda: (answers.profiles2 if media2 else answers.profiles)(self.streams),
            "GetStreamUri": lambda: self._stream_uri(_text(call, "ProfileToken"), media2=media2),
            "GetVideoEncoderConfiguration": lambda: self._encoder(_text(call, "ConfigurationToken")),
            "GetVideoEncoderConfigurations": lambda: self._encoder(
                _text(call, "ConfigurationToken"), media2=True
            ),
            "SetVideoEncoderConfiguration": lambda: self._set_encoder(call, media2=media2),
            "GetAudioOutputs": lambda: answers.audio_outputs(some=self.backchannel),
            "GetMaskOptions": lambda: answers.mask_options(
                _MASK_COUNT, _MASK_CORNERS, rectangles_only=self.rectangles_only
            ),
            "GetMasks": lambda: answers.masks(self.masks),
            "CreateMask": lambda: self._create_mask(call),
            "SetMask": lambda: self._set_mask(call),
            "DeleteMask": lambda: self._delete_mask(_text(call, "Token")),
            "CreatePullPointSubscription": lambda: self._subscribe(_text(call, "InitialTerminationTime")),
            "PullMessages": lambda: self._pull(to, call),
            "Renew": lambda: self._renew(to, _text(call, "TerminationTime")),
            "Unsubscribe": lambda: self._unsubscribe(to),
        }
        if unknown or operation not in does:
            return answers.fault("ter:ActionNotSupported", "Optional action not implemented", code="Receiver")
        return does[operation]()

    def _services(self) -> dict[str, str]:
        host = ELSEWHERE if "other-host" in self.quirks else f"127.0.0.1:{self.port}"
        names = {"tds": "device", "trt": "media", "tr2": "media2", "tev": "event"}
        if "no-media2" in self.quirks:
            del names["tr2"]
        told = {prefix: f"http://{host}/onvif/{name}_service" for prefix, name in names.items()}
        return told | ({"tev": "http://[fe80::1/event"} if "no-address" in self.quirks else {})

    def _stream_uri(self, token: str, *, media2: bool) -> str:
        for stream in self.streams:
            if stream.token == token:
                parts = urlsplit(stream.url)
                port = 10**6 if "no-address" in self.quirks else parts.port
                host = ELSEWHERE if "other-host" in self.quirks else parts.hostname
                told = Stream(**{**vars(stream), "url": urlunsplit(parts._replace(netloc=f"{host}:{port}"))})
                return (answers.stream_uri2 if media2 else answers.stream_uri)(told)
        return answers.fault("ter:NoProfile", "Profile not found")

    def _stream_of(self, encoder: str) -> Stream | None:
        return next((each for each in self.streams if f"enc-{each.token}" == encoder), None)

    def _encoder(self, token: str, *, media2: bool = False) -> str:
        stream = self._stream_of(token)
        if stream is None:
            return answers.fault("ter:NoConfig", "Configuration not found")
        return (answers.encoders2 if media2 else answers.encoder)(stream)

    def _set_encoder(self, call: ElementTree.Element, *, media2: bool) -> str:
        configuration = next(iter(call), None)
        stream = None if configuration is None else self._stream_of(configuration.get("token", ""))
        if configuration is None or stream is None:
            return answers.fault("ter:NoConfig", "Configuration not found")
        length = configuration.get("GovLength") if media2 else _text(configuration, "GovLength")
        if not (length or "").isdigit() or _text(configuration, "Width") != str(stream.width):
            return answers.fault("ter:ConfigModify", "Parameters cannot be set")
        stream.gop_frames = int(length or 0)
        prefix = "tr2" if media2 else "trt"
        return f"<{prefix}:SetVideoEncoderConfigurationResponse/>"

    # Masks

    def _create_mask(self, call: ElementTree.Element) -> str:
        if len(self.masks) >= _MASK_COUNT:
            return answers.fault("ter:MaxMasks", "The maximum number of supported masks was reached")
        self._numbers += 1
        token = f"mask{self._numbers}"
        if (refusal := self._keep_mask(token, call)) is not None:
            return refusal
        return f"<tr2:CreateMaskResponse><tr2:Token>{token}</tr2:Token></tr2:CreateMaskResponse>"

    def _set_mask(self, call: ElementTree.Element) -> str:
        token = next(iter(call)).get("token", "") if len(call) else ""
        if token not in self.masks:
            return answers.fault("ter:NoConfig", "No such mask")
        return self._keep_mask(token, call) or "<tr2:SetMaskResponse/>"

    def _keep_mask(self, token: str, call: ElementTree.Element) -> str | None:
        mask = next(iter(call), None)
        points = [] if mask is None else [each for each in mask.iter() if each.tag.endswith("}Point")]
        inside = all(abs(float(p.get(axis, "9"))) <= 1 for p in points for axis in "xy")
        most = 4 if self.rectangles_only else _MASK_CORNERS
        if mask is None or not 3 <= len(points) <= most or not inside:
            return answers.fault("ter:InvalidPolygon", "The provided polygon is not supported")
        self.masks[token] = "".join(ElementTree.tostring(part, encoding="unicode") for part in mask)
        return None

    def _delete_mask(self, token: str) -> str:
        if self.masks.pop(token, None) is None:
            return answers.fault("ter:NoConfig", "No such mask")
        return "<tr2:DeleteMaskResponse/>"

    # Events

    def _tell(self, topic: str, name: str, value: str) -> None:
        message = answers.message(topic, name, value, at=self.now, operation="Changed")
        with self._change:
            for each in self._subscriptions.values():
                each.messages.append(message)
            self._change.notify_all()

    def _subscribe(self, duration: str) -> str:
        with self._change:
            self._numbers += 1
            topic, name = self._motion
            states = [(topic, name, str(self._moving).lower()), (*self._press, "false")]
            first = [answers.message(*s, at=self.now, operation="Initialized") for s in states]
            made = _Subscription(self._numbers, time.monotonic() + self._seconds(duration), first)
            self._subscriptions[made.number] = made
        host = ELSEWHERE if "other-host" in self.quirks else f"127.0.0.1:{self.port}"
        address = f"http://{host}/onvif/subscription/{made.number}"
        return answers.subscription(address, self.now, self._ends(made))

    def _pull(self, to: str, call: ElementTree.Element) -> str:
        deadline = time.monotonic() + min(60.0, self._seconds(_text(call, "Timeout")))
        server = self._server
        with self._change:
            while (found := self._find(to)) is not None:
                left = deadline - time.monotonic()
                if found.messages or left <= 0 or self._server is not server:
                    taken, found.messages = found.messages, []
                    return answers.pulled(taken, self.now, self._ends(found))
                self._change.wait(left)
        return _UNKNOWN

    def _renew(self, to: str, duration: str) -> str:
        with self._change:
            if (found := self._find(to)) is None:
                return _UNKNOWN
            found.until = time.monotonic() + self._seconds(duration)
            return answers.renewed(self.now, self._ends(found))

    def _unsubscribe(self, to: str) -> str:
        with self._change:
            if (found := self._find(to)) is None:
                return _UNKNOWN
            del self._subscriptions[found.number]
        return "<wsnt:UnsubscribeResponse/>"

    def _find(self, to: str) -> _Subscription | None:
        found = self._subscriptions.get(int(re.sub(r".*\D", "", to) or 0))
        return found if found is not None and found.until > time.monotonic() else None

    def _ends(self, subscription: _Subscription) -> datetime:
        return self.now + timedelta(seconds=subscription.until - time.monotonic())

    def _seconds(self, duration: str) -> float:
        if (match := _DURATION.fullmatch(duration)) is None:
            return 60.0
        minutes, seconds = float(match[1] or 0), float(match[2] or 0)
        return minutes * (1 if "minutes-as-seconds" in self.quirks else 60) + seconds


_UNKNOWN = answers.fault("wsnt:ResourceUnknownFault", "There is no such subscription")


def _text(parent: ElementTree.Element, name: str) -> str:
    """The text of the first element of this name, in whatever namespace."""
    return next((each.text or "" for each in parent.iter() if each.tag.rpartition("}")[2] == name), "")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, device: OnvifDevice, port: int) -> None:
        self.device = device
        self._calls: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._calls.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._calls.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is no error."""

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        for call in list(self._calls):
            with contextlib.suppress(OSError):  # it has gone already
                call.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, answer = self.server.device.answer(body, self.headers.get("Authorization", ""))
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", self.server.device.challenge)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is its own."""
