"""What residents are told, tested as text."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.impact import ratio, wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.dispersion import Dispersion
from latchstring.analysis.impact.placebo import Rank
from latchstring.analysis.impact.power import Detectable, wdd_detectable
from latchstring.analysis.impact.verdict import (
    Evidence,
    Finding,
    Lack,
    Means,
    Scale,
    VariationTest,
    Words,
    verdict,
)
from latchstring.analysis.interval import Interval

REACHABLE = wdd_detectable(207)
LARGEST = Rank(rank=1, of=40)


def paper(**evidence):
    """Wheeler and Ratcliffe's four areas, and what else is known."""
    result = wdd.wdd(
        control=Change(308, 318),
        treated=Change(207, 110),
        displacement_control=Change(150, 140),
        displacement_treated=Change(178, 157),
    )
    return wdd.evidence(result, **evidence)


def test_a_small_fall_beside_like_areas():
    """The counts come first, then what they can mean, then that we cannot tell, then why."""
    result = ratio.rate_ratio(treated=Change(20, 9), control=Change(20, 18))
    told = verdict(ratio.evidence(result), Words(outcome="break-ins"))
    assert told.finding is Finding.CANNOT_TELL
    assert told.text.startswith(
        "Break-ins here went from 20 to 9. In like areas they went from 20 to 18. Allowing for that and for pure"
        " chance, the change could be anything from 82 % fewer to 38 % more. We cannot tell whether the cameras"
        " did anything. No change at all fits these numbers too."
    )


def test_four_bare_numbers_are_no_effect():
    """An interval without 0 rests on pure chance alone; the text says from which variation on it would fail."""
    told = verdict(paper())
    assert told.finding is Finding.CANNOT_TELL
    assert told.lacks == (Lack.VARIATION, Lack.UNPLANNED)
    assert told.text == (
        "Incidents here went from 207 to 110. In like areas they went from 308 to 318. Next door they went from"
        " 178 to 157, and in areas like that from 150 to 140. Allowing for that and for pure chance, the change"
        " could be anything from 196 fewer to 40 fewer. We cannot tell whether the cameras did anything. Counts"
        " often vary more than by pure chance, and nothing here shows by how much. From 2.3 times as much on, no"
        " change at all would fit too. It takes the counts of 19 like areas without the cameras, or of each month."
        " No plan, locked before the counts were read, says what change could have been seen."
    )


def test_all_that_an_effect_needs():
    """A control, an interval without 0, a rare rank and a plan by which it could have been seen."""
    told = verdict(paper(rank=LARGEST, detectable=REACHABLE))
    assert told.finding is Finding.FEWER
    assert told.lacks == ()
    assert told.text.endswith(
        "Of the changes in 40 areas, all others of which were left as they were, this is the largest. So the"
        " cameras, or something else that came only here and at the same time, made incidents fewer."
    )


def test_without_like_areas_the_months_speak():
    """Then the text says that no ranks stand behind it."""
    months = Dispersion(estimate=1.4, freedom=88, interval=Interval(1.1, 1.9))
    result = wdd.wdd(control=Change(308, 318), treated=Change(207, 110), dispersion=months)
    told = verdict(wdd.evidence(result, detectable=REACHABLE))
    assert told.finding is Finding.FEWER
    assert "chance does this 4 times in 1,000; no ranks among like areas stand behind it." in told.text


