"""acquisition.json: how the footage was recorded, so that a court's questions have answers. Never a place.

Follows what SWGDE and the FBI's guide for recovering video ask to be noted: native file, hashes at
acquisition, frame rates, gaps, and the clock that the times come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from latchstring import __version__
from latchstring.base.time import TimeRange, to_text
from latchstring.sealing.bag import Digest
from latchstring.sealing.fields import HEX64, BadDocument, Fields

UNCHANGED = (
    "The clips hold the frames as the camera sent them. Nothing was re-encoded, filtered, enhanced or "
    "redacted, and no analytics changed a byte."
)
REDACTED = (
    "The clips with a 'redaction' were decoded, painted over in parts and encoded anew, at home, before they "
    "left; where nothing was painted they show what the camera sent, as well as encoding once more allows. "
    "Their originals stayed at home, unchanged. The other clips hold the frames as the camera sent them."
)
KINDS = ("privacy-masks", "drawn-regions", "faces")
"""What can be painted over: an owner's standing masks, what they drew for this clip, faces found in it."""
LIMITS = (
    "Clips begin and end on keyframes, so they may be a few seconds longer than what was agreed to.",
    "Times are those of the clock named in each clip, taken when the frame reached the recorder.",
    "Sound is not recorded.",
)


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """The clock behind the times; None where a value was not measured."""

    source: str
    offset_ms: float | None = None
    uncertainty_ms: float | None = None

    def to_json(self) -> dict[str, Any]:
        measured = self.offset_ms is not None and self.uncertainty_ms is not None
        return {
            "source": self.source,
            "offset_ms": self.offset_ms,
            "uncertainty_ms": self.uncertainty_ms,
            "offset_to_true_time": "measured" if measured else "not measured",
        }


@dataclass(frozen=True, kw_only=True)
class ClipFacts:
    """What the recorder knows about a clip."""

    codec: str
    width: int
    height: int
    nominal_frames_per_second: float | None
    measured_frames_per_second: float | None
    gaps: tuple[TimeRange, ...]
    gop_sha256: tuple[str, ...]  # of each GOP of the file, in order
    clock: ClockState


@dataclass(frozen=True, kw_only=True)
class Redaction:
    """What was done to a clip before it left. `made_from` commits to the original; its salt stays at home."""

    kinds: tuple[str, ...]
    made_from: str
    made_at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "kinds": list(self.kinds),
            "made_from": self.made_from,
            "made_at": to_text(self.made_at),
        }

    @classmethod
    def from_json(cls, value: Any) -> Redaction:
        f = Fields(value, "the redaction of a clip", cls.__dataclass_fields__)
        kinds = tuple(f.list("kinds"))
        if not kinds or any(kind not in KINDS for kind in kinds):
            raise BadDocument(f"a clip cannot be redacted of {str(kinds)[:60]}")
        return cls(kinds=kinds, made_from=f.matching(HEX64, "made_from"), made_at=f.time("made_at"))


@dataclass(frozen=True, kw_only=True)
class Acquired:
    """A clip as it lies in the bag."""

    id: str
    camera: str
    file: str
    during: TimeRange
    digest: Digest
    facts: ClipFacts
    redaction: Redaction | None = None


def document(*, disclosure: str, request: str, device: str, clips: Sequence[Acquired]) -> dict[str, Any]:
    """The JSON of acquisition.json."""
    return {
        "v": 1,
        "disclosure": disclosure,
        "request": request,
        "device_id": device,
        "software": {"name": "latchstring", "version": __version__},
        "statement": REDACTED if any(clip.redaction for clip in clips) else UNCHANGED,
        "limits": list(LIMITS),
        "clips": [_clip(disclosure, clip) for clip in clips],
    }


def evidence_id(disclosure: str, clip: str) -> str:
    return f"{disclosure}/{clip}"


def _clip(disclosure: str, clip: Acquired) -> dict[str, Any]:
    facts = clip.facts
    return {
        "evidence_id": evidence_id(disclosure, clip.id),
        "clip": clip.id,
        "camera": clip.camera,
        "file": clip.file,
        "recorded_start": to_text(clip.during.start),
        "recorded_end": to_text(clip.during.end),
        "clock": facts.clock.to_json(),
        "codec": facts.codec,
        "width": facts.width,
        "height": facts.height,
        "nominal_frames_per_second": facts.nominal_frames_per_second,
        "measured_frames_per_second": facts.measured_frames_per_second,
        "gaps": [{"start": to_text(g.start), "end": to_text(g.end)} for g in facts.gaps],
        "gop_sha256": list(facts.gop_sha256),
        "size": clip.digest.size,
        "sha256": clip.digest.sha256,
        "sha512": clip.digest.sha512,
    } | ({"redaction": clip.redaction.to_json()} if clip.redaction else {})
