"""One person watching one camera: the bytes that go on the disk, as soon as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Run


async def watch(feed: LiveFeed) -> AsyncIterator[Run | bytes]:
    """A `Run` whenever one starts, then its init segment, then fragments from its newest keyframe on.

    The keyframe comes by itself, so that it is seen while the rest of its GOP is under way.
    A viewer who takes them too slowly misses frames and goes on from a keyframe; nobody waits for a viewer.
    """
    loop = asyncio.get_running_loop()
    news = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop is closed, so nobody watches any more
            loop.call_soon_threadsafe(news.set)

    stop = feed.on_news(wake)
    try:
        position, run = None, None
        while True:
            news.clear()
            batch = feed.after(position)
            if batch is None:
                await news.wait()
                continue
            position, data = batch.position, batch.data
            if batch.run is not run:
                run, keyframe = batch.run, batch.fragments[0].data
                yield run
                yield run.picture_init
                yield keyframe
                data = data[len(keyframe) :]
            if data:
                yield data
    finally:
        stop()
