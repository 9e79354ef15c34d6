"""The page of claims and the lesson of the urn: what the API answers to anybody."""

from __future__ import annotations

import pytest

from latchstring.studies.claims import Claim, weigh


def test_a_claim_is_weighed_for_anybody(network):
    """Without an account, and as the library weighs it."""
    answer = network.http.get("/api/claims", params={"before": 20, "drop": 55, "best_of": 10}).json()
    found = weigh(Claim(before=20, drop=0.55, best_of=10))

    assert (answer["before"], answer["after"], answer["needed_percent"]) == (20, 9, None)
    assert answer["chance"] == pytest.approx(found.chance)
    assert answer["verdict"] == found.verdict.text
    assert answer["finding"] == "cannot tell"


def test_a_claim_out_of_reach_is_refused(network):
    """By the field that is wrong."""
    answer = network.http.get("/api/claims", params={"before": 1_000_000})

    assert answer.status_code == 422
    assert "before" in answer.json()["message"]


def test_the_urn_of_equal_districts_runs_away_only_where_it_is_not_corrected(network):
    """Equal rates: the naive map sends nearly everything to one side, the corrected one stays near one half."""
    lesson = network.http.get("/api/lessons/urn", params={"first": 3, "second": 3}).json()

    assert lesson["true_share"] == 0.5
    assert sum(lesson["naive"]["counts"]) == lesson["runs"] == sum(lesson["corrected"]["counts"])
    assert lesson["naive"]["beyond_95"] > 0.5
    assert lesson["corrected"]["beyond_95"] == 0
    assert lesson["corrected"]["middle"]["low"] > 0.35
