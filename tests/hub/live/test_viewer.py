"""What one viewer is given, and in which pieces."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from latchstring.hub.live.viewer import watch
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run
from latchstring.testing.recorded import SMALL, made_of


async def given(feed: LiveFeed, number: int) -> list[Run | bytes]:
    async with aclosing(watch(feed)) as made:
        return [await anext(made) for _ in range(number)]


def test_the_newest_keyframe_comes_by_itself() -> None:
    """It is seen while the rest of its GOP is under way; nothing is left out and nothing comes twice."""
    feed, run, whole = LiveFeed(), None, list[Fragment]()
    for made in made_of(SMALL, 4):
        if isinstance(made, Run):
            run = made
        elif isinstance(made, Fragment) and run is not None:
            feed.add(run, made)
            whole = [made] if made.is_keyframe else [*whole, made]
    assert run is not None
    assert len(whole) > 1
    first, init, keyframe, rest = asyncio.run(given(feed, 4))
    assert (first, init, keyframe) == (run, run.picture_init, whole[0].data)
    assert rest == b"".join(fragment.data for fragment in whole[1:])
