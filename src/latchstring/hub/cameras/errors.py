"""What can be wrong with a camera, in words its owner can act on. No message ever holds a login."""

from __future__ import annotations

from latchstring.base.errors import BadInput, Unavailable


class CameraError(Unavailable):
    """The camera cannot be used at the moment."""


class BadCameraUrl(BadInput):
    """This is not the address of a camera; write it like rtsp://user:password@host/path."""


class CameraUnreachable(CameraError):
    """Nobody answers at this address; check that the camera has power and network, and its host and port."""


class WrongLogin(CameraError):
    """The camera refuses this login; check the user name and the password in its address."""


class NoSuchStream(CameraError):
    """The camera answers, but has no stream under this path; look up the path in the camera's manual."""


class NotVideo(CameraError):
    """What answers at this address does not speak a video protocol; check host, port and path."""


class NoVideoTrack(CameraError):
    """This address sends no video; choose the camera's video stream."""


class UnsupportedCodec(CameraError):
    """The camera sends a codec that is not recorded; set its stream to H.264."""

    def __init__(self, message: str | None = None, *, advice: str | None = None) -> None:
        """`advice` is for whom its small stream serves meanwhile."""
        super().__init__(message)
        self.advice = advice or self.message


class BrokenVideo(CameraError):
    """The camera sends data that is not valid H.264; restart it, or look for newer firmware."""


class NoKeyframe(CameraError):
    """The camera sends no keyframe; set its keyframe interval (GOP, I-frame interval) to 2 seconds."""


class CameraSilent(CameraError):
    """The connection stands, but the camera has stopped sending pictures; it is being called again."""


class CameraHungUp(CameraError):
    """The camera ended the connection; it is being called again."""


class TakesNoSound(CameraError):
    """This camera takes no sound (it has no ONVIF backchannel); look for two-way audio in its settings."""


class UnknownSound(CameraError):
    """The camera takes sound in a coding that is not spoken here; set its two-way audio to G.711."""


class CameraBusy(CameraError):
    """The camera is taking sound from somebody else; end the talk in its own app, then try again."""
