"""Who of the household may call what. A route that is not named here is for owners."""

from __future__ import annotations

from latchstring.base.errors import NotAllowed
from latchstring.hub.owner.models import Role

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
