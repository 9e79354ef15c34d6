"""Power cuts during the main job: whatever is killed in whichever step, a restart finishes it."""

from __future__ import annotations

import random
import tempfile
import threading
from pathlib import Path

import pytest

from latchstring.demo.stage import Ports, Stage
from latchstring.demo.story import Story
from latchstring.demo.walkthrough import Walkthrough

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class PowerCuts:
    """Kills one machine soon after each step begins, and starts it again."""

    def __init__(self, name: str, *, seed: int) -> None:
        self._name = name
        self._random = random.Random(seed)
        self._under_way: threading.Timer | None = None
        self.stage: Stage | None = None
        self.made = 0

    def before_step(self, _number: int) -> None:
        self.wait()
        self._under_way = threading.Timer(self._random.uniform(0, 0.6), self._cut)
        self._under_way.start()

    def wait(self) -> None:
        if self._under_way is not None:
            self._under_way.join()

    def _cut(self) -> None:
        assert self.stage is not None
        self.stage.restart(self._name)
        self.made += 1


@pytest.mark.parametrize("machine", ["network", "lamp"])
def test_killed_in_every_step(machine, tmp_path):
    """The network, or the hub of the home that shares, is killed in each of the steps; the story holds."""
    cuts = PowerCuts(machine, seed=4)
    told: list[str] = []
    story = Story(told.append, before_step=cuts.before_step)
    with (
        tempfile.TemporaryDirectory(prefix="latchstring-") as folder,
        Stage(Path(folder), Ports.free()) as stage,
    ):
        cuts.stage = stage
        try:
            Walkthrough(stage, story, tmp_path).run()
        except Exception as e:
            log = stage.log(machine).read_text()[-2000:]
            raise AssertionError("\n".join([*told, log])) from e
        finally:
            cuts.wait()
    assert story.ok
    assert cuts.made == len(story.steps)
