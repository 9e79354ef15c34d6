"""`latchstring analyse hotspots`: where and when incidents gather."""

from __future__ import annotations

import click

from latchstring.cli.lazy import LazyGroup, Where

_MAPS, _PAIRS = "latchstring.cli.analyse_maps", "latchstring.cli.analyse_pairs"
_RATES, _TIMES = "latchstring.cli.analyse_rates", "latchstring.cli.analyse_times"

_COMMANDS = {
    "map": Where(_MAPS, "map_command", "A map with its doubt and its denominator."),
    "bandwidth": Where(_MAPS, "bandwidth_command", "How far to smooth, and why."),
    "gi": Where(_MAPS, "gi_command", "Cells and neighbours with more than an even spread gives."),
    "moran": Where(_MAPS, "moran_command", "Cells like and unlike their neighbours."),
    "cells": Where(
        "latchstring.cli.analyse_hotspots_cells",
        "cells_command",
        "Counts and rates by hexagon, as published.",
    ),
    "risk": Where(_MAPS, "risk_command", "Incidents over homes or deliveries."),
    "clusters": Where(_MAPS, "clusters_command", "Incidents close together."),
    "back-test": Where(_MAPS, "back_test_command", "Would the map have foretold what came after?"),
    "rates": Where(_RATES, "rates_command", "Incidents by area over a denominator."),
    "compare": Where(_RATES, "compare_command", "Two rates, by the E-test in both variants."),
    "reporting": Where(_RATES, "reporting_command", "What is known when only some is reported."),
    "score": Where(_RATES, "score_command", "PAI, PEI and RRI of a forecast."),
    "knox": Where(_PAIRS, "knox_command", "Near in space and near in time."),
    "near-repeat": Where(_PAIRS, "near_repeat_command", "How much likelier a second one is close by."),
    "mantel": Where(_PAIRS, "mantel_command", "Further apart in space, further apart in time."),
    "jacquez": Where(_PAIRS, "jacquez_command", "Nearest neighbours in space and in time."),
    "naus": Where(_TIMES, "naus_command", "How rare is the busiest stretch of time?"),
    "busiest": Where(_TIMES, "busiest_command", "The busiest stretch of days in a file."),
    "space-time": Where(_TIMES, "space_time_command", "Somewhere, for some time: more than chance?"),
    "aoristic": Where(_TIMES, "aoristic_command", "The hours of what happened between two times."),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS)
def hotspots() -> None:
    """Where and when incidents gather."""
