"""What has to be hidden in a clip before it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from latchstring.base import canonical
from latchstring.hub.cameras.regions import Region
from latchstring.hub.recording.clip import Clip
from latchstring.hub.redaction import masks
from latchstring.hub.store import Store

PAINT = 1
"""Counts up when the same plan would paint other pixels than before."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the owner wants hidden in one clip of a request, besides the masks."""

    faces: bool = False
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that is hidden in one clip."""

    masks: tuple[Region, ...] = ()
    wish: Wish = Wish()

    @property
    def hides(self) -> bool:
        """False: the clip may leave as it is."""
        return bool(self.kinds)

    @property
    def regions(self) -> tuple[Region, ...]:
        """The parts of the picture that are painted over in every frame."""
        return (*self.masks, *self.wish.regions)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is hidden, in the words of the evidence package; never where."""
        said = {"privacy-masks": self.masks, "drawn-regions": self.wish.regions, "faces": self.wish.faces}
        return tuple(kind for kind, there in said.items() if there)

    def fingerprint(self, clip: Clip) -> str:
        """The same exactly when the same is hidden in the same recording."""
        return canonical.sha256_hex(
            canonical.encode(
                {
                    "paint": PAINT,
                    "camera": clip.camera,
                    "gops": [[gop.run_us, gop.start_us, gop.size_bytes] for gop in clip.gops],
                    "regions": sorted([list(corner) for corner in r.corners] for r in self.regions),
                    "faces": self.wish.faces,
                }
            )
        )


def plan_for(store: Store, clip: Clip, wish: Wish | None = None) -> Plan:
    """Every mask that held while it was recorded or that holds now, and what the owner wishes."""
    covering = masks.covering(store, clip.camera, clip.during)
    return Plan(masks=tuple(covering), wish=wish or Wish())
