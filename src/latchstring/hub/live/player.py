"""One player elsewhere, that is given pictures and sound as one endless file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, suppress

from latchstring.base.errors import NotFound
from latchstring.hub.recording import fmp4, sound_track
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Run
from latchstring.hub.recording.playable import Playable
from latchstring.hub.recording.sound_feed import SoundFeed


class NothingLive(NotFound):
    """This camera is not filming right now; try again in a moment."""


async def play(feed: LiveFeed, sound: SoundFeed) -> AsyncGenerator[bytes]:
    """The run that is being filmed, from its newest keyframe on, with its sound if it is recorded.

    A file has one beginning, so it ends when the run does: the camera went away, or films otherwise. A
    player that takes it too slowly misses frames and goes on from a keyframe; nobody waits for a player.
    """
    loop = asyncio.get_running_loop()
    news = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop is closed, so nobody plays any more
            loop.call_soon_threadsafe(news.set)

    with ExitStack() as listening:
        listening.callback(feed.on_news(wake))
        run = feed.run
        if run is None:
            return
        ear = None if run.sound is None else _Ear(run, sound)
        if ear is not None:
            listening.callback(sound.on_news(wake))
        yield fmp4.init_segment(run.track, None if ear is None else ear.info)
        position = None
        while True:
            news.clear()
            batch = feed.after(position)
            if (feed.run if batch is None else batch.run) is not run:
                return
            if batch is not None:
                position = batch.position
                yield batch.data
            if ear is not None and (heard := ear.new()):
                yield heard
            elif batch is None:
                await news.wait()


class _Ear:
    """The sound of one run, as it comes."""

    def __init__(self, run: Run, feed: SoundFeed) -> None:
        assert run.sound is not None, "what is heard comes from a run with sound"
        self._run = run
        self._feed = feed
        self._playable = Playable(run.sound)
        self._number: int | None = None
        self._count = 0
        self.info = self._playable.info

    def new(self) -> bytes:
        """What has come since the last time, as one fragment; empty: nothing yet."""
        heard = self._feed.after(self._number)
        if heard is None:
            return b""
        self._number = heard.number
        if heard.run is not self._run or not (made := self._playable.add(heard.pieces)):
            return b""
        self._count += 1
        return sound_track.fragment(self._count, made, self.info)
