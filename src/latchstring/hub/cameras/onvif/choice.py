"""Which of a camera's streams is recorded and which is watched for motion, and what its owner should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from latchstring.hub.cameras.onvif.families import Family
from latchstring.hub.cameras.onvif.models import Description, Profile

BEST_GOP_SECONDS, LONGEST_GOP_SECONDS = 2.0, 4.0
CLOCK_OFF_SECONDS = 5.0
_SMALL_PIXELS, _LEAST_WIDTH = 640 * 360, 320

Kind = Literal["no-h264", "hevc", "gop-long", "gop-unknown", "smart-codec", "clock", "no-sub", "family"]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One thing to know about a camera. `can_mend`: the hub can set it right through ONVIF."""

    kind: Kind
    words: str
    can_mend: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Without `main` nothing can be recorded; `advice` says why."""

    main: Profile | None
    sub: Profile | None
    advice: tuple[Advice, ...]


def choose(
    described: Description, family: Family | None, *, main: str | None = None, sub: str | None = None
) -> Choice:
    """The largest H.264 stream, and a small one of the same lens; the owner's own choice comes first."""
    playable = [each for each in described.profiles if each.codec in ("H264", "")]
    known = [each for each in playable if each.codec == "H264"] or playable
    chosen = _named(playable, main) or max(known, key=_pixels, default=None)
    if chosen is None:
        return Choice(main=None, sub=None, advice=(_no_h264(described.profiles),))
    small = _named(playable, sub) or _small(known, chosen)
    advice = [
        *_codec(described.profiles, chosen),
        *_keyframes(chosen, family),
        *_clock(described.clock_ahead_seconds),
        *([] if small else [Advice(kind="no-sub", words=_NO_SUB)]),
        *([Advice(kind="family", words=family.advice)] if family and family.advice else []),
    ]
    return Choice(main=chosen, sub=small, advice=tuple(advice))


_NO_SUB = (
    "There is no small second stream, so motion is looked for in the large one, which costs more power. "
    "Most cameras can switch on a “sub stream”."
)


def _named(profiles: Sequence[Profile], token: str | None) -> Profile | None:
    return next((each for each in profiles if token and each.token == token), None)


def _pixels(profile: Profile) -> int:
    return profile.width * profile.height


def _small(playable: Sequence[Profile], main: Profile) -> Profile | None:
    """Nearest to 640 by 360, which is enough to see who moves."""
    smaller = [
        each
        for each in playable
        if each.source == main.source and each.width >= _LEAST_WIDTH and _pixels(each) < _pixels(main)
    ]
    return min(smaller, key=lambda each: abs(_pixels(each) - _SMALL_PIXELS), default=None)


def _no_h264(profiles: Sequence[Profile]) -> Advice:
    codecs = {"H265": "HEVC (H.265)", "JPEG": "Motion JPEG", "MPEG4": "MPEG-4"}
    said = " and ".join(sorted({codecs.get(each.codec, each.codec) for each in profiles}))
    return Advice(
        kind="no-h264",
        words=f"This camera sends {said} only, and the hub records H.264. Set one of its streams to H.264 in "
        "the camera’s own settings (often under Video or Encoding), then open it again.",
    )


def _codec(profiles: Sequence[Profile], main: Profile) -> list[Advice]:
    larger = [each for each in profiles if each.codec == "H265" and _pixels(each) > _pixels(main)]
    if not larger:
        return []
    best = max(larger, key=_pixels)
    return [
        Advice(
            kind="hevc",
            words=f"Its largest stream ({best.width} × {best.height}) is HEVC (H.265), which many browsers "
            f"cannot play and the hub does not record. Its H.264 stream ({main.width} × {main.height}) is "
            "taken instead. For the large picture, set that stream to H.264 in the camera’s settings.",
        )
    ]


def _keyframes(main: Profile, family: Family | None) -> list[Advice]:
    advice: list[Advice] = []
    seconds = main.gop_seconds
    if seconds is None:
        advice.append(
            Advice(
                kind="gop-unknown",
                words="The camera does not tell how often it sends a whole picture (a keyframe). Every 2 "
                "seconds is right.",
            )
        )
    elif keyframes_are_rare(main):
        advice.append(
            Advice(
                kind="gop-long",
                words=f"A whole picture (a keyframe) comes only every {seconds:g} seconds. Live view and "
                "clips begin at a keyframe, so they start late. Every 2 seconds is right.",
                can_mend=bool(main.encoder),
            )
        )
    if family and family.smart_codec:
        advice.append(
            Advice(
                kind="smart-codec",
                words=f"Cameras of this make can have {family.smart_codec}: it leaves out keyframes while "
                "nothing moves, so clips begin late. Switch it off in the camera’s settings.",
            )
        )
    return advice


def keyframes_are_rare(profile: Profile) -> bool:
    return profile.gop_seconds is not None and profile.gop_seconds > LONGEST_GOP_SECONDS


def clock_words(ahead: float | None) -> str:
    """How wrong a camera's clock is; empty when it is right, or not told."""
    if ahead is None or abs(ahead) <= CLOCK_OFF_SECONDS:
        return ""
    return f"{how_long(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"


def _clock(ahead: float | None) -> list[Advice]:
    if not (off := clock_words(ahead)):
        return []
    return [
        Advice(
            kind="clock",
            words=f"The camera’s clock is {off}. Recordings go by the hub’s clock and are right; the time "
            "that the camera writes into its picture is not. Set its time zone and time server in its "
            "settings.",
        )
    ]


def how_long(seconds: float) -> str:
    """In the largest unit that says it well."""
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size * 1.5 or (seconds >= size and name == "minute"):
            n = round(seconds / size)
            return f"{n} {name}{'' if n == 1 else 's'}"
    n = round(seconds)
    return f"{n} second{'' if n == 1 else 's'}"
