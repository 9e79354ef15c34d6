"""The owner of a hub, their home, and the network that they chose to hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from latchstring.base.errors import BadInput, Conflict, NotFound, NotSignedIn
from latchstring.base.geo import BadPlace, Point
from latchstring.base.hosts import can_be_asked_for
from latchstring.base.ids import CameraId
from latchstring.ledger.note import Verifier

STREAM_CHALLENGE = 'Basic realm="Latchstring stream", charset="UTF-8"'
"""RFC 7617: what players understand that are given a name and a password in an address."""


class BadNetwork(BadInput):
    """A network is named by an address like https://latchstring.example and its verifier key."""


class AlreadySetUp(Conflict):
    """This hub has an owner; sign in with the password."""


class NotSetUp(NotFound):
    """This hub has no owner yet; open its page, or run `latchstring hub setup`."""


class WrongPassword(NotSignedIn):
    """The password does not fit."""


class BadMember(BadInput):
    """A member of the household has a name of 1 to 40 signs."""


class NameTaken(Conflict):
    """Somebody of this household has that name; please choose another one."""


class NoSuchMember(NotFound):
    """This person is not, or no longer, of this household."""


class NoSuchDevice(NotFound):
    """This device is not signed in, or not yours to sign out."""


class InvitationGone(NotFound):
    """This invitation was used, is too old, or was taken back; ask an owner of the hub for a new one."""


class BadProgram(BadInput):
    """A program has a name of 1 to 40 signs."""


class NoSuchProgram(NotFound):
    """This program has no key to this hub, or no longer."""


class WrongKey(NotSignedIn):
    """This stream key opens nothing here; an owner of the hub makes one under Settings, Other programs."""

    challenge = STREAM_CHALLENGE


Role = Literal["owner", "member", "guest"]
"""An owner decides everything, a member looks at what was recorded too, a guest sees what is live."""


@dataclass(frozen=True, kw_only=True)
class NetworkAddress:
    """Where a network is reached, and the key that its ledger is signed with."""

    url: str
    vkey: str

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and can_be_asked_for(parts.hostname or "")
            usable = usable and not parts.username
            usable = usable and not parts.query and not parts.fragment and parts.port != 0
        except ValueError as e:
            raise BadNetwork from e
        if not usable:
            raise BadNetwork
        object.__setattr__(self, "url", self.url.rstrip("/"))
        object.__setattr__(self, "vkey", self.verifier.vkey)

    @property
    def verifier(self) -> Verifier:
        return Verifier.from_vkey(self.vkey)

    @property
    def origin(self) -> str:
        return self.verifier.name


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the owner chose on the pages; None where they left it to the settings file."""

    home: Point | None = None
    network: NetworkAddress | None = None
    retention_days: int | None = None
    event_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the household besides its first owner."""

    id: str  # mb_...
    name: str
    role: Role
    until: datetime | None  # from then on they have no rights
    invited_until: datetime | None  # None: the invitation was taken up
    added_at: datetime
    cameras: frozenset[CameraId] | None = None  # None: all of them


@dataclass(frozen=True, kw_only=True)
class Device:
    """A browser that somebody signed in with."""

    id: str  # dv_...
    member: str | None  # None: the first owner
    name: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A device with a session that holds, and whose it is."""

    device: Device
    person: str


@dataclass(frozen=True, kw_only=True)
class DeviceNews:
    """A device that was new."""

    device: str
    person: str
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """Someone who gave their password. `csrf` must come with each request that changes something."""

    csrf: str
    expires_at: datetime
    device: str
    member: str | None = None  # None: the first owner
    name: str = ""
    role: Role = "owner"
    cameras: frozenset[CameraId] | None = None  # None: all of them

    def may_see(self, camera: CameraId) -> bool:
        return self.cameras is None or camera in self.cameras


@dataclass(frozen=True, kw_only=True)
class Program:
    """A home automation or a player of the household, which an owner let watch live by a stream key."""

    id: str  # pg_...
    name: str
    member: str | None  # the owner who let it in; None: the first one
    person: str  # how they are called
    cameras: frozenset[CameraId] | None  # None: all of them
    made_at: datetime
    used_at: datetime | None = field(default=None, compare=False)  # when it was last let in, to the hour

    def may_see(self, camera: CameraId) -> bool:
        return self.cameras is None or camera in self.cameras


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What signing in brought: two tokens that the browser keeps, and whether its device is new."""

    token: str
    session: Session
    device_token: str
    new_device: Device | None


def parse_place(text: str) -> Point:
    """LATITUDE,LONGITUDE in degrees."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as e:
        raise BadPlace("a home's place is written LATITUDE,LONGITUDE, like 51.4780,-0.0014") from e
    return Point(latitude, longitude)
