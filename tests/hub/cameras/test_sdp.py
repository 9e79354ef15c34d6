"""What cameras say that they send and take."""

from __future__ import annotations

import pytest

from latchstring.hub.cameras import sdp

DOORBELL = """v=0
o=- 1 1 IN IP4 192.168.1.20
s=Session
a=control:*
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=recvonly
a=control:trackID=0
m=audio 0 RTP/AVP 0
a=control:trackID=1
m=audio 0 RTP/AVP 97 8 98
a=rtpmap:97 MPEG4-GENERIC/16000
a=rtpmap:98 pcmu/8000/1
a=sendonly
a=control:trackID=5
"""


def test_the_track_for_our_voice_is_found() -> None:
    """Static payload types need no name, and codings that are not spoken here are left out."""
    video, heard, spoken = sdp.read(DOORBELL, "rtsp://porch/live/").tracks
    assert [(t.kind, t.direction) for t in (video, heard, spoken)] == [
        ("video", "recvonly"),
        ("audio", "recvonly"),
        ("audio", "sendonly"),
    ]
    assert heard.codings == (sdp.Coding(payload=0, law="mulaw"),)
    assert spoken.codings == (sdp.Coding(payload=8, law="alaw"), sdp.Coding(payload=98, law="mulaw"))
    assert spoken.control == "rtsp://porch/live/trackID=5"


@pytest.mark.parametrize(
    ("base", "control", "address"),
    [
        ("rtsp://porch/live", "trackID=1", "rtsp://porch/live/trackID=1"),
        ("rtsp://porch/live?channel=1", "track1", "rtsp://porch/live?channel=1/track1"),
        ("rtsp://porch/live/", "rtsp://porch/other/1", "rtsp://porch/other/1"),
        ("rtsp://porch/live/", "*", "rtsp://porch/live/"),
        ("rtsp://porch/live/", "", "rtsp://porch/live/"),
    ],
)
def test_addresses_of_tracks(base: str, control: str, address: str) -> None:
    """Appended to the base with one slash, as cameras of all makers expect it."""
    [track] = sdp.read(f"m=audio 0 RTP/AVP 0\na=control:{control}\n", base).tracks
    assert track.control == address


@pytest.mark.parametrize("line", ["m=audio", "m=audio 0 RTP/AVP x y", "m=audio 0 RTP/AVP 0\na=rtpmap:"])
def test_nonsense_is_no_voice(line: str) -> None:
    """A broken description is read as one that offers less."""
    assert all(track.kind == "audio" for track in sdp.read(line, "rtsp://porch/").tracks)
