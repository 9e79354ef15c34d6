"""One person listening to one camera. Who does not listen costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from latchstring.hub.cameras.models import SoundInfo
from latchstring.hub.recording import sound_track
from latchstring.hub.recording.models import Run
from latchstring.hub.recording.playable import Playable
from latchstring.hub.recording.sound_feed import SoundFeed


async def listen(feed: SoundFeed) -> AsyncIterator[SoundInfo | bytes]:
    """What sound comes whenever a run starts, then its init segment, then fragments as they are made.

    Their times are those of the pictures that come at the same moment (`viewer.watch`).
    """
    loop = asyncio.get_running_loop()
    news = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop is closed, so nobody listens any more
            loop.call_soon_threadsafe(news.set)

    stop = feed.on_news(wake)
    try:
        number, run, playable, count = None, None, None, 0
        while True:
            news.clear()
            heard = feed.after(number)
            if heard is None:
                await news.wait()
                continue
            number = heard.number
            if heard.run is not run or playable is None:
                run, playable = heard.run, _playable(heard.run)
                yield playable.info
                yield sound_track.init_segment(playable.info)
            if made := playable.add(heard.pieces):
                count += 1
                yield sound_track.fragment(count, made, playable.info)
    finally:
        stop()


def _playable(run: Run) -> Playable:
    assert run.sound is not None, "what is heard comes from a run with sound"
    return Playable(run.sound)
