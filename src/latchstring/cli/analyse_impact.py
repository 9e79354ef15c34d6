"""`latchstring analyse impact`: whether something that was tried worked."""

from __future__ import annotations

import click

from latchstring.cli.lazy import LazyGroup, Where

_EFFECTS, _CHANCES = "latchstring.cli.analyse_effects", "latchstring.cli.analyse_chances"

_COMMANDS = {
    "power": Where(_CHANCES, "power_command", "What could be seen at all, before anything starts."),
    "drop": Where(_CHANCES, "drop_command", "How often counts fall so far by chance."),
    "selection": Where(_CHANCES, "selection_command", "The worst of several areas gets better by itself."),
    "chosen": Where(_CHANCES, "chosen_command", "The same for an area that was chosen."),
    "dispersion": Where(_CHANCES, "dispersion_command", "How much more counts vary than by chance."),
    "placebo": Where(_CHANCES, "placebo_command", "The rank among areas where nothing was done."),
    "plan": Where("latchstring.cli.analyse_plan", "plan", "Lock a plan; carry it out and nothing else."),
    "wdd": Where(_EFFECTS, "wdd_command", "Did counts fall more than in like areas, next door included?"),
    "ratio": Where(_EFFECTS, "ratio_command", "The change in percent beyond that of the control."),
    "displacement": Where(_EFFECTS, "displacement_command", "Did incidents move next door?"),
    "catchment": Where(_EFFECTS, "catchment_command", "Counts of an area and the ring around it."),
    "rate-difference": Where(
        _EFFECTS, "rate_difference_command", "Counts of areas and periods, by regression."
    ),
    "did": Where(_EFFECTS, "did_command", "A panel's difference in differences, by ranks."),
    "synthetic": Where(_EFFECTS, "synthetic_command", "A unit beside a mix of others that ran alike."),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS)
def impact() -> None:
    """Whether something that was tried worked: "we cannot tell" unless shown otherwise."""
