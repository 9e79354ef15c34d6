"""Where sealed copies go, and how that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from latchstring.base.errors import BadInput, Conflict, NotFound, Unavailable
from latchstring.hub.cameras.regions import Region

SCHEMES = ("s3", "gs", "az", "file")
LONGEST_KEEP_DAYS = 3650


class BadTarget(BadInput):
    """Copies go to s3://BUCKET/FOLDER, gs://…, az://… or file:///FOLDER, with the options of that store."""


class NoTarget(NotFound):
    """No place for copies has been chosen yet."""


class TargetTrouble(Unavailable):
    """The object store does not answer as it should."""


class PlaceEmpty(TargetTrouble):
    """Nothing of what was put there is there now; if it is the right place, choose it again."""


class DiskAway(PlaceEmpty):
    """This disk is not there; plug it in. Until then no copy is made, and none is deleted."""


class NoHousehold(NotFound):
    """There are no copies of a household in this place; check the address."""


class OtherHousehold(Conflict):
    """These copies belong to another household than this hub's; restore into a new data folder."""


class BadCopy(BadInput):
    """This object is no sealed copy, or it was changed."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An object store, as obstore names them."""

    url: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold a key
    keep_days: int = 30

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            fits = parts.scheme in SCHEMES and not parts.username and not parts.query and not parts.fragment
            named = bool(parts.path.strip("/")) if parts.scheme == "file" else bool(parts.hostname)
        except ValueError as e:
            raise BadTarget from e
        if not fits or not named:
            raise BadTarget
        if not 1 <= self.keep_days <= LONGEST_KEEP_DAYS:
            raise BadTarget("copies are kept for 1 to 3650 days")

    @property
    def place(self) -> str:
        """What makes it another place than another."""
        return self.url.rstrip("/")

    @property
    def is_folder(self) -> bool:
        """On a disk of this machine, which may be unplugged."""
        return urlsplit(self.url).scheme == "file"

    @property
    def store(self) -> str:
        """Whose options hold here: those of one bucket, container or folder are nobody else's."""
        parts = urlsplit(self.url)
        return self.place if self.is_folder else f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A sealed object that the hub has put there."""

    name: str
    event: str
    end_us: int
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class PlaceBefore:
    """Where copies went before; they stay there for as long as they were promised to."""

    target: Target
    copies: int
    size_bytes: int
    empty_at: datetime  # when the last copy's time is up
    trouble: str | None = None  # why what is old there could not be deleted


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How copying does: for the page."""

    copies: int
    size_bytes: int
    waiting: int  # events that are not there yet
    last_put: datetime | None
    trouble: str | None  # why the last try failed; None: it went well


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What stands before a clip in its sealed copy."""

    camera: str
    camera_name: str
    run_us: int
    masks: tuple[Region, ...]
    event: Mapping[str, object]
    sha256: str  # of the clip
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore brought back."""

    copies: int = 0
    gops: int = 0
    events: int = 0
    bad: tuple[str, ...] = ()  # names of objects that could not be used
