"""Each rule: what lies on its limit is allowed, what lies beyond is refused, with how to mend it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.geo import (
    FINE_RESOLUTION,
    METRES_PER_DEGREE,
    SQUARE_METRES_PER_SQUARE_MILE,
    Area,
    Point,
)
from latchstring.base.time import TimeRange, to_text
from latchstring.protocol import policy as policies
from latchstring.protocol.drafts import Draft
from latchstring.protocol.policy import Policy
from latchstring.protocol.rules import (
    CLOCK_TOLERANCE,
    BrokenRule,
    is_wide,
    judge,
    judge_draft,
    judge_submission,
    render,
    votes_needed,
)
from latchstring.testing.town import MIDDLE, NOW, RECIPIENT, Town

POLICY = policies.current()
TOWN = Town()
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def broken(judged: tuple[BrokenRule, ...]) -> list[str]:
    return [b.rule for b in judged]


def ending(minutes_ago: float, minutes: float) -> TimeRange:
    end = NOW - minutes_ago * MINUTE
    return TimeRange(end - minutes * MINUTE, end)


def sized(square_miles: float, aspect: float = 1.0) -> Area:
    """A rectangle around the incident with this area, `aspect` times as tall as it is broad."""
    side = math.sqrt(square_miles * SQUARE_METRES_PER_SQUARE_MILE) / METRES_PER_DEGREE / 2
    tall = side * math.sqrt(aspect)
    broad = side / math.sqrt(aspect) / math.cos(math.radians(MIDDLE.latitude))
    corners = [(-tall, -broad), (-tall, broad), (tall, broad), (tall, -broad)]
    return Area(tuple(Point(MIDDLE.latitude + a, MIDDLE.longitude + b) for a, b in corners))


def draft(**changes: Any) -> dict[str, Any]:
    """A draft that keeps every rule, as an officer's page sends it."""
    request = TOWN.request()
    value = {
        "case_reference": "RP-2026-1187",
        "offence": request.offence,
        "incident_cell": request.incident_cell,
        "area": request.area.to_geojson(),
        "window": {"start": to_text(request.window.start), "end": to_text(request.window.end)},
        "template": request.template,
        "recipient": RECIPIENT,
        "expires_at": to_text(request.expires_at),
    }
    value.update(changes)
    return {name: v for name, v in value.items() if v is not None}


def test_a_request_within_the_rules_breaks_none(town: Town, policy: Policy) -> None:
    assert judge(town.request(), policy, now=NOW) == ()
    assert judge_submission(town.request(), policy, now=NOW, prior_posts=0) == ()
    assert judge_draft(draft(), policy, now=NOW, prior_posts=0) == ()


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        ("R02", {"offence": "package-theft"}, {"offence": "noise"}),
        ("R02", {"offence": "burglary"}, {"offence": "protest"}),
        ("R04", {"window": ending(60, 15)}, {"window": ending(60, 14)}),
        ("R04", {"window": ending(60, 720)}, {"window": ending(60, 721)}),
        ("R05", {"window": ending(30 * 1440 - 60, 60)}, {"window": ending(30 * 1440 - 59, 60)}),
        ("R05", {"window": ending(0, 60)}, {"window": ending(-1, 60)}),
        ("R06", {"area": sized(0.0251)}, {"area": sized(0.0249)}),
        ("R06", {"area": sized(0.499)}, {"area": sized(0.501)}),
        ("R07", {"area": sized(0.05, 3.9)}, {"area": sized(0.05, 4.1)}),
        (
            "R07",
            {"incident_cell": Point(51.5005, -0.12).cell(FINE_RESOLUTION)},
            {"incident_cell": Point(51.52, -0.12).cell(FINE_RESOLUTION)},
        ),
        ("R09", {"post_number": 2}, {"post_number": 3}),
        ("R12", {"expires_at": NOW + 7 * DAY}, {"expires_at": NOW + 7 * DAY + MINUTE}),
        ("R12", {"expires_at": NOW + MINUTE}, {"expires_at": NOW}),
        ("R14", {"template": "on-foot"}, {"template": "own-words", "text": "Call me."}),
        ("R14", {}, {"text": "A case of burglary is being investigated. Show us who lives there."}),
        ("R14", {}, {"text": TOWN.request().text + " "}),
    ],
)  # fmt: skip
def test_each_limit_has_two_sides(
    town: Town, policy: Policy, rule: str, allowed: dict[str, Any], refused: dict[str, Any]
) -> None:
    """On the limit no rule is broken; just beyond it this one, with words for both halves."""
    assert judge(town.request(**allowed), policy, now=NOW) == ()

    judged = judge(town.request(**refused), policy, now=NOW)

    assert set(broken(judged)) == {rule}
    assert all(b.what.endswith(".") and b.mend.endswith(".") for b in judged)


def test_every_broken_rule_is_said_at_once(town: Town, policy: Policy) -> None:
    worst = town.request(
        offence="noise",
        window=ending(-600, 1000),
        area=sized(0.6, 8),
        incident_cell=Point(52, 0).cell(FINE_RESOLUTION),
        post_number=9,
        expires_at=NOW + 90 * DAY,
        text="words of my own " * 40,
    )
    rules = broken(judge(worst, policy, now=NOW))
    assert rules == ["R02", "R04", "R05", "R06", "R07", "R07", "R09", "R12", "R14", "R14"]


