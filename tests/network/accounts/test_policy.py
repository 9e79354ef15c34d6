"""How long somebody who types wrong passwords has to wait."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from latchstring.network.accounts.policy import (
    FREE_TRIES,
    LONGEST_WAIT,
    Granted,
    Refused,
    must_wait,
    wait_after,
)
from network.conftest import NOW


@given(st.integers(0, 10_000))
def test_the_wait_grows_and_is_bounded(failures):
    """Guessing gets slow; the rightful owner is never locked out for long."""
    assert wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT
    assert (wait_after(failures) == timedelta(0)) == (failures < FREE_TRIES)


def test_after_the_wait_the_next_try_is_free():
    """The border belongs to the one who waited."""
    until = NOW + timedelta(seconds=30)

    assert must_wait(until, now=NOW) == Refused("too many wrong passwords for this name; try again in 31 s")
    assert must_wait(until, now=until) == Granted()
    assert must_wait(None, now=NOW) == Granted()
