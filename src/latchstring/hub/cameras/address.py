"""Camera addresses: what they may be, and how they are shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from latchstring.base.hosts import can_be_asked_for
from latchstring.base.log import without_parameters
from latchstring.hub.cameras.errors import BadCameraUrl

PORTS = {"rtsp": 554, "rtsps": 322}
RTSP = tuple(PORTS)


def parse(url: str) -> SplitResult:
    """The parts of an address that can be opened, or `BadCameraUrl` with how to mend it."""
    url = url.strip()
    if url.startswith("/"):
        url = f"file:{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise BadCameraUrl("the camera's address has a host or port that cannot be read") from None
    if parts.scheme in RTSP:
        if not host:
            raise BadCameraUrl(f"the address names no host; write {parts.scheme}://user:password@host/path")
        if not can_be_asked_for(host):
            raise BadCameraUrl("no host is called like that of this address; look for a dot too many in it")
        if any(ord(c) <= 32 for c in url):
            raise BadCameraUrl("the address has a space in it; write %20 instead")
        return parts
    if parts.scheme == "file":
        if not parts.path.startswith("/"):
            raise BadCameraUrl("write a video file with its whole path, like file:/home/me/porch.mp4")
        return parts
    if parts.scheme == "synthetic":
        return parts
    known = "rtsp:, rtsps:, file: and synthetic:"
    if not parts.scheme:
        raise BadCameraUrl(f"the address must say how to reach the camera; known are {known}")
    raise BadCameraUrl(f"{parts.scheme}: is not known; known are {known}")


def shown(url: str) -> str:
    """The address with every login in it replaced by three stars."""
    scheme, mark, rest = url.partition("://")
    if mark:
        # A password may hold a slash that should have been written %2F, so the last @ decides.
        _, at, after = rest.rpartition("@")
        rest = f"***@{after}" if at else rest
    return without_parameters(f"{scheme}{mark}{rest}")


def file_path(parts: SplitResult) -> Path:
    """The file of a `file:` address."""
    return Path(unquote(parts.path))
