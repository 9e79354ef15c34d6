"""`latchstring analyse`: maps of incidents, effects of what was tried, audits of decisions."""

from __future__ import annotations

import click

from latchstring.cli.lazy import LazyGroup, Where

_SUBJECTS = {
    "hotspots": Where("latchstring.cli.analyse_hotspots", "hotspots", "Where and when incidents gather."),
    "impact": Where("latchstring.cli.analyse_impact", "impact", "Whether something that was tried worked."),
}


@click.group(cls=LazyGroup, commands_at=_SUBJECTS)
def analyse() -> None:
    """Map incidents; judge effects; audit decisions. Every number comes with its interval."""