@pytest.mark.parametrize(
    ("changed", "lack", "sentence"),
    [
        ({"change": None}, Lack.CONTROL, "There is no like area to compare with."),
        ({"beside": None}, Lack.CONTROL, "There is no like area to compare with."),
        ({"change": Interval(-9, 0)}, Lack.INTERVAL, "No change at all fits these numbers too."),
        ({"test": None}, Lack.VARIATION, "nothing here shows by how much."),
        (
            {"test": Rank(rank=1, of=19)},
            Lack.TOO_FEW_AREAS,
            "Among 19 areas even the largest change is not rare; it takes 20.",
        ),
        ({"test": Rank(rank=3, of=40)}, Lack.RANK, "this is number 3: not rare enough."),
        (
            {"test": VariationTest(p=0.08, dispersion=2.5)},
            Lack.NOT_RARE,
            "These counts vary so much that chance does this 80 times in 1,000.",
        ),
        (
            {"expected_drop": 0.17},
            Lack.CHOSEN,
            "high counts fall by themselves: by about 17 % with nothing done.",
        ),
        ({"detectable": None}, Lack.UNPLANNED, "No plan, locked before the counts were read,"),
        (
            {"detectable": wdd_detectable(20)},
            Lack.UNREACHABLE,
            "By the plan itself, counts this small could not even show a fall to none.",
        ),
        (
            {"deviations": ("another outcome",)},
            Lack.DEVIATED,
            "The locked plan was not followed: another outcome.",
        ),
    ],
)
def test_each_thing_that_lacks_is_said(changed, lack, sentence):
    """Take one thing away from an effect: we cannot tell, and why."""
    whole = {
        "seen": Change(100, 40),
        "beside": Change(100, 100),
        "change": Interval(-80, -30),
        "scale": Scale.COUNT,
        "test": LARGEST,
        "detectable": REACHABLE,
    }
    assert verdict(Evidence(**whole)).finding is Finding.FEWER
    told = verdict(Evidence(**{**whole, **changed}))
    assert told.finding is Finding.CANNOT_TELL
    assert told.lacks == (lack,)
    assert "We cannot tell whether the cameras did anything." in told.text
    assert told.text.endswith(sentence) or sentence in told.text


def test_more_is_told_as_plainly_as_fewer():
    """An intervention can make things worse."""
    result = wdd.wdd(control=Change(100, 100), treated=Change(100, 260))
    told = verdict(wdd.evidence(result, rank=LARGEST, detectable=REACHABLE), Words(outcome="thefts"))
    assert told.finding is Finding.MORE
    assert told.text.endswith("made thefts more.")


def test_means_of_what_is_no_count():
    """Outcomes that are measured, not counted, are higher or lower."""
    evidence = Evidence(
        seen=Means(measured=60.35, expected=79.33),
        beside=None,
        change=Interval(-27.2, -3.1),
        scale=Scale.VALUE,
        test=Rank(rank=1, of=39),
        detectable=REACHABLE,
    )
    told = verdict(evidence, Words(outcome="cigarette sales", intervention="the law", area="in California"))
    assert told.text == (
        "Cigarette sales in California averaged 60 after the start. A mix of other areas that was like it until then averaged 79. Allowing"
        " for that and for chance, the change could be anything from 27 lower to 3.1 lower. Of the changes in 39"
        " areas, all others of which were left as they were, this is the largest. So the law, or something else"
        " that came only in California and at the same time, made cigarette sales lower."
    )


def test_limits_that_are_none():
    """An interval without ends is said as such."""
    evidence = Evidence(
        seen=Change(3, 1),
        beside=Change(3, 3),
        change=Interval(-math.inf, math.inf),
        scale=Scale.COUNT,
        test=Rank(rank=1, of=5),
    )
    assert "These areas are too few to set any limit to the change." in verdict(evidence).text


@given(
    st.builds(Change, st.integers(0, 400), st.integers(0, 400)),
    st.builds(Change, st.integers(1, 400), st.integers(0, 400)),
    st.none() | st.integers(1, 40).map(lambda r: Rank(rank=r, of=40)),
    st.none() | st.integers(1, 300).map(wdd_detectable),
    st.none() | st.floats(0, 0.5),
)
def test_no_effect_is_told_without_everything(treated, control, rank, detectable, drop):
    """For any counts: an effect sentence has its rank, its plan and an interval without 0 behind it."""
    result = wdd.wdd(control=control, treated=treated)
    told = verdict(wdd.evidence(result, rank=rank, detectable=detectable, expected_drop=drop))
    if told.finding is Finding.CANNOT_TELL:
        assert told.lacks
        return
    assert rank is not None
    assert rank.p <= 0.05
    assert detectable is not None
    assert detectable.reachable
    assert drop is None
    assert 0 not in result.interval


def test_a_detectable_share_of_none_is_out_of_reach():
    """What the plan says itself."""
    assert not Detectable(reduction=None, power=0.8, power_at_all=0.5, level=0.95).reachable


