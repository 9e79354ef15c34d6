from datetime import timedelta
from itertools import pairwise

import pytest

from latchstring.base.clock import BELIEVED_AFTER_SECONDS, SteadyClock
from latchstring.testing.clock import FakeClock

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def machine():
    return FakeClock()


@pytest.mark.parametrize("leap", [HALF_A_DAY, -HALF_A_DAY])
def test_a_leap_that_is_taken_back_was_never_there(machine, leap):
    """Somebody sets the clock wrong by half a day and puts it right: time went on as if nothing had been."""
    clock = SteadyClock(machine)
    began = clock.now()
    machine.set(machine.now() + leap)
    machine.advance(BELIEVED_AFTER_SECONDS / 2)
    assert clock.now() - began == timedelta(seconds=BELIEVED_AFTER_SECONDS / 2)
    machine.set(machine.now() - leap)
    machine.advance(1)
    assert clock.now() == machine.now()


@pytest.mark.parametrize("leap", [HALF_A_DAY, -HALF_A_DAY])
def test_a_leap_that_lasts_is_believed(machine, leap):
    """A hub without a battery starts with a wrong clock; once a time server has set it right, that holds."""
    clock = SteadyClock(machine)
    machine.set(machine.now() + leap)
    clock.now()
    machine.advance(BELIEVED_AFTER_SECONDS)
    assert clock.now() == machine.now()


def test_small_corrections_are_followed_slowly(machine):
    """Two seconds are made up for at half a millisecond a second, and never backwards."""
    clock = SteadyClock(machine)
    clock.now()
    machine.set(machine.now() - timedelta(seconds=2))
    readings = []
    for _ in range(5000):
        machine.advance(1)
        readings.append(clock.now())
    assert all(b > a for a, b in pairwise(readings))
    assert abs(readings[-1] - machine.now()) < timedelta(milliseconds=1)


def test_it_tells_what_the_machine_tells(machine):
    """The allowed twin: without corrections it is the same clock."""
    clock = SteadyClock(machine)
    for _ in range(100):
        machine.advance(0.1)
        assert abs(clock.now() - machine.now()) < timedelta(milliseconds=1)
        assert clock.monotonic() == machine.monotonic()
