"""What can be wrong with a camera's ONVIF, in words its owner can act on. No message ever holds a login."""

from __future__ import annotations

from latchstring.base.errors import BadInput
from latchstring.hub.cameras.errors import CameraError, WrongLogin


class BadOnvifAddress(BadInput):
    """This is not the address of a camera; write its IP address, like 192.168.1.20, or as it was found."""


class OnvifLoginRefused(WrongLogin):
    """The camera refuses this login; some cameras have a user of their own for ONVIF in their settings."""


class UnknownLogin(OnvifLoginRefused):
    """The camera asks for a login that nobody knows here; choose Digest with MD5 or SHA-256 in it."""


class NoOnvif(CameraError):
    """Something answers there, but it does not speak ONVIF; switch ONVIF on in the camera's settings."""


class NotSupported(CameraError):
    """The camera does not offer this through ONVIF."""


class NoStreams(CameraError):
    """The camera tells of no video stream; look in its settings whether one is switched on."""


class UnreadableAddress(CameraError):
    """The camera tells an address that cannot be read; restart it, or look for newer software for it."""


class OnvifFault(CameraError):
    """The camera refuses what was asked through ONVIF."""

    def __init__(self, subcode: str = "", words: str = "") -> None:
        self.subcode = subcode.rpartition(":")[2]
        said = " ".join(words.split())[:200]
        super().__init__(f"the camera refuses: {said}" if said else None)


class OnvifTrouble(CameraError):
    """The camera answers with an error and no reason; it is asked again."""
