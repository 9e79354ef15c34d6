"""What owners may answer, and what of it the world can see."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from latchstring.base.time import TimeRange, to_text
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import InboxItem, NoLongerOpen, State
from latchstring.hub.owner import service as owner
from latchstring.sealing.unseal import open_package
from latchstring.testing.neighbourhood import OUTSIDE, Asked, Home, Neighbourhood
from latchstring.testing.network import AGENCY
from latchstring.testing.people import Refused
from latchstring.testing.waiting import DidNotHappen, until

APPROVED = ["request-submitted", "vote-cast", "vote-cast", "request-approved"]


def test_shared(town, move_in, tmp_path):
    """The owner shares; the officer opens exactly what the porch's camera saw; the log tells the rest."""
    home = move_in()
    asked = town.ask()
    item = home.wait_for(asked.id)

    home.share(asked.id)

    [made] = until(lambda: town.staff.officer.disclosures(asked.id), "the disclosure")
    town.network.wait_for_kind("disclosure-made", asked.id)
    package = tmp_path / "package.tar"
    package.write_bytes(town.staff.officer.package(made["id"]))
    opened = open_package(package, asked.identity, tmp_path / "opened")
    clips = [home.hub.recordings.cut(clip.camera, clip.during) for clip in item.clips]
    originals = sorted(path.read_bytes() for path in (opened / "data" / "original").iterdir())
    assert originals == sorted(b"".join(clip.chunks()) for clip in clips)
    assert town.entries(asked.id) == [*APPROVED, "disclosure-made"]


@pytest.mark.parametrize("decline", [False, True], ids=["ignored", "declined"])
def test_silence_and_no_look_the_same(town, move_in, decline):
    """Whether the owner says "not now" or nothing, the network learns nothing, and not even that."""
    home = move_in()
    asked = town.ask()
    home.wait_for(asked.id)

    if decline:
        inbox.not_now(home.hub.store, asked.id)
        assert home.state(asked.id) is State.NOT_NOW

    later = town.ask()
    home.wait_for(later.id)
    assert town.entries(asked.id) == APPROVED
    assert town.staff.officer.disclosures(asked.id) == []


def test_expired(town, move_in):
    """After its end a request can be answered no more, and the log says so without a number of answers."""
    home = move_in()
    asked, item = _ask_something_short_lived(town, home)

    until(lambda: home.state(asked.id) is State.EXPIRED, "the end")

    with pytest.raises(NoLongerOpen):
        home.share(asked.id)
    assert item.clips
    town.network.wait_for_kind("request-expired", asked.id)
    assert town.entries(asked.id) == [*APPROVED, "request-expired"]


def _ask_something_short_lived(town: Neighbourhood, home: Home) -> tuple[Asked, InboxItem]:
    """A request that ends soon after it has arrived; a busy machine gets more time for it to arrive at all."""
    for seconds in (4, 12, 36, 108):
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        with suppress(Refused, DidNotHappen):  # it was over before two had voted, or before it arrived
            asked = town.ask(expires_at=to_text(ends))
            item = until(partial(home.item, asked.id), "the request in the inbox", seconds=seconds)
            return asked, item
    raise AssertionError("no request arrives within its time")


def test_outside_the_area(town, move_in):
    """A home in the same coarse cell, but outside the area, judges the request and shows nothing."""
    inside, outside = move_in(), move_in(at=OUTSIDE)
    asked = town.ask()

    inside.wait_for(asked.id)
    outside.wait_until_followed(town.published_size(asked.id))

    assert outside.item(asked.id) is None


def test_no_footage_in_the_window(town, move_in):
    """A home that recorded nothing, or nothing then, is not bothered."""
    empty, filmed = move_in(filmed_there=False), move_in()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    asked = town.ask(window=TimeRange(yesterday - timedelta(hours=1), yesterday))
    later = town.ask()

    filmed.wait_for(later.id)
    empty.wait_until_followed(town.published_size(later.id))

    assert filmed.item(asked.id) is None
    assert empty.item(asked.id) is None
    assert empty.item(later.id) is None


def test_muted_agency(town, move_in):
    """Requests of an agency that is never to ask again are kept out of sight, and nobody can tell."""
    home = move_in()
    owner.mute(home.hub.store, AGENCY, now=home.hub.clock.now())
    asked = town.ask()

    home.wait_until_followed(town.published_size(asked.id))

    until(lambda: home.item(asked.id), "judging")
    assert home.state(asked.id) is State.MUTED
    assert town.entries(asked.id) == APPROVED
