"""What ONVIF tells of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from latchstring.base.ids import CameraId

Service = Literal["device", "media", "media2", "events"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A device that answered a search. Nothing of it is believed before a login."""

    address: str  # of its device service
    name: str
    model: str


@dataclass(frozen=True, kw_only=True)
class Login:
    """Name and password, for ONVIF and for the streams."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login(***)"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One stream that a camera offers."""

    token: str
    encoder: str  # token of its encoder's configuration
    source: str  # token of the configuration of the lens that it shows
    codec: str  # H264, H265, JPEG; empty: not told
    width: int
    height: int
    fps: float
    gop_frames: int  # 0: not told
    kbps: int

    @property
    def gop_seconds(self) -> float | None:
        """From one keyframe to the next, as it is set; a smart codec may stretch it."""
        return self.gop_frames / self.fps if self.gop_frames and self.fps else None


@dataclass(frozen=True, kw_only=True)
class Description:
    """A camera as it describes itself."""

    maker: str
    model: str
    firmware: str
    clock_ahead_seconds: float | None  # against the hub's clock; None: it does not tell
    profiles: tuple[Profile, ...]
    tells_events: bool
    hides: bool  # it has privacy masks that can be set from outside
    has_speaker: bool


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How a camera that records is reached through ONVIF. It holds a login; never show it."""

    camera: CameraId
    address: str
    login: Login
    maker: str
    model: str
    source: str
    tells_events: bool
    can_hide: bool
    hides: bool = False  # the owner wants privacy masks in the camera too
    mask_tokens: tuple[str, ...] = ()  # of the masks that the hub made there

    def __repr__(self) -> str:
        return f"Connection({self.camera}, {self.model!r})"
