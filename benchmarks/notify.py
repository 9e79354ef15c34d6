"""How soon the owner is told: from the frame that shows motion, and from a press, until a channel has it.

A whole hub with synthetic cameras over its own recording, motion and outbox; the channel is a webhook on this machine,
with the picture in it. Measured is until the receiver has read the whole call.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path

from benchmarks import harness
from latchstring.base.time import from_text
from latchstring.hub.daemon import Hub
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify.store import Chosen
from latchstring.hub.settings import HubSettings
from latchstring.testing.listening import Heard, Listener
from latchstring.testing.waiting import until

NAME = "notify"
CAMERAS = 4
EVENTS = int(os.environ.get("LATCHSTRING_BENCH_EVENTS", "24"))
PRESSES = 24
CAMERA = "synthetic:?width=1280&height=720&fps=10&gop_seconds=2&every=12&seed={seed}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Listener() as listener:
        settings = HubSettings(data=Path(folder), follow_seconds=3600, follow_jitter_seconds=0)
        with Hub(settings) as hub:
            noticed: list[float] = []

            def hear(happening: Happening) -> None:
                if happening.kind == "motion-began":
                    noticed.append((hub.clock.now() - happening.at).total_seconds() * 1000)

            hub.bulletin.listen(hear)
            hub.notifier.add_webhook("bench", listener.url)
            hub.notifier.choose(Chosen(per_hour=1000))
            for seed in range(CAMERAS):
                hub.video.add_camera(f"camera {seed}", CAMERA.format(seed=seed))
            until(lambda: len(listener.heard) >= EVENTS, "motion", seconds=600)
            motion = [late for call in listener.heard if (late := lateness(call, "motion")) is not None]
            camera = hub.video.cameras()[0].id
            presses: list[float] = []
            for _ in range(PRESSES):
                heard = len(listener.heard)
                while (event := hub.doorbell.press(camera, hub.clock.now())) is None:
                    until(lambda: True)
                until(lambda e=event.id, n=heard: any(e.encode() in c.body for c in listener.heard[n:]))
                [late] = [
                    found
                    for call in listener.heard[heard:]
                    if event.id.encode() in call.body and (found := lateness(call, "press")) is not None
                ]
                presses.append(late)
    harness.write(
        NAME,
        [
            *rows("frame with motion to bulletin", noticed),
            *rows("frame with motion to channel", motion),
            *rows("press to channel", presses),
        ],
    )


def lateness(call: Heard, subject: str) -> float | None:
    """Milliseconds from the happening until the call was read; None for other subjects."""
    told = json.loads(call.body)
    if told["subject"] != subject:
        return None
    return (call.at - from_text(told["at"]).timestamp()) * 1000


def rows(name: str, found: list[float]) -> list[harness.Row]:
    p95 = statistics.quantiles(found, n=20)[-1]
    return [
        harness.row(f"{name}, p50", statistics.median(found), None, None, "ms", len(found)),
        harness.row(f"{name}, p95", p95, None, None, "ms", len(found)),
    ]


if __name__ == "__main__":
    main()
