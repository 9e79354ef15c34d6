"""The funnel of footage requests, out of the public log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.bias.funnel import Cell, audit
from latchstring.ledger.entry import DisclosureMade, Entry, OutcomeEntered, RequestApproved, RequestSubmitted
from latchstring.studies.log_funnel import STAGES, of_requests

AT = "2026-11-23T08:00:00Z"
CELLS = ["86195da4fffffff", "86195da5fffffff"]


def story(
    request: str, stages: int, *, agency: str = "a-pd", offence: str = "burglary", outcome: str = "used"
):
    """Entries of a request that came so far, 1 to 4."""
    told: list[Entry] = [
        RequestSubmitted(
            at=AT, request=request, agency=agency, officer="o", offence=offence, cells=CELLS, policy_sha256="",
            case_commitment="", recipient="", statement_sha256="",
        ),
        RequestApproved(at=AT, request=request, statement_sha256=""),
        DisclosureMade(at=AT, request=request, disclosure_sha256="", receipt_sha256=""),
        OutcomeEntered(at=AT, request=request, officer="o", outcome=outcome, outcome_sha256=""),
    ]  # fmt: skip
    return told[:stages]


def test_each_request_counts_as_far_as_it_came():
    """By agency and offence; by cell, once in each that it touches."""
    log = [
        *story("rq_1", 4),
        *story("rq_2", 1),
        *story("rq_3", 3, agency="b-pd"),
        *story("rq_4", 2, offence="assault"),
    ]
    assert of_requests(log, "agency") == [
        Cell("a-pd", (1, 1, 0, 0), "assault"),
        Cell("a-pd", (2, 1, 1, 1), "burglary"),
        Cell("b-pd", (1, 1, 1, 0), "burglary"),
    ]
    assert [cell.counts for cell in of_requests(log, "cell") if cell.stratum == "burglary"] == [
        (3, 2, 2, 1)
    ] * 2


def test_what_was_not_used_is_shared_at_most_and_twice_is_once():
    """An outcome of not-used or deleted is no use; a second disclosure adds nothing."""
    log = [*story("rq_1", 4, outcome="not-used"), *story("rq_1", 4, outcome="deleted")[2:]]
    assert of_requests(log, "agency") == [Cell("a-pd", (1, 1, 1, 0), "burglary")]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from("abc")), min_size=1, max_size=40), st.randoms())
def test_any_order_of_entries_is_a_funnel(requests, random):
    """No stage has more than the one before, and nothing below five cases is shown."""
    log = [e for n, (stage, agency) in enumerate(requests) for e in story(f"rq_{n}", stage, agency=agency)]
    random.shuffle(log)
    cells = of_requests(log, "agency")

    assert sum(cell.counts[0] for cell in cells) == len(requests)
    assert all(list(cell.counts) == sorted(cell.counts, reverse=True) for cell in cells)
    if len(cells) > 1:
        for step in audit(STAGES, cells).steps:
            assert step.share is None or step.share.of >= 5


@pytest.mark.parametrize("by", ["agency", "cell"])
def test_an_empty_log_has_nothing_to_compare(by):
    """No group, no error."""
    assert of_requests([], by) == []
