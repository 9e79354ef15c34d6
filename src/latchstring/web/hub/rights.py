"""Who of the household may call what. A route that is not named here is for owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from latchstring.base.errors import NotAllowed
from latchstring.base.ids import CameraId, EventId
from latchstring.hub.cameras.store import NoSuchCamera
from latchstring.hub.events.store import NoSuchEvent
from latchstring.hub.owner.models import Role, Session

_RANK: dict[Role, int] = {"guest": 0, "member": 1, "owner": 2}

GUESTS = frozenset(
    {
        "current_session",
        "sign_out",
        "change_password",
        "list_cameras",
        "live",
        "happenings",
        "get_status",
        "list_devices",
        "end_device",
        "get_ringing",
        "at_the_door",
    }
)
"""What is live, and their own devices."""

MEMBERS = frozenset(
    {
        "timeline",
        "list_events",
        "get_event",
        "thumbnail",
        "snapshot",
        "clip",
        "sound",
        "listening",
        "parts",
        "download",
        "event_clip",
        "download_event",
        "get_masks",
        "get_motion",
        "get_doorbell",
        "press_picture",
        "list_replies",
        "reply_sound",
        "play_reply",
        "answer_press",
        "talk",
    }
)
"""What was recorded, too, and answering the door."""


OF_NO_CAMERA = frozenset(
    {
        "current_session",
        "sign_out",
        "change_password",
        "get_status",
        "list_devices",
        "end_device",
        "get_ringing",
        "list_replies",
        "reply_sound",
    }
)
"""Of the routes above those that say nothing of any camera."""

SIFTED = frozenset({"list_cameras", "list_events", "at_the_door", "happenings"})
"""Those that answer for all cameras at once: each leaves out what whoever asks may not see."""


class NotYours(NotAllowed):
    """This is for the owners of this hub; ask one of them."""


def least_role(route: str) -> Role:
    """`route` is the name of the function that answers."""
    if route in GUESTS:
        return "guest"
    return "member" if route in MEMBERS else "owner"


def require(role: Role, route: str) -> None:
    if _RANK[role] < _RANK[least_role(route)]:
        raise NotYours


def require_camera(
    session: Session,
    route: str,
    asked: Mapping[str, str],
    camera_of: Callable[[EventId], CameraId],
) -> None:
    """Refuse whom an owner gave only some cameras. `asked` is what the route's path names.

    A camera that is not theirs is as one that is not there. A route that names none is closed to them,
    until it stands in a table above.
    """
    if session.cameras is None or route in OF_NO_CAMERA | SIFTED:
        return
    if "camera_id" in asked:
        if not session.may_see(CameraId(asked["camera_id"])):
            raise NoSuchCamera
    elif "event_id" in asked:
        if not session.may_see(camera_of(EventId(asked["event_id"]))):
            raise NoSuchEvent
    else:
        raise NotYours
