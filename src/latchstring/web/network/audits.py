"""Audits of decisions: requests for footage out of the public log, and tables judged and not kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from latchstring.analysis.bias import detector, funnel
from latchstring.analysis.bias.detector import DetectorAudit, Missed
from latchstring.analysis.bias.funnel import Audit, Cell, Step
from latchstring.analysis.bias.published import PUBLISHED
from latchstring.analysis.bias.shares import Share
from latchstring.analysis.interval import Interval
from latchstring.ledger import entry as entries
from latchstring.network.database.roles import Role
from latchstring.network.ledger import store
from latchstring.studies import audits, cases, log_funnel
from latchstring.web.network.access import Network, Operator
from latchstring.web.network.claims import RangeShape

router = APIRouter(prefix="/api/audits")

_MAX_CHARACTERS = 4_000_000
_BATCH = 5_000


class AuditedStep(BaseModel):
    """One step of one group beside the reference; numbers are null where either has fewer than 5 cases."""

    start: str
    end: str
    group: str
    hits: int | None
    of: int | None
    share: RangeShape | None
    reference_hits: int | None
    reference_of: int | None
    reference_share: RangeShape | None
    ratio: RangeShape | None
    finding: str
    said: str
    reverses: bool


class AuditShape(BaseModel):
    """`reference` is null, and nothing is compared, where there are fewer than two groups."""

    stages: list[str]
    cases: int
    reference: str | None
    steps: list[AuditedStep]
    beware: list[str]


class FunnelTable(BaseModel):
    """A table as CSV: a row for each group (and stratum) with its counts, or a row for each case."""

    table: Annotated[str, Field(max_length=_MAX_CHARACTERS)]
    group: str = "group"
    stages: Annotated[list[str], Field(min_length=2, max_length=8)]
    stratum: str | None = None
    reference: str | None = None


class MissedShape(BaseModel):
    """Faces missed of those shown."""

    group: str
    missed: int
    of: int
    share: RangeShape


class DetectorShape(BaseModel):
    """`groups` from the most missed to the least; `ratio` is the first beside the last."""

    groups: list[MissedShape]
    overall: MissedShape
    ratio: RangeShape
    finding: str
    said: str


class PublishedShape(BaseModel):
    system: str
    source: str
    audit: DetectorShape


class DetectorTable(BaseModel):
    """A table as CSV: a row for each group, or for each run over a group, with its two counts."""

    table: Annotated[str, Field(max_length=_MAX_CHARACTERS)]
    group: str = "group"
    missed: str = "missed"
    of: str = "shown"


@router.get("/requests", tags=["anyone"])
def audit_requests(
    network: Network,
    by: log_funnel.By = "agency",
    reference: Annotated[str | None, Query(max_length=80)] = None,
) -> AuditShape:
    """Requests for footage: submitted, approved, shared, used; counted from the public log."""
    found: list[entries.Entry] = []
    with network.database.transaction(Role.PUBLIC) as db:
        size = store.get_head(db=db).checkpoint.size
        while len(found) < size:
            found += [entries.decode(e.body) for e in store.entries_from(len(found), _BATCH, db=db)]
    return _audit(log_funnel.STAGES, log_funnel.of_requests(found[:size], by), reference)


@router.post("/funnel", tags=["operator"])
async def audit_funnel(given: FunnelTable, operator: Operator) -> AuditShape:  # noqa: ARG001
    """Judge a table of posts or of moderation; it is not kept."""
    return await run_in_threadpool(_of_table, given)


@router.get("/detectors", tags=["anyone"])
def audit_published_detectors() -> list[PublishedShape]:
    """Published audits of face analysis, judged as a table of one's own is."""
    return [
        PublishedShape(system=each.system, source=each.source, audit=_detector(detector.misses(each.found)))
        for each in PUBLISHED
    ]


@router.post("/detector", tags=["operator"])
async def audit_detector(given: DetectorTable, operator: Operator) -> DetectorShape:  # noqa: ARG001
    """Judge what a face detector or a blur missed; the table is not kept."""
    return await run_in_threadpool(_of_misses, given)


def _of_misses(given: DetectorTable) -> DetectorShape:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(given.table)
        found = cases.read_shares(path, group=given.group, hits=given.missed, of=given.of)
    return _detector(detector.misses(found))


def _detector(found: DetectorAudit) -> DetectorShape:
    return DetectorShape(
        groups=[_missed(each) for each in found.groups],
        overall=_missed(found.overall),
        ratio=_range(found.ratio),
        finding=found.said.finding.value,
        said=found.said.text,
    )


def _missed(each: Missed) -> MissedShape:
    return MissedShape(
        group=each.group, missed=each.share.hits, of=each.share.of, share=_range(each.interval)
    )


def _of_table(given: FunnelTable) -> AuditShape:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(given.table)
        counted = cases.read_funnel(path, group=given.group, stages=given.stages, stratum=given.stratum)
    return _audit(given.stages, counted, given.reference)


def _audit(stages: list[str] | tuple[str, ...], cells: list[Cell], reference: str | None) -> AuditShape:
    number = sum(cell.counts[0] for cell in cells)
    if len({cell.group for cell in cells}) < 2:
        return AuditShape(stages=list(stages), cases=number, reference=None, steps=[], beware=[])
    found: Audit = funnel.audit(stages, cells, reference=reference)
    return AuditShape(
        stages=list(stages),
        cases=number,
        reference=found.reference,
        steps=[_step(step) for step in found.steps],
        beware=list(audits.of_audit(found).beware),
    )


def _step(step: Step) -> AuditedStep:
    return AuditedStep(
        start=step.start,
        end=step.end,
        group=step.group,
        hits=_hits(step.share),
        of=None if step.share is None else step.share.of,
        share=_range_of(step.share_interval),
        reference_hits=_hits(step.reference_share),
        reference_of=None if step.reference_share is None else step.reference_share.of,
        reference_share=_range_of(step.reference_interval),
        ratio=_range_of(step.ratio),
        finding=step.said.finding.value,
        said=step.said.text,
        reverses=step.within is not None and step.within.turns,
    )


def _hits(share: Share | None) -> int | None:
    return None if share is None else share.hits


def _range_of(interval: Interval | None) -> RangeShape | None:
    return None if interval is None else _range(interval)


def _range(interval: Interval) -> RangeShape:
    high = interval.high if interval.high < float("inf") else None
    return RangeShape(low=interval.low, high=high, level=interval.level)
