"""What a camera says by itself, fetched with a pull-point (ONVIF Core, 9.1).

Lessons that others paid for: a subscription lasts ten minutes and is renewed at eight, never more often;
times are written in seconds, since some cameras read minutes as seconds; a Renew that fails without a
SOAP fault means nothing; only a fault does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from latchstring.hub.cameras.onvif.device import Device
from latchstring.hub.cameras.onvif.errors import NotSupported
from latchstring.hub.cameras.onvif.families import FAMILIES
from latchstring.hub.cameras.onvif.soap import Element, named, one, text

SUBSCRIPTION_SECONDS, RENEW_AFTER_SECONDS = 600, 480
PULL_SECONDS = 20
_EVENTS = "http://www.onvif.org/ver10/events/wsdl/"
_NOTIFY = "http://docs.oasis-open.org/wsn/bw-2/"
_TRUE = {"true", "1"}

MOTION = frozenset(
    {
        "VideoSource/MotionAlarm",
        "RuleEngine/CellMotionDetector/Motion",
        "RuleEngine/MotionRegionDetector/Motion",
        "RuleEngine/FieldDetector/ObjectsInside",
        "RuleEngine/LineDetector/Crossed",
        "RuleEngine/MyRuleDetector/PeopleDetect",
        "RuleEngine/MyRuleDetector/VehicleDetect",
        "RuleEngine/MyRuleDetector/DogCatDetect",
        "RuleEngine/CellMotionDetector/People",
        "RuleEngine/CellMotionDetector/TpSmartEvent",
        "RuleEngine/PeopleDetector/People",
        "RuleEngine/TPSmartEventDetector/TPSmartEvent",
    }
)
PRESSES = frozenset(press for family in FAMILIES for press in family.presses)
_PRESS_TOPICS = frozenset(topic for topic, _, _ in PRESSES)


@dataclass(frozen=True)
class Said:
    """One message that means something here."""

    kind: Literal["motion", "press"]
    active: bool
    at: datetime | None = None  # by the camera's clock, which may be wrong; None: it does not say


class Subscription:
    """A pull-point that a camera keeps for the hub."""

    def __init__(self, device: Device, address: str) -> None:
        self._device = device
        self._address = address

    @classmethod
    async def begin(cls, device: Device) -> Subscription:
        answer = await device.ask(
            "events",
            "CreatePullPointSubscription",
            f"<tev:InitialTerminationTime>PT{SUBSCRIPTION_SECONDS}S</tev:InitialTerminationTime>",
            action=f"{_EVENTS}EventPortType/CreatePullPointSubscriptionRequest",
        )
        reference = one(answer, "SubscriptionReference")
        address = text(reference, "Address")
        if not address:
            raise NotSupported("the camera does not keep events to be fetched")
        return cls(device, address)

    async def pull(self) -> list[Said]:
        """What was said since the last time; waits for up to `PULL_SECONDS` while there is nothing."""
        answer = await self._device.at(
            self._address,
            f"{_EVENTS}PullPointSubscription/PullMessagesRequest",
            f"<tev:PullMessages><tev:Timeout>PT{PULL_SECONDS}S</tev:Timeout>"
            "<tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>",
            wait_seconds=PULL_SECONDS,
        )
        return list(said(list(named(answer, "NotificationMessage"))))

    async def renew(self) -> None:
        await self._device.at(
            self._address,
            f"{_NOTIFY}SubscriptionManager/RenewRequest",
            f"<wsnt:Renew><wsnt:TerminationTime>PT{SUBSCRIPTION_SECONDS}S</wsnt:TerminationTime></wsnt:Renew>",
        )

    async def end(self) -> None:
        await self._device.at(
            self._address, f"{_NOTIFY}SubscriptionManager/UnsubscribeRequest", "<wsnt:Unsubscribe/>"
        )


def said(messages: Sequence[Element]) -> Iterator[Said]:
    """Motion, and the button going down.

    What it tells first is how things stand (`Initialized`): motion may be going on, but nobody rings now.
    """
    for message in messages:
        topic = _topic(text(message, "Topic"))
        inner = next(
            (each for each in named(message, "Message") if each is not message and each.attrib), None
        )
        operation = inner.get("PropertyOperation", "Changed") if inner is not None else "Changed"
        items = _items(message)
        if topic in _PRESS_TOPICS:
            if operation == "Changed" and any(
                (topic, name, value.lower()) in _PRESSED for name, value in items
            ):
                yield Said("press", active=True, at=_time_of(inner))
        elif topic in MOTION:
            yield Said("motion", active=operation != "Deleted" and any(v.lower() in _TRUE for _, v in items))


def _time_of(inner: Element | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(inner.get("UtcTime", "") if inner is not None else "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


_PRESSED = PRESSES | {(topic, name, "1") for topic, name, value in PRESSES if value == "true"}


def _topic(told: str) -> str:
    """Without the namespaces' prefixes, which any camera may choose."""
    return "/".join(part.rpartition(":")[2] for part in told.strip().split("/"))


def _items(message: Element) -> list[tuple[str, str]]:
    data = one(message, "Data")
    if data is None:
        return []
    return [(item.get("Name", ""), item.get("Value", "")) for item in named(data, "SimpleItem")]
