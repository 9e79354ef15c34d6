"""What a notification says. It may lie on a locked phone for all to see, so it says no more than it must."""

from __future__ import annotations

from datetime import datetime, tzinfo
from urllib.parse import quote

from latchstring.base import ids
from latchstring.base.time import to_text
from latchstring.hub.events.bulletin import Happening, Kind
from latchstring.hub.notify.models import Notice, NoticeId, Subject

SUBJECTS: dict[Kind, Subject] = {
    "motion-began": "motion",
    "press": "press",
    "press-late": "press",
    "camera-away": "camera",
    "camera-back": "camera",
    "request": "request",
    "device": "device",
    "disk-full": "disk",
}
"""Everything else is not told by itself: the end of motion belongs to its beginning."""


def notice_of(happening: Happening, *, camera_name: str, zone: tzinfo) -> Notice | None:
    """In plain words; None when it is nothing to tell.

    A request is not named: its number leads to the public log, and so to where this home is.
    """
    subject = SUBJECTS.get(happening.kind)
    if subject is None:
        return None
    title, body = _words(happening, camera_name, happening.at.astimezone(zone))
    return Notice(
        id=NoticeId(ids.new("nt")),
        subject=subject,
        at=happening.at,
        title=title,
        body=body,
        link=_link(happening),
        camera=happening.camera,
        event=happening.event,
    )


def a_test(now: datetime) -> Notice:
    return Notice(
        id=NoticeId(ids.new("nt")),
        subject="device",
        at=now,
        title="Latchstring",
        body="This is a test. What happens at home will arrive here.",
        link="#/settings/notifications",
    )


def _words(happening: Happening, camera: str, at: datetime) -> tuple[str, str]:
    clock = f"{at:%H:%M}"
    match happening.kind:
        case "press":
            return camera, f"Somebody rang at {clock}."
        case "press-late":
            return camera, f"Somebody rang at {clock}. The camera could not be reached until now."
        case "motion-began":
            return camera, f"Something moves, {clock}."
        case "camera-away":
            return camera, f"No picture since {clock}."
        case "camera-back":
            return camera, f"Recording again since {clock}."
        case "request":
            return "A request waits", "Open Latchstring to see it."
        case "device":
            return (
                "A new device",
                happening.about or "Somebody signed in from a device that was not here before.",
            )
        case _:
            return "The disk is full", "The oldest recordings are deleted to make room."


def _link(happening: Happening) -> str:
    match happening.kind:
        case "press" | "press-late" | "motion-began":
            return f"#/cameras/{happening.camera}?at={quote(to_text(happening.at))}"
        case "camera-away" | "camera-back":
            return f"#/cameras/{happening.camera}"
        case "request":
            return "#/inbox"
        case _:
            return "#/settings"
