"""`latchstring analyse impact plan`: choices first, outcomes after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from latchstring.cli.analyse_output import Names, answers, this_day, write_at_the_end
from latchstring.studies import plans
from latchstring.studies.study import Study


@click.group()
def plan() -> None:
    """Choices come first: lock them, wait, and carry out what was locked."""


@plan.command("lock")
@click.argument("draft", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("plan.json"),
    show_default=True,
    help="Where it goes.",
)
@answers
def lock_command(draft: Path, out: Path) -> Study:
    """Lock a plan, written as JSON. Publish the digest: a later change shows by it."""
    if out.exists():
        raise plans.LockedBefore(f"{out} is there already; a locked plan is not written over")
    held = plans.lock(draft, today=this_day())
    write_at_the_end(out, plans.lock_to_json(held))
    return plans.of_lock(held)


@plan.command("run")
@click.argument("locked", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--area", default="area", show_default=True, help="Column of the area.")
@click.option("--date", "day", default="date", show_default=True, help="Column of the day.")
@click.option("--date-order", type=click.Choice(["day-first", "month-first"]), help="How to read 01/02/2016.")
@click.option("--empty", type=Names(), default="", help="Areas in which there was no incident at all.")
@click.option("--digest", help="The digest as it was published; else that of the file is believed.")
@answers
def run_command(locked: Path, file: Path, digest: str | None, **asked: Any) -> Study:
    """Carry out a locked plan, one row an incident. It takes no other choice."""
    held = plans.read_lock(locked, digest=digest)
    return plans.run(held, file, today=this_day(), published=digest is not None, **asked)
