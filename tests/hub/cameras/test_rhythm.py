"""A camera is listened to when a picture has gathered."""

from __future__ import annotations

from latchstring.hub.cameras.rhythm import GATHER_SECONDS, LISTEN_EVERY_SECONDS, Rhythm

STEP = 1 / 30


def listen(rhythm: Rhythm, pictures: int, *, late: set[int] = frozenset()) -> tuple[int, list[float]]:  # type: ignore[assignment]
    """How often one wakes up for so many pictures, and how long after its first piece each is taken."""
    now, wakes, waits = 0.0, 0, []
    for n in range(pictures):
        first = n * STEP + (0.02 if n in late else 0)
        whole = first + 0.002
        now, wakes = max(now, first), wakes + 1
        while now < whole:
            pause = rhythm.pause(now)
            now, wakes = (now + pause if pause else whole), wakes + 1
        waits.append(now - first)
        rhythm.whole(round((n + 1) * STEP * 90_000))
        now += rhythm.pause(now)
    return wakes, waits


def test_it_wakes_up_once_for_a_picture() -> None:
    """And twice where the beat is looked for, each second; no picture waits longer than it needs to gather."""
    wakes, waits = listen(Rhythm(90_000), 300)
    assert wakes <= 300 + 2 * 10 / LISTEN_EVERY_SECONDS
    assert max(waits) <= GATHER_SECONDS[1] + 0.001


def test_a_late_picture_costs_a_beat() -> None:
    wakes, waits = listen(Rhythm(90_000), 300, late={100, 200})
    assert wakes < 340
    assert max(waits) <= GATHER_SECONDS[1] + 0.001


def test_pictures_that_are_far_apart_are_waited_for() -> None:
    """One a second: nobody sleeps through what is rare."""
    rhythm = Rhythm(90_000)
    for n in range(5):
        rhythm.whole(n * 90_000)
        assert rhythm.pause(float(n)) == 0
