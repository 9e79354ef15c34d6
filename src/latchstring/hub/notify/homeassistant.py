"""What Home Assistant is told of this home over MQTT, so that each camera appears there by itself.

Discovery: home-assistant.io/integrations/mqtt. A press is an `event` entity of device class `doorbell` with
the event type `ring`, motion a `binary_sensor` of device class `motion`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from latchstring import __version__
from latchstring.base.ids import CameraId
from latchstring.hub.notify.models import Subject

DISCOVERY = "homeassistant"
BIRTH = f"{DISCOVERY}/status"
"""Where Home Assistant says `online` when it has started and knows nothing any more."""

ROOT = "latchstring"
ON, OFF = "ON", "OFF"
SWITCHES: dict[Subject, str] = {"motion": "Tell of motion", "press": "Tell of rings"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A camera as it is shown there."""

    camera: CameraId
    name: str
    is_doorbell: bool = False
    detects: bool = True  # somebody looks for motion there


@dataclass(frozen=True)
class Topics:
    """`node` names this hub: several may share a broker."""

    node: str

    @property
    def status(self) -> str:
        return f"{ROOT}/{self.node}/status"

    @property
    def test(self) -> str:
        return f"{ROOT}/{self.node}/test"

    def motion(self, camera: CameraId) -> str:
        return f"{ROOT}/{camera}/motion"

    def ring(self, camera: CameraId) -> str:
        return f"{ROOT}/{camera}/doorbell"

    def picture(self, camera: CameraId) -> str:
        return f"{ROOT}/{camera}/picture"

    def tells(self, camera: CameraId, subject: Subject) -> str:
        return f"{ROOT}/{camera}/tell/{subject}"

    def detects(self, camera: str) -> str:
        return f"{ROOT}/{camera}/detect"

    def asked_to_detect(self, topic: str) -> CameraId | None:
        """Whose motion is to be looked for or not; None: it is no such command."""
        match topic.split("/"):
            case [root, camera, "detect", "set"] if root == ROOT:
                return CameraId(camera)
            case _:
                return None

    def command(self, camera: str, subject: str) -> str:
        return f"{ROOT}/{camera}/tell/{subject}/set"

    def asked(self, topic: str) -> tuple[CameraId, Subject] | None:
        """Which switch a command is for; None: it is none."""
        match topic.split("/"):
            case [root, camera, "tell", ("motion" | "press") as subject, "set"] if root == ROOT:
                return CameraId(camera), subject
            case _:
                return None

    def of_a_camera(self, camera: CameraId) -> list[str]:
        """Every topic on which something of it may be kept by the broker."""
        configs = [
            *_CONFIGS,
            "switch/{camera}/detect",
            *(f"switch/{camera}/{subject}" for subject in SWITCHES),
        ]
        return [
            *(f"{DISCOVERY}/{config.format(camera=camera)}/config" for config in configs),
            self.motion(camera),
            self.picture(camera),
            self.detects(camera),
            *(self.tells(camera, subject) for subject in SWITCHES),
        ]

    def announcements(self, cameras: Iterable[Shown]) -> dict[str, str]:
        """Discovery topics with what is kept there: nothing for the bell of a camera that is no doorbell."""
        made: dict[str, str] = {}
        for shown in cameras:
            for path, entity in self._entities(shown):
                made[f"{DISCOVERY}/{path}/config"] = "" if entity is None else json.dumps(entity)
        return made

    def _entities(self, shown: Shown) -> list[tuple[str, dict[str, Any] | None]]:
        camera = shown.camera
        common = {
            "availability_topic": self.status,
            "device": {
                "identifiers": [camera],
                "name": shown.name,
                "manufacturer": "Latchstring",
                "model": "Doorbell" if shown.is_doorbell else "Camera",
            },
            "origin": {"name": "Latchstring", "sw_version": __version__},
        }
        motion = {"name": "Motion", "device_class": "motion", "state_topic": self.motion(camera)}
        picture = {"name": "Picture", "topic": self.picture(camera)}
        ring = {
            "name": "Doorbell",
            "device_class": "doorbell",
            "event_types": ["ring"],
            "state_topic": self.ring(camera),
        }
        made: list[tuple[str, dict[str, Any] | None]] = [
            (f"binary_sensor/{camera}/motion", {**motion, "unique_id": f"{camera}_motion", **common}),
            (f"camera/{camera}/picture", {**picture, "unique_id": f"{camera}_picture", **common}),
            (
                f"event/{camera}/doorbell",
                {**ring, "unique_id": f"{camera}_doorbell", **common} if shown.is_doorbell else None,
            ),
        ]
        detect = {
            "name": "Detect motion",
            "icon": "mdi:motion-sensor",
            "state_topic": self.detects(camera),
            "command_topic": f"{self.detects(camera)}/set",
        }
        made.append(
            (f"switch/{camera}/detect", {**detect, "unique_id": f"{camera}_detect", **common}),
        )
        for subject, name in SWITCHES.items():
            switch = {
                "name": name,
                "icon": "mdi:bell",
                "entity_category": "config",
                "state_topic": self.tells(camera, subject),
                "command_topic": self.command(camera, subject),
            }
            is_shown = subject == "motion" or shown.is_doorbell
            entity = {**switch, "unique_id": f"{camera}_tell_{subject}", **common} if is_shown else None
            made.append((f"switch/{camera}/{subject}", entity))
        return made


_CONFIGS = ("binary_sensor/{camera}/motion", "camera/{camera}/picture", "event/{camera}/doorbell")
