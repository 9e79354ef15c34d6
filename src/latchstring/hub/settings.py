"""A hub's settings: a TOML file and `LATCHSTRING_*` in the environment. `docs/reference/hub-settings.md`."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from latchstring.base.log import LogFormat
from latchstring.base.settings import BadSettings

DEFAULT_DATA = Path.home() / ".local" / "share" / "latchstring" / "hub"
LEAST_TOKEN = 16
MOST_DAYS = 3650
LEAST_GB = 0.1
LONGEST_SECONDS = 86_400.0
Https = Literal["auto", "on", "off"]
_OF_CAMERA = dict.fromkeys(("name", "url", "sub_url", "retention_days", "event_days", "max_gb"))


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """Everything that a hub is told from outside; what its owner chooses on the pages wins."""

    data: Path = DEFAULT_DATA
    host: str = "127.0.0.1"
    port: int = 8700
    names: list[str] = field(default_factory=list)
    """Names that the hub's pages answer under, besides localhost, IP addresses and *.local."""

    https: Https = "auto"
    """`auto`: as soon as other devices can reach the hub."""

    https_port: int = 8743
    certificate: Path | None = None
    certificate_key: Path | None = None
    """The owner's own, PEM files; without them the home has a certificate authority of its own."""

    network_url: str | None = None
    network_vkey: str | None = None
    home: str | None = field(default=None, repr=False)
    """LATITUDE,LONGITUDE in degrees."""

    follow_seconds: float = 300.0
    follow_jitter_seconds: float = 60.0
    upload_delay_seconds: float = 600.0
    """After a yes, a random time up to this one passes before anything is sent."""

    retention_days: int = 14
    event_days: int = 30
    """How long files in which something happened stay, if that is longer."""

    reserve_gb: float = 1.0
    """Kept free on the disk of the recordings, but no more than a twentieth of it."""

    camera_search: list[str] = field(default_factory=lambda: ["multicast"])
    """Where cameras are looked for: `multicast`, or hosts like 192.168.20.5."""

    metrics_token: str | None = field(default=None, repr=False)
    """Who shows it may read `/metrics`; None: nobody."""

    log_format: LogFormat = "text"
    camera: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """One `[[camera]]` table each; the addresses hold logins."""

    def __post_init__(self) -> None:
        for camera in self.camera if isinstance(self.camera, list) else [self.camera]:
            _check_camera(camera)
        if not isinstance(self.names, list) or not all(isinstance(n, str) for n in self.names):
            raise BadSettings("the setting 'names' is a list of texts, like names = [\"hub.example\"]")
        if not isinstance(self.camera_search, list) or not all(
            isinstance(p, str) for p in self.camera_search
        ):
            raise BadSettings("the setting 'camera_search' is a list of texts, like [\"multicast\"]")
        for name, port in (("port", self.port), ("https_port", self.https_port)):
            if not 0 <= port <= 65_535:
                raise BadSettings(f"the setting {name!r} cannot be {port}")
        if self.https not in get_args(Https):
            raise BadSettings(f"the setting 'https' is auto, on or off, not {self.https!r}")
        if (self.certificate is None) != (self.certificate_key is None):
            raise BadSettings("a certificate is named by both, 'certificate' and 'certificate_key'")
        if not 0 < self.follow_seconds <= LONGEST_SECONDS:
            raise BadSettings("a hub follows its network every so many seconds, more than 0")
        for name in ("follow_jitter_seconds", "upload_delay_seconds"):
            if not 0 <= getattr(self, name) <= LONGEST_SECONDS:
                raise BadSettings(f"the setting {name!r} is a number of seconds, at most a day's")
        if self.metrics_token is not None and len(self.metrics_token) < LEAST_TOKEN:
            raise BadSettings(f"the setting 'metrics_token' has at least {LEAST_TOKEN} signs")
        if self.log_format not in get_args(LogFormat):
            raise BadSettings(f"the setting 'log_format' is text or json, not {self.log_format!r}")
        for name in ("retention_days", "event_days"):
            if not 1 <= getattr(self, name) <= MOST_DAYS:
                raise BadSettings(f"the setting {name!r} is a number of days from 1 to {MOST_DAYS}")
        if not 0 <= self.reserve_gb < math.inf:
            raise BadSettings("the setting 'reserve_gb' is a number of gigabytes, 0 or more")
        if (self.network_url is None) != (self.network_vkey is None):
            raise BadSettings("a network is named by both, 'network_url' and 'network_vkey'")

    @property
    def serves_https(self) -> bool:
        """Browsers take plain http for safe on this very machine only."""
        if self.https == "auto":
            return self.certificate is not None or not is_this_machine(self.host)
        return self.https == "on"

    @property
    def cameras(self) -> list[tuple[str, str, str | None]]:
        """Each camera's name, address, and address of its small stream if it has one."""
        return [(c["name"], c["url"], c.get("sub_url")) for c in self.camera]


def is_this_machine(host: str) -> bool:
    """`localhost` or an address of it: what is said there goes over no wire."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_camera(camera: Any) -> None:
    if not isinstance(camera, dict):
        raise BadSettings("cameras are written as [[camera]] tables in the settings file")
    if unknown := sorted(camera.keys() - _OF_CAMERA):
        raise BadSettings(f"a [[camera]] has no setting {unknown[0]!r}; known are {', '.join(_OF_CAMERA)}")
    if missing := [name for name in ("name", "url") if not isinstance(camera.get(name), str)]:
        raise BadSettings(f"each [[camera]] needs a {missing[0]}, as text")
    if not isinstance(camera.get("sub_url", ""), str):
        raise BadSettings("the 'sub_url' of a [[camera]] is a text")
    for name in ("retention_days", "event_days"):
        days = camera.get(name, 1)
        if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            raise BadSettings(f"the {name!r} of a [[camera]] is a number of days from 1 to {MOST_DAYS}")
    gb = camera.get("max_gb", 1)
    if not isinstance(gb, int | float) or not LEAST_GB <= gb < math.inf:
        raise BadSettings(f"the 'max_gb' of a [[camera]] is a number of gigabytes, {LEAST_GB} or more")
