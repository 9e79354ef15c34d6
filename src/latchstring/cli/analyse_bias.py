"""`latchstring analyse bias`: audits of decisions about people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from latchstring.analysis.bias import agreement, clusters, detector, funnel, stops, strata
from latchstring.analysis.bias.shares import Share
from latchstring.cli.analyse_output import Names, answers, progress
from latchstring.cli.log_source import open_log, verifier_of
from latchstring.ledger import entry
from latchstring.ledger.verify import verify_log
from latchstring.studies import audits, cases, log_funnel
from latchstring.studies.study import Study


class _Share(click.ParamType[Share]):
    """HITS,OF."""

    name = "HITS,OF"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            hits, of = (float(each) for each in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not so many of so many, such as 11,28", param, ctx)
        return Share(hits, of)  # type: ignore[arg-type]  # it refuses what is no whole number


_file = click.argument("file", type=click.Path(path_type=Path))
_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
_seed = click.option("--seed", type=click.IntRange(0), default=0, show_default=True)


@click.group()
def bias() -> None:
    """Audits of decisions about people. They measure decisions, never faces."""


@bias.command("share")
@click.argument("share", type=_Share())
@click.option("--benchmark", type=float, help="The share that is known of all, such as 0.2.")
@answers
def share_command(share: Share, benchmark: float | None) -> Study:
    """What can so many cases say? (Wilson 1927)"""
    return audits.of_share(share, benchmark)


@bias.command("compare")
@click.argument("one", type=_Share())
@click.argument("other", type=_Share())
@_level
@answers
def compare_command(one: Share, other: Share, level: float) -> Study:
    """Two shares: their difference (Newcombe 1998) and their ratio (Donner and Zou 2012)."""
    return audits.of_comparison(one, other, level)


@bias.command("strata")
@_file
@click.option("--group", required=True, help="Column of the group; there are two.")
@click.option("--outcome", required=True, help="Column of yes or no.")
@click.option("--stratum", required=True, help="Column that tells like cases: area and hour, department.")
@_level
@answers
def strata_command(file: Path, level: float, **columns: str) -> Study:
    """Two groups within like cases, one row a case. (Mantel and Haenszel 1959)"""
    layers = cases.read_strata(file, **columns)
    found = strata.stratified(layers.strata, level)
    return audits.of_strata(found, layers.one, layers.other).also_beware(layers.beware)


@bias.command("agreement")
@_file
@click.option("--unit", required=True, help="Column of what was labelled.")
@click.option("--coder", required=True, help="Column of who labelled it.")
@click.option("--label", required=True, help="Column of the label.")
@click.option(
    "--scale",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    default="nominal",
    show_default=True,
)
@_seed
@answers
def agreement_command(file: Path, scale: agreement.Scale, seed: int, **columns: str) -> Study:
    """Do coders agree? One row a label. (Krippendorff 2004)"""
    labels = cases.read_labels(file, nominal=scale == "nominal", **columns)
    return audits.of_agreement(agreement.agreement(labels, scale, seed=seed))


@bias.command("clusters")
@_file
@click.option("--hit", required=True, help="Column of yes or no.")
@click.option("--group", required=True, help="Column of yes or no: of the first group, or of the other.")
@click.option("--cluster", required=True, help="Column of who decided, or where.")
@_level
@_seed
@answers
def clusters_command(file: Path, hit: str, group: str, cluster: str, level: float, seed: int) -> Study:
    """Two groups whose cases come in clusters, one row a case."""
    rows, [hit, group, cluster] = cases.read(file, [hit, group, cluster])
    return audits.of_clusters(
        clusters.clustered_ratio(
            hits=cases.yes_or_no(rows, hit),
            group=cases.yes_or_no(rows, group),
            cluster=rows.texts(cluster),
            level=level,
            seed=seed,
        )
    )


@bias.command("funnel")
@_file
@click.option("--group", required=True, help="Column of the group.")
@click.option(
    "--stages",
    required=True,
    help="Columns of the stages in order, between commas: asked,consented,used or flagged,removed,restored.",
)
@click.option("--stratum", help="Column that tells like cases.")
@click.option("--reference", help="The group that others are compared with; else the largest.")
@_level
@answers
def funnel_command(
    file: Path, group: str, stages: str, stratum: str | None, reference: str | None, level: float
) -> Study:
    """Who drops out at which stage: posts, footage requests, moderation."""
    names = [each.strip() for each in stages.split(",")]
    cells = cases.read_funnel(file, group=group, stages=names, stratum=stratum)
    return audits.of_audit(funnel.audit(names, cells, reference=reference, level=level))


@bias.command("requests")
@click.argument("where", metavar="URL_OR_DIRECTORY")
@click.option("--vkey", metavar="TEXT_OR_FILE", help="The log's verifier key, as you know it from elsewhere.")
@click.option("--by", type=click.Choice(["agency", "cell"]), default="agency", show_default=True)
@click.option("--reference", help="The group that others are compared with; else the largest.")
@_level
@answers
def requests_command(
    where: str, vkey: str | None, by: log_funnel.By, reference: str | None, level: float
) -> Study:
    """Footage requests out of a network's public log: submitted, approved, shared, used."""
    bodies: list[bytes] = []
    with open_log(where) as source:
        tell = progress("entries checked")
        verify_log(source.reader, verifier_of(vkey, source.vkey), progress=tell, hear=bodies.append)
    cells = log_funnel.of_requests(_known(bodies), by)
    return audits.of_audit(funnel.audit(log_funnel.STAGES, cells, reference=reference, level=level))


def _known(bodies: Sequence[bytes]) -> Iterator[entry.Entry]:
    """Entries of a later kind tell of something else."""
    for body in bodies:
        with suppress(entry.BadEntry):
            yield entry.decode(body)


@bias.command("detector")
@_file
@click.option("--group", required=True, help="Column of the group of people.")
@click.option("--missed", required=True, help="Column of the faces missed.")
@click.option("--of", required=True, help="Column of the faces shown.")
@_level
@answers
def detector_command(file: Path, group: str, missed: str, of: str, level: float) -> Study:
    """What a face detector or a blur misses, by group."""
    return audits.of_detector(
        detector.misses(cases.read_shares(file, group=group, hits=missed, of=of), level)
    )


@bias.command("outcome")
@click.argument("one", type=_Share())
@click.argument("other", type=_Share())
@click.option(
    "--names",
    type=Names(),
    default="the first group,the second",
    show_default=True,
    help="Of the two groups.",
)
@_level
@answers
def outcome_command(one: Share, other: Share, names: tuple[str, ...], level: float) -> Study:
    """Of those searched or asked: for how many did it lead to something? (Becker 1957)"""
    name, other_name = (*names, "the others")[:2]
    return audits.of_outcomes(stops.outcome_test(name, one, other_name, other, level))


@bias.command("veil")
@_file
@click.option("--clock", required=True, help="Column of the time of the clock, in steps such as 18:15.")
@click.option("--light", required=True, help="Column of yes or no: was it light?")
@click.option("--group", required=True, help="Column of yes or no: of the group?")
@click.option("--name", default="the group", show_default=True, help="Of the group.")
@_level
@answers
def veil_command(file: Path, name: str, level: float, **columns: str) -> Study:
    """Is a group's share larger when it is light? One row a decision. (Grogger and Ridgeway 2006)"""
    decisions = cases.read_hours(file, **columns)
    found = stops.veil_of_darkness(name, decisions.hours, level)
    return audits.of_veil(found).also_beware(decisions.beware)