def test_a_hub_judges_days_later_by_the_requests_own_date(town: Town, policy: Policy) -> None:
    """A window 29 days back was allowed when it was asked; five days later it still is."""
    request = town.request(window=ending(29 * 1440, 60))
    assert judge(request, policy, now=NOW + 5 * DAY) == ()


def test_when_the_time_is_over_it_is_refused(town: Town, policy: Policy) -> None:
    request = town.request(expires_at=NOW + 2 * DAY)
    assert judge(request, policy, now=NOW + 2 * DAY - MINUTE) == ()
    assert broken(judge(request, policy, now=NOW + 2 * DAY)) == ["R12"]


def test_a_request_cannot_be_dated_ahead_to_reach_the_future(town: Town, policy: Policy) -> None:
    """Otherwise a window in the future would end before its own date."""
    ahead = NOW + timedelta(hours=3)
    window = TimeRange(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    request = town.request(created_at=ahead, window=window)
    assert broken(judge(request, policy, now=NOW)) == ["R05"]
    assert judge(request, policy, now=ahead - CLOCK_TOLERANCE) == ()


def test_a_submission_is_dated_now(town: Town, policy: Policy) -> None:
    for apart in (CLOCK_TOLERANCE, -CLOCK_TOLERANCE):
        request = town.request()
        assert judge_submission(request, policy, now=NOW + apart, prior_posts=0) == ()
        late = judge_submission(request, policy, now=NOW + apart * 1.1, prior_posts=0)
        assert set(broken(late)) == {"R05"}


def test_a_submission_counts_the_posts_of_its_case(town: Town, policy: Policy) -> None:
    """What the request says of itself must be what was counted."""
    first, second = town.request(post_number=1), town.request(post_number=2)
    assert judge_submission(second, policy, now=NOW, prior_posts=1) == ()
    assert broken(judge_submission(first, policy, now=NOW, prior_posts=1)) == ["R09"]
    assert broken(judge_submission(second, policy, now=NOW, prior_posts=0)) == ["R09"]


def test_wide_requests_need_more_votes(town: Town, policy: Policy) -> None:
    """Above the ordinary limit of time or area, not on it."""
    for plain in ({"window": ending(60, 240)}, {"area": sized(0.099)}):
        assert not is_wide(town.request(**plain), policy)
        assert votes_needed(town.request(**plain), policy) == 2
    for wide in ({"window": ending(60, 241)}, {"area": sized(0.101)}):
        assert is_wide(town.request(**wide), policy)
        assert votes_needed(town.request(**wide), policy) == 3


def test_text_is_rendered_from_closed_values_only(policy: Policy) -> None:
    """UTC to the minute, the start rounded down and the end up, so that the text never says less."""
    window = TimeRange(NOW.replace(hour=7, minute=5, second=59), NOW.replace(hour=8, minute=9, second=1))
    assert render("footage", "package-theft", window, policy) == (
        "A case of package theft is being investigated. Footage between 23 Nov 2026, 07:05 UTC and "
        "23 Nov 2026, 08:10 UTC from the marked area may help. You decide; silence is fine."
    )


@pytest.mark.parametrize("template", POLICY.templates)
@pytest.mark.parametrize("offence", POLICY.allowed_offences)
def test_every_template_fits_every_offence(template: str, offence: str) -> None:
    text = render(template, offence, ending(60, 60), POLICY)
    assert len(text) <= POLICY.max_characters
    assert "{" not in text


def test_r14_length(town: Town) -> None:
    short = policies.load_policy(
        policies.policy_bytes().replace(b"max_characters = 400", b"max_characters = 50")
    )
    request = replace(town.request(), policy=short.name)
    assert broken(judge(request, short, now=NOW)) == ["R14"]


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ("case_reference", "R01"), ("recipient", "R01"), ("offence", "R02"), ("window", "R04"), ("area", "R06"),
        ("incident_cell", "R07"), ("expires_at", "R12"), ("template", "R14"),
    ],
)  # fmt: skip
def test_what_a_draft_lacks_is_said_by_rule(policy: Policy, missing: str, rule: str) -> None:
    for empty in (None, ""):
        judged = judge_draft(draft() | {missing: empty}, policy, now=NOW, prior_posts=0)
        assert broken(judged) == [rule]


def test_an_empty_draft_breaks_every_rule_that_needs_something(policy: Policy) -> None:
    judged = judge_draft({}, policy, now=NOW, prior_posts=0)
    assert broken(judged) == ["R01", "R01", "R02", "R04", "R06", "R07", "R12", "R14"]


def bow_tie() -> dict[str, Any]:
    ring = [[0, 51], [0.01, 51.01], [0.01, 51], [0, 51.01], [0, 51]]
    return {"type": "Polygon", "coordinates": [ring]}


