"""A whole neighbourhood in one process: a real network with its people, and real homes that follow it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from latchstring.base.geo import Point
from latchstring.base.ids import RequestId
from latchstring.base.time import TimeRange
from latchstring.hub.daemon import Hub
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import InboxItem, MatchedClip, State, state_of
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices, NetworkAddress
from latchstring.hub.redaction.models import ClipKey, Stage
from latchstring.hub.settings import HubSettings
from latchstring.hub.uplink import share as sharing
from latchstring.hub.uplink.models import ShareState
from latchstring.testing.network import TOWN, Staff, TestNetwork, case_key
from latchstring.testing.waiting import until

PASSWORD = "opens from inside"
PORCH = {"name": "Porch", "url": "synthetic:?width=160&height=120&fps=5&gop_seconds=1"}
AT_HOME = Point(TOWN.latitude + 0.0005, TOWN.longitude + 0.0005)
OUTSIDE = Point(TOWN.latitude + 0.006, TOWN.longitude)
"""Beyond the area that officers ask about here, in the same coarse cell."""


@dataclass
class Home:
    """A household with its hub, in this process."""

    hub: Hub

    def item(self, request: RequestId) -> InboxItem | None:
        return next((i for i in inbox.items(self.hub.store) if i.request.id == request), None)

    def wait_for(self, request: RequestId) -> InboxItem:
        return until(lambda: self.item(request), "the request in the inbox")

    def state(self, request: RequestId) -> State:
        item = inbox.item(self.hub.store, request)
        return state_of(item, muted=owner.muted(self.hub.store), now=self.hub.clock.now())

    def share(self, request: RequestId) -> None:
        """Look at all clips, say yes to them, and wait until they have been handed over."""
        clips = inbox.item(self.hub.store, request).clips
        seen = {clip.id: sha256 for clip in clips if (sha256 := self.look_at(request, clip))}
        sharing.consent(
            self.hub.store,
            request,
            [clip.id for clip in clips],
            seen=seen,
            delay=timedelta(0),
            now=self.hub.clock.now(),
        )
        self.hub.sender.wake()
        until(lambda: self._share_state(request) is ShareState.DISCLOSED, "the disclosure")

    def look_at(self, request: RequestId, matched: MatchedClip) -> str | None:
        """Prepare a clip in which something is hidden; answers the SHA-256 of what would leave."""
        key, redactor = ClipKey(request, matched.id), self.hub.redactor
        clip = self.hub.recordings.cut(matched.camera, matched.during)
        if redactor.readiness(key, clip).stage is Stage.AS_RECORDED:
            return None
        redactor.prepare(key, matched.camera, matched.during)
        made = until(lambda: redactor.readiness(key, clip).made, "a prepared clip")
        return made.sha256

    def wait_until_followed(self, size: int) -> None:
        """Until the hub has seen a log of `size` entries, so that it has judged all that came before."""
        until(lambda: (last := self.hub.follower.last) and (last.tree_size or 0) >= size, "following")

    def _share_state(self, request: RequestId) -> ShareState | None:
        share = sharing.share_of(self.hub.store, request)
        return share.state if share else None


@dataclass
class Asked:
    """An approved request, and the case key that it names."""

    id: RequestId
    identity: str


@dataclass
class Neighbourhood:
    """A network with its people, and a way to give it homes."""

    network: TestNetwork
    staff: Staff
    _cases: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(self, *, window: TimeRange | None = None, **changes: Any) -> Asked:
        """A request of a new case, about the last half hour, approved by two of three."""
        now = self.network.now
        window = window or TimeRange(now - timedelta(minutes=30), now)
        identity, recipient = case_key()
        draft = self.network.draft(
            case=f"J-{next(self._cases)}", window=window, recipient=recipient, **changes
        )
        request = self.staff.officer.ask(draft)
        self.network.approve(request, self.staff)
        return Asked(request, identity)

    def published_size(self, request: RequestId) -> int:
        """A size of the log that covers the approval of a request."""
        return self.network.wait_for_kind("request-approved", request) + 1

    def entries(self, request: RequestId) -> list[str]:
        """The kinds of a request's public entries, oldest first."""
        page = self.network.http.get("/api/log", params={"limit": 500}).raise_for_status().json()
        of_request = [e for e in page["entries"] if e["entry"].get("request") == request]
        return [e["entry"]["kind"] for e in sorted(of_request, key=lambda e: e["index"])]


@contextmanager
def home(network: TestNetwork, data: Path, *, at: Point = AT_HOME) -> Iterator[Home]:
    """A household that moves in on a data folder, which may hold recordings, and follows the network."""
    settings = HubSettings(data=data, follow_seconds=0.3, follow_jitter_seconds=0.0, upload_delay_seconds=0.0)
    hub = Hub(settings, clock=network.daemon.clock)
    address = NetworkAddress(url=network.url, vkey=network.verifier.vkey)
    owner.set_up(
        hub.store,
        password=PASSWORD,
        choices=Choices(home=at, network=address),
        now=hub.clock.now(),
    )
    with hub:
        yield Home(hub)


def film_the_porch(data: Path, *, seconds: float = 3) -> TimeRange:
    """Let a hub record its porch on `data`; answers when that was. The hub's keys are thrown away."""
    began = datetime.now(UTC)
    ahead = TimeRange(began - timedelta(minutes=1), began + timedelta(minutes=10))
    with Hub(HubSettings(data=data, camera=[PORCH])) as hub:
        until(lambda: _longest(hub, ahead) >= timedelta(seconds=seconds), "a recording")
    (data / "device.key").unlink()
    (data / "lock").unlink()
    return TimeRange(began, datetime.now(UTC))


def _longest(hub: Hub, during: TimeRange) -> timedelta:
    """The longest unbroken recording of any camera."""
    spans = [span for camera in hub.recordings.cameras() for span in hub.recordings.covered(camera, during)]
    return max((span.duration for span in spans), default=timedelta(0))
