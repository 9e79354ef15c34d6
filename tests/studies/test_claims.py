"""What a claimed drop would have needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.analysis.impact.power import chance_of_drop
from latchstring.analysis.impact.selection import worst_of
from latchstring.analysis.impact.verdict import Finding
from latchstring.studies.claims import SIZES, BadClaim, Claim, smallest_seen, weigh


@pytest.mark.parametrize(("before", "needed"), [(20, None), (40, 79), (60, 66), (100, 53), (200, 38)])
def test_a_drop_is_seen_from_the_published_sizes_on(before, needed):
    """Research page, simulations behind the rules: WDD with an equal control, 80 % power."""
    assert weigh(Claim(before=before, drop=0.55)).detectable.percent == needed


@pytest.mark.parametrize(
    ("before", "alone", "best_of_ten"), [(5, 13.0, 75), (10, 4.8, 39), (15, 2.2, 20), (20, 0.9, 9)]
)
def test_chance_alone_makes_fifty_five_percent(before, alone, best_of_ten):
    """The same page: one area, and the best of ten."""
    assert round(100 * weigh(Claim(before=before, drop=0.55)).chance, 1) == alone
    assert round(100 * weigh(Claim(before=before, drop=0.55, best_of=10)).chance) == best_of_ten


@pytest.mark.parametrize(("areas", "drop", "chance"), [(10, 16.5, 0.27), (30, 21.0, 0.34), (100, 23.6, 0.38)])
def test_the_worst_of_many_falls_by_itself(areas, drop, chance):
    """The same page: mean 20, true means that vary by 20, the worst of K (simulated there, exact here)."""
    found = weigh(Claim(before=20, drop=0.3, worst_of=areas))

    assert 100 * found.by_itself.expected == pytest.approx(drop, abs=0.5)
    assert found.chance == pytest.approx(chance, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    before=st.integers(2, 200),
    drop=st.integers(1, 100).map(lambda n: n / 100),
    controls=st.integers(1, 40),
    worst=st.integers(1, 40),
    best=st.integers(1, 20),
)
def test_whatever_is_claimed_it_is_weighed_by_the_library(before, drop, controls, worst, best):
    """Picked for nothing, the chance is the library's; picked or too small, the verdict stays open."""
    found = weigh(Claim(before=before, drop=drop, controls=controls, worst_of=worst, best_of=best))

    assert 0 <= found.chance <= 1
    assert 0 <= found.power <= 1
    if worst == 1:
        assert found.chance == pytest.approx(chance_of_drop(before, drop, best_of=best), abs=1e-8)
    assert found.by_itself == worst_of(
        worst, before, variance_between=before if worst > 1 else 0.0, drop=drop
    )
    if worst > 1 or controls < 19 or found.detectable.percent is None:
        assert found.verdict.finding is Finding.CANNOT_TELL


def test_a_large_honest_trial_is_told_as_an_effect():
    """The allowed twin: many break-ins, twenty like areas, chosen for nothing."""
    claim = Claim(before=100, drop=0.55, controls=20)

    assert weigh(claim).verdict.finding is Finding.FEWER
    assert "(weighted)" not in weigh(claim).verdict.text


@pytest.mark.parametrize("controls", [2, 5, 20])
def test_more_like_areas_need_smaller_drops_as_simulated(controls):
    """The mean of k areas is taken as one area of a k-th of the size; simulation agrees."""
    found = weigh(Claim(before=80, drop=0.45, controls=controls))
    random = np.random.default_rng(4)
    own = random.poisson(80, 40_000), random.poisson(80 * 0.55, 40_000)
    like = random.poisson(80 * controls, (2, 40_000))
    change = (own[1] - own[0]) - (like[1] - like[0]) / controls
    se = np.sqrt(own[0] + own[1] + (like[0] + like[1]) / controls**2)

    assert found.power == pytest.approx(float((change + 1.959964 * se < 0).mean()), abs=0.015)


def test_the_curve_falls_with_the_size_and_with_the_areas():
    """Larger areas, and more like ones, show smaller drops."""
    one, ten = smallest_seen(1), smallest_seen(10)

    assert [each.before for each in one] == list(SIZES)
    seen = [100 if each.percent is None else each.percent for each in one]
    assert seen == sorted(seen, reverse=True)
    assert all((b.percent or 101) <= (a.percent or 101) for a, b in zip(one, ten, strict=True))


@pytest.mark.parametrize(
    "bad", [{"before": 1}, {"before": 501}, {"drop": 0.0}, {"drop": 1.01}, {"controls": 0}, {"best_of": 101}]
)
def test_a_claim_out_of_reach_is_refused(bad):
    """Each bound is said; the claim beside it is weighed."""
    with pytest.raises(BadClaim, match="2 to 500 incidents"):
        Claim(**({"before": 20, "drop": 0.55} | bad))
    with pytest.raises(BadClaim):
        smallest_seen(0)