def across_the_antimeridian() -> dict[str, Any]:
    ring = [[179.99, 51], [-179.99, 51], [-179.99, 51.01], [179.99, 51.01], [179.99, 51]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("changes", "rule", "why"),
    [
        ({"case_reference": "x" * 81}, "R01", "at most 80"),
        ({"case_reference": "two\nlines"}, "R01", "one line"),
        ({"case_reference": "  "}, "R01", "no case reference"),
        ({"recipient": "age1nonsense"}, "R01", "not an age recipient"),
        ({"offence": "protest"}, "R02", "not on the list"),
        ({"offence": 7}, "R02", "must be text"),
        (
            {"window": {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T07:00:00Z"}},
            "R04",
            "end after it starts",
        ),
        ({"window": {"start": "2026-11-23T08:00:00", "end": "x"}}, "R04", "has no zone"),
        ({"window": "yesterday"}, "R04", "a start and an end"),
        ({"area": bow_tie()}, "R07", "crosses or touches itself"),
        ({"area": across_the_antimeridian()}, "R07", "antimeridian"),
        ({"area": "here"}, "R07", "GeoJSON"),
        ({"incident_cell": "here"}, "R07", "not an H3 cell"),
        ({"expires_at": "never"}, "R12", "not a time"),
        ({"expires_at": "2026-11-20T00:00:00Z"}, "R12", "before it began"),
        ({"template": "own-words"}, "R14", "not a template"),
    ],
)
def test_bad_drafts_are_told_what_is_wrong(
    policy: Policy, changes: dict[str, Any], rule: str, why: str
) -> None:
    judged = judge_draft(draft(**changes), policy, now=NOW, prior_posts=0)
    assert broken(judged) == [rule]
    assert why in judged[0].what
    assert judged[0].mend


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("R04", {"window": {"start": to_text(NOW - 20 * DAY), "end": to_text(NOW - 19 * DAY)}}),
        ("R05", {"window": {"start": to_text(NOW - 31 * DAY), "end": to_text(NOW - 31 * DAY + 60 * MINUTE)}}),
        ("R06", {"area": sized(0.6).to_geojson()}),
        ("R07", {"area": sized(0.05, 5).to_geojson()}),
        ("R07", {"incident_cell": Point(51.52, -0.12).cell(FINE_RESOLUTION)}),
        ("R12", {"expires_at": to_text(NOW + 8 * DAY)}),
    ],
)
def test_a_draft_is_judged_by_the_same_limits(policy: Policy, rule: str, changes: dict[str, Any]) -> None:
    assert broken(judge_draft(draft(**changes), policy, now=NOW, prior_posts=0)) == [rule]


def test_a_wide_draft_is_said_to_be_wide(policy: Policy) -> None:
    """The officer learns how many votes it needs while drawing; an empty draft is not wide."""
    wide = Draft.from_json(draft(area=sized(0.2).to_geojson()))
    assert (is_wide(wide, policy), votes_needed(wide, policy)) == (True, 3)
    assert (is_wide(Draft.from_json({}), policy), votes_needed(Draft.from_json({}), policy)) == (False, 2)


def test_a_draft_in_the_future_is_refused(policy: Policy) -> None:
    window = {"start": to_text(NOW + MINUTE), "end": to_text(NOW + 60 * MINUTE)}
    assert broken(judge_draft(draft(window=window), policy, now=NOW, prior_posts=0)) == ["R05"]


def test_a_third_post_is_refused_at_the_draft(policy: Policy) -> None:
    assert judge_draft(draft(), policy, now=NOW, prior_posts=1) == ()
    assert broken(judge_draft(draft(), policy, now=NOW, prior_posts=2)) == ["R09"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(draft())), json_values))
def test_any_draft_gets_an_answer(value: dict[str, Any]) -> None:
    """Whatever a page sends, the answer is broken rules, never a crash."""
    judge_draft(draft() | value, POLICY, now=NOW, prior_posts=0)


@given(
    minutes=st.floats(1, 2000), ago=st.floats(-100, 50_000), size=st.floats(0.001, 2), aspect=st.floats(1, 10),
    posts=st.integers(1, 5), days=st.floats(-1, 20),
)  # fmt: skip
def test_the_verdict_is_that_of_the_limits(
    minutes: float, ago: float, size: float, aspect: float, posts: int, days: float
) -> None:
    """For any request, exactly the rules whose limits it crosses are broken."""
    window, area = ending(ago, minutes), sized(size, aspect)
    expires_at = NOW + days * DAY
    request = TOWN.request(window=window, area=area, post_number=posts, expires_at=expires_at)
    expected = {
        rule
        for rule, crossed in {
            "R04": not 15 * MINUTE <= window.duration <= 720 * MINUTE,
            "R05": window.end > NOW or NOW - window.start > 30 * DAY,
            "R06": not 0.025 <= area.square_miles <= 0.5,
            "R07": area.aspect > 4,
            "R09": posts > 2,
            "R12": not NOW < expires_at <= NOW + 7 * DAY,
        }.items()
        if crossed
    }
    assert set(broken(judge(request, POLICY, now=NOW))) == expected
