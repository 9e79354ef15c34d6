"""`scripts/demo`: start the stage and wait for Ctrl-C, or tell the walkthrough and end."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import click

from latchstring.base.errors import BadInput, LatchstringError
from latchstring.demo import accounts
from latchstring.demo.processes import NETWORK_PORT
from latchstring.demo.stage import Ports, Stage
from latchstring.demo.story import Story
from latchstring.demo.town import HOMES
from latchstring.demo.walkthrough import Walkthrough

_FOLDER = click.Path(path_type=Path, file_okay=False)


class FolderNotEmpty(BadInput):
    """The folder for the walkthrough's results must be new or empty."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--walkthrough", is_flag=True, help="Do the main job without hands, tell it, and end.")
@click.option(
    "--video",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A film (H.264 in MP4) to use as Lamp House's camera.",
)
@click.option("--out", type=_FOLDER, help="Where the walkthrough leaves report, ledger, package and clips.")
@click.option(
    "--data",
    type=_FOLDER,
    default=Path("demo-data"),
    show_default=True,
    help="Where the demo keeps its data from one start to the next.",
)
@click.option(
    "--port", default=NETWORK_PORT, show_default=True, help="Of the network; the homes take the next three."
)
def main(walkthrough: bool, video: Path | None, out: Path | None, data: Path, port: int) -> None:
    """One network and three homes on this machine alone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell that starts us with & has SIGINT ignored
        signal.signal(number, _as_interrupt)
    try:
        if walkthrough:
            sys.exit(0 if _walk(video, out) else 1)
        _show(data, port, video)
    except LatchstringError as e:
        click.echo(f"demo: {e.message}", err=True)
        sys.exit(2 if isinstance(e, BadInput) else 1)
    except KeyboardInterrupt:
        click.echo("\nEverything has stopped.")


def _show(data: Path, port: int, video: Path | None) -> None:
    started = time.monotonic()
    click.echo("Starting one network and three homes …")
    with Stage(data, Ports.from_first(port), video=video) as stage:
        logins = accounts.enrol(stage)
        rows = [("Network, public log", stage.network_url, "no login", "")]
        rows += [(login.role.capitalize(), stage.network_url, *login.typed) for login in logins.values()]
        rows += [(home.title, stage.hub_url(home.key), "owner", home.password) for home in HOMES]
        click.echo(f"Ready after {time.monotonic() - started:.1f} s. Lamp House lies in the area of the")
        click.echo("story and has footage, Quay Cottage lies in it and has none, Mill Farm lies outside.\n")
        click.echo(_table([("who", "address", "name", "password"), *rows]))
        for home in HOMES:
            if home.key in stage.recovery_codes:
                click.echo(f"Recovery code of {home.title}, shown once: {stage.recovery_codes[home.key]}")
        cameras = "RTSP by GStreamer" if stage.cameras_are_rtsp else "in the hubs' own process (no GStreamer)"
        click.echo(f"\nCameras: {cameras}. Data: {stage.data}. Ctrl-C stops everything.")
        threading.Event().wait()


def _walk(video: Path | None, out: Path | None) -> bool:
    with tempfile.TemporaryDirectory(prefix="latchstring-") as temporary:
        results = out or Path(temporary) / "out"
        if results.exists() and any(results.iterdir()):
            raise FolderNotEmpty(f"{results} is not empty; name a new folder for the results")
        results.mkdir(parents=True, exist_ok=True)
        story = Story(click.echo)
        started = time.monotonic()
        try:
            with Stage(Path(temporary) / "stage", Ports.free(), video=video) as stage:
                Walkthrough(stage, story, results).run()
        except LatchstringError as e:
            click.echo(f"\nThe walkthrough did not hold: {e.message}", err=True)
        finally:
            story.write(results / "report.json")
        held = "every check held" if story.ok else "NOT every check held"
        click.echo(f"\n{len(story.steps)} steps, {time.monotonic() - started:.0f} s: {held}.")
        if out:
            click.echo(f"The report, the ledger, the package and the clips are in {results}.")
        return story.ok


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:], ""])


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
