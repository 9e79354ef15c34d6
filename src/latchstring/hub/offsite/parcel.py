"""A sealed copy: under age, one line of JSON, the clip as on disk, and zeros that hide its length (Padmé).

What is in it, from which camera and when, is known only to who has the household's identity.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, get_args

from latchstring.base import canonical, ids
from latchstring.base.errors import BadInput
from latchstring.hub.cameras.regions import Region
from latchstring.hub.events.models import Event, EventKind
from latchstring.hub.offsite.models import BadCopy, Contents
from latchstring.hub.recording.clip import Clip
from latchstring.sealing import age
from latchstring.sealing.padme import padded

VERSION = "latchstring copy 1"
_LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20


def seal(clip: Clip, event: Event, camera_name: str, masks: list[Region], sink: BinaryIO, to: str) -> None:
    """Write the sealed copy of `clip` to `sink`, for the recipient `to`."""
    age.seal(_plain(clip, event, camera_name, masks), sink, [to])


def read(opened: Path, clip: Path) -> Contents:
    """Take an opened copy apart: what it says, and its clip, checked, into the file `clip`."""
    with opened.open("rb") as source:
        contents = _contents(source.readline(_LONGEST_LINE))
        digest, left = hashlib.sha256(), contents.size_bytes
        with clip.open("wb") as out:
            while left and (piece := source.read(min(left, _CHUNK))):
                digest.update(piece)
                out.write(piece)
                left -= len(piece)
    if left or digest.hexdigest() != contents.sha256:
        raise BadCopy
    return contents


def _plain(clip: Clip, event: Event, camera_name: str, masks: list[Region]) -> Iterator[bytes]:
    line = canonical.encode(
        {
            "version": VERSION,
            "camera": clip.camera,
            "camera_name": camera_name,
            "run_us": clip.run.start_us,
            "masks": [
                {"name": mask.name, "corners": [[f"{x:.6f}", f"{y:.6f}"] for x, y in mask.corners]}
                for mask in masks
            ],
            "event": {
                "id": event.id,
                "kind": event.kind,
                "start_us": event.start_us,
                "end_us": event.end_us,
                "peak_us": event.peak_us,
                "score": f"{event.score:.6f}",
            },
            "sha256": clip.sha256,
            "size_bytes": clip.size_bytes,
        }
    )
    yield line + b"\n"
    yield from clip.chunks()
    length = len(line) + 1 + clip.size_bytes
    yield from _zeros(padded(length) - length)


def _zeros(count: int) -> Iterator[bytes]:
    while count > 0:
        yield bytes(min(count, _CHUNK))
        count -= _CHUNK


def _contents(line: bytes) -> Contents:
    try:
        said: Mapping[str, Any] = json.loads(line)
        if said["version"] != VERSION:
            raise BadCopy("this copy was made by a newer version; update the hub")
        return Contents(
            camera=ids.check("cam", str(said["camera"])),
            camera_name=str(said["camera_name"]),
            run_us=_micros(said["run_us"]),
            masks=tuple(
                Region(name=mask["name"], corners=tuple((float(x), float(y)) for x, y in mask["corners"]))
                for mask in said["masks"]
            ),
            event=_event(said["event"]),
            sha256=str(said["sha256"]),
            size_bytes=int(said["size_bytes"]),
        )
    except (KeyError, TypeError, ValueError, BadInput) as e:
        raise BadCopy from e


def _event(said: Mapping[str, Any]) -> dict[str, object]:
    if said["kind"] not in get_args(EventKind):
        raise BadCopy
    times = {name: _micros(said[name]) for name in ("start_us", "end_us", "peak_us")}
    return {"id": str(said["id"]), "kind": said["kind"], **times, "score": float(said["score"])}


def _micros(said: object) -> int:
    """A time that the store can hold."""
    if not isinstance(said, int) or not 0 <= said < 2**63:
        raise BadCopy
    return said
