"""What a demuxer found, checked before anything is recorded."""

from __future__ import annotations

import av

from latchstring.hub.cameras.errors import NoVideoTrack, UnsupportedCodec
from latchstring.hub.cameras.models import SoundInfo

_NAMES = {
    "hevc": "HEVC (H.265)",
    "h265": "HEVC (H.265)",
    "mjpeg": "Motion JPEG",
    "jpeg": "Motion JPEG",
    "mpeg4": "MPEG-4 part 2",
    "mp4v-es": "MPEG-4 part 2",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
}


def find_video(container: av.container.InputContainer) -> av.VideoStream:
    if not container.streams.video:
        raise NoVideoTrack
    return container.streams.video[0]


def check_codec(stream: av.VideoStream) -> None:
    """H.264 passes; anything else is named, with what to do about it."""
    codec = stream.codec_context.name
    if codec != "h264":
        raise unsupported(codec)


def unsupported(codec: str) -> UnsupportedCodec:
    """By the name that libav or the camera's description gives it."""
    sent = f"the camera sends {_NAMES.get(codec.lower(), codec)}, and this version records H.264 only"
    change = "set this stream to H.264 in the camera's own settings (often under Video or Encoding)"
    return UnsupportedCodec(
        f"{sent}; {change}, or enter a small stream in H.264 beside it, to be recorded instead",
        advice=f"The small stream is recorded. In the large one {sent}; for the large picture, {change}.",
    )


def find_sound(container: av.container.InputContainer) -> av.AudioStream | None:
    return container.streams.audio[0] if container.streams.audio else None


def sound_info(stream: av.AudioStream) -> SoundInfo | None:
    """None if its coding is not recorded."""
    coded = stream.codec_context
    config = bytes(coded.extradata or b"")
    match coded.name:
        case "pcm_mulaw" | "pcm_alaw" as law:
            return SoundInfo(codec=law, rate=coded.sample_rate, channels=coded.channels)
        case "aac" if config:
            return SoundInfo(codec="aac", rate=coded.sample_rate, channels=coded.channels, config=config)
    return None
