"""Audits of decisions: funnels, detectors, outcomes, daylight. What they say is a closed set of sentences."""

from __future__ import annotations

import pytest

from latchstring.analysis.bias import words
from latchstring.analysis.bias.detector import misses
from latchstring.analysis.bias.funnel import MODERATION, REQUESTS, BadFunnel, Cell, audit
from latchstring.analysis.bias.published import PUBLISHED
from latchstring.analysis.bias.shares import BadShare, Share, wilson
from latchstring.analysis.bias.stops import Hour, outcome_test, veil_of_darkness
from latchstring.analysis.bias.words import Finding

ALL_FACES = 1_270


@pytest.mark.parametrize(
    ("system", "overall", "worst", "best"),
    [
        ("Microsoft", 0.063, (0.163, 0.259), 0.010),
        ("IBM", 0.121, (0.293, 0.405), 0.015),
        ("Amazon Rekognition", 0.0866, (0.261, 0.371), 0.010),
    ],
)
def test_published_audits_of_face_analysis(system, overall, worst, best):
    """The overall rate hides the subgroup; intervals of Wilson from the published shares and sizes."""
    (given,) = (each for each in PUBLISHED if each.system == system)
    found = misses(given.found)
    assert found.overall.share.of == ALL_FACES
    assert found.overall.share.value == pytest.approx(overall, abs=0.0005)
    assert found.groups[0].group == "darker women"
    assert (found.groups[0].interval.low, found.groups[0].interval.high) == pytest.approx(worst, abs=0.0006)
    assert found.groups[-1].group == "lighter men"
    assert found.groups[-1].interval.high == pytest.approx(best, abs=0.0006)
    assert found.said.finding is Finding.HIGHER


def test_a_worst_group_picked_out_by_chance_is_not_accused():
    """Six groups of thirty with the same rate: some is the worst, and the sentence says that we cannot tell."""
    found = misses({f"group {n}": Share(hits, 30) for n, hits in enumerate((3, 4, 5, 6, 8, 9))})
    assert found.said.finding is Finding.CANNOT_TELL
    assert "We cannot tell whether the groups differ." in found.said.text
    with pytest.raises(BadShare):
        misses({"all": Share(1, 2)})


def test_one_audit_for_requests_for_footage():
    """Each step is a share of those who came so far, beside the group with the most cases."""
    found = audit(REQUESTS, [Cell("north", (400, 200, 150)), Cell("south", (200, 40, 30))])
    assert found.reference == "north"
    asked, used = found.steps
    assert (asked.start, asked.end, asked.group) == ("asked", "consented", "south")
    assert asked.share == Share(40, 200)
    assert asked.said.finding is Finding.LOWER
    assert used.share == Share(30, 40)
    assert used.said.finding is Finding.CANNOT_TELL
    assert used.ratio is not None
    assert 1 in used.ratio


def test_the_mix_of_areas_can_hide_the_truth():
    """South is refused more often in both areas, and less often in all: the audit must say so."""
    cells = [
        Cell("north", (100, 90, 0), "quiet"),
        Cell("south", (900, 780, 0), "quiet"),
        Cell("north", (900, 300, 0), "busy"),
        Cell("south", (100, 25, 0), "busy"),
    ]
    first, _ = audit(MODERATION, cells, reference="north").steps
    assert first.within is not None
    assert first.within.turns
    assert first.within.crude_difference > 0 > first.within.common_difference
    assert words.HIDDEN_BY_STRATA in first.beware


def test_few_cases_are_not_shown():
    """Four people could be named; no number of theirs appears, at any later stage either."""
    found = audit(REQUESTS, [Cell("north", (400, 200, 150)), Cell("south", (4, 3, 1))])
    for step in found.steps:
        assert step.said.finding is Finding.TOO_FEW
        assert step.share is step.share_interval is step.ratio is step.difference is None


@pytest.mark.parametrize(
    "cells",
    [
        [Cell("north", (1, 2, 0)), Cell("south", (5, 2, 1))],
        [Cell("north", (1, 1)), Cell("south", (5, 2, 1))],
        [Cell("north", (-1, -1, -1)), Cell("south", (5, 2, 1))],
        [Cell("north", (5, 2, 1))],
        [],
    ],
)
def test_what_is_no_funnel_is_refused(cells):
    """More who consented than were asked, a stage too few, one group only."""
    with pytest.raises(BadFunnel):
        audit(REQUESTS, cells)
    with pytest.raises(BadFunnel, match="no group 'west'"):
        audit(REQUESTS, [Cell("north", (9, 5, 2)), Cell("south", (9, 5, 2))], reference="west")


def test_an_outcome_test_never_comes_without_its_caveat():
    """Hit rates that differ do not show a double standard, and equal ones do not clear it."""
    found = outcome_test("one group", Share(20, 200), "the other", Share(60, 200))
    assert found.said.finding is Finding.LOWER
    assert words.INFRA_MARGINAL in found.beware


def test_the_veil_of_darkness_compares_within_the_hour():
    """More of a group at six than at eight o'clock, light or not: no finding. More of it in the light: one."""
    same = [Hour("18:00", Share(40, 100), Share(40, 100)), Hour("20:00", Share(5, 100), Share(20, 400))]
    assert veil_of_darkness("drivers of colour", same).said.finding is Finding.CANNOT_TELL
    more = [Hour("18:00", Share(300, 500), Share(200, 500)), Hour("20:00", Share(60, 200), Share(80, 400))]
    found = veil_of_darkness("drivers of colour", more)
    assert found.said.finding is Finding.HIGHER
    assert found.odds.interval.low > 1
    assert found.beware


def test_posts_without_a_benchmark_are_a_description():
    """ "The majority" of a hundred posts: between 41 and 61 % at 51, and no word on who passes by."""
    assert wilson(Share(51, 100)).low < 0.5
    assert "does not show a bias" in words.NO_BENCHMARK