NUMBER = r"-?[\d,.]+(?:e[+-]?\d+)?"
AMOUNT = rf"(?:none at all|any number (?:more|fewer)|{NUMBER}(?: %)? (?:more|fewer|higher|lower)(?: \(weighted\))?)"
RARELY = r"(?:less than once in 1,000 times|\d+ times in 1,000)"
PLACE = r"Of the changes in \d+ areas, all others of which were left as they were, this is (?:the largest|number \d+)"
CLOSED_SET = (
    rf"Incidents here (?:went from {NUMBER} to {NUMBER}|averaged {NUMBER} after the start)\.",
    rf"In like areas they went from {NUMBER} to {NUMBER}\.",
    rf"Next door they went from {NUMBER} to {NUMBER}, and in areas like that from {NUMBER} to {NUMBER}\.",
    rf"A mix of other areas that was like it until then averaged {NUMBER}\.",
    rf"With the mean change of the other areas it would have been {NUMBER}\.",
    r"These areas are too few to set any limit to the change\.",
    rf"Allowing for (?:that and for )?(?:pure )?chance, the change could be anything from {AMOUNT} to {AMOUNT}\.",
    r"We cannot tell whether the cameras did anything\.",
    r"There is no like area to compare with\.",
    r"No change at all fits these numbers too\.",
    r"Counts often vary more than by pure chance, and nothing here shows by how much\.",
    rf"From {NUMBER} times as much on, no change at all would fit too\.",
    r"It takes the counts of 19 like areas without the cameras, or of each month\.",
    r"Among \d+ areas even the largest change is not rare; it takes 20\.",
    rf"{PLACE}: not rare enough\.",
    rf"{PLACE}\.",
    rf"These counts vary so much that chance does this {RARELY}\.",
    r"The area was chosen because its counts were high, and high counts fall by themselves:"
    r" by about \d+ % with nothing done\.",
    r"No plan, locked before the counts were read, says what change could have been seen\.",
    r"By the plan itself, counts this small could not even show a fall to none\.",
    r"The locked plan was not followed: another outcome\.",
    rf"Allowing for how much these counts vary, chance does this {RARELY};"
    r" no ranks among like areas stand behind it\.",
    r"So the cameras, or something else that came only here and at the same time, made incidents"
    r" (?:fewer|more|lower|higher)\.",
)


def test_no_sentence_comes_from_outside_the_closed_set():
    """Every kind of evidence with every other: what is told is of these sentences, and each of them is told."""
    told = set()
    changes = (None, Interval(-80, -30), Interval(2, 9), Interval(-9, 0), Interval(-math.inf, math.inf))
    tests = (None, LARGEST, Rank(rank=3, of=40), Rank(rank=1, of=19), *map(months_say, (0.0002, 0.02, 0.3)))
    for seen, change, test, plan, scale, rest in itertools.product(
        (Change(100, 40), Means(measured=4, expected=9), Means(measured=4, expected=9, of_mix=False)),
        changes,
        tests,
        (None, REACHABLE, wdd_detectable(20)),
        Scale,
        (
            {"beside": Change(100, 100)},
            {"beside": None, "tipping_dispersion": 2.3},
            {
                "beside": Change(9, 8),
                "moved": Change(3, 2),
                "moved_beside": Change(5, 5),
                "expected_drop": 0.2,
            },
            {"beside": Change(9, 8), "deviations": ("another outcome",)},
        ),
    ):
        evidence = Evidence(seen=seen, change=change, test=test, detectable=plan, scale=scale, **rest)
        text = verdict(evidence).text
        while text:
            [kind] = [each for each in CLOSED_SET if re.match(rf"{each}(?: |$)", text)]
            told.add(kind)
            text = re.sub(rf"^{kind} ?", "", text, count=1)
    assert told == set(CLOSED_SET)


def months_say(p):
    return VariationTest(p=p, dispersion=2.5)


@pytest.mark.parametrize(
    ("treated", "dispersion", "said"),
    [
        (Change(5, 0), 1, "anything from over 99 % fewer to 107 % more"),
        (Change(20, 9), 40, "anything from over 99 % fewer to over 10,000 % more"),
        (Change(20, 9), 1, "anything from 82 % fewer to"),
    ],
)
def test_a_percent_is_never_rounded_to_certainty(treated, dispersion, said):
    """A fall by 99.6 % is none to nothing, and where the data set hardly a limit stands no figure."""
    control = Change(treated.before, 18 if treated.before > 5 else 5)
    told = verdict(ratio.evidence(ratio.rate_ratio(treated=treated, control=control, dispersion=dispersion)))
    assert said in told.text
