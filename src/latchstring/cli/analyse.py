"""`latchstring analyse`: maps of incidents, effects of what was tried, audits of decisions."""

from __future__ import annotations

import click

from latchstring.cli.lazy import LazyGroup, Where

_SUBJECTS = {
    "hotspots": Where("latchstring.cli.analyse_hotspots", "hotspots", "Where and when incidents gather."),
    "impact": Where("latchstring.cli.analyse_impact", "impact", "Whether something that was tried worked."),
    "bias": Where("latchstring.cli.analyse_bias", "bias", "Whether decisions treat groups alike."),
    "guard": Where("latchstring.cli.analyse_guard", "guard", "What a map must not learn from."),
}


@click.group(cls=LazyGroup, commands_at=_SUBJECTS)
def analyse() -> None:
    """Map incidents; judge effects; audit decisions. Every number comes with its interval."""
