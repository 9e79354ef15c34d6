"""A hub's settings: what makes no sense is refused at the start, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from latchstring.base.settings import BadSettings, load
from latchstring.hub.settings import MOST_DAYS, HubSettings


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("retention_days = 1000000", f"'retention_days' is a number of days from 1 to {MOST_DAYS}"),
        ("event_days = 0", f"'event_days' is a number of days from 1 to {MOST_DAYS}"),
        ("reserve_gb = inf", "'reserve_gb' is a number of gigabytes, 0 or more"),
        ("reserve_gb = -1", "'reserve_gb' is a number of gigabytes, 0 or more"),
        ("follow_seconds = inf", "every so many seconds"),
        ("follow_seconds = 0", "every so many seconds"),
        ("follow_jitter_seconds = -1", "'follow_jitter_seconds' is a number of seconds"),
        ("upload_delay_seconds = nan", "'upload_delay_seconds' is a number of seconds"),
        ("metrics_token = 12345678901234567890", "'metrics_token' is a text; write it in quotation marks$"),
        ('[[camera]]\nname = "a"\nurl = "synthetic:"\nmax_gb = inf', "'max_gb' of a \\[\\[camera\\]\\]"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, written: str, why: str) -> None:
    """Before anything is recorded by it: a million days would end the thread that makes room."""
    file = tmp_path / "hub.toml"
    file.write_text(written)
    with pytest.raises(BadSettings, match=why):
        load(HubSettings, file, environment={})


def test_the_longest_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f"retention_days = {MOST_DAYS}\nevent_days = {MOST_DAYS}\nreserve_gb = 0")
    assert load(HubSettings, file, environment={}).event_days == MOST_DAYS
