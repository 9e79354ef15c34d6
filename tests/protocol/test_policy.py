"""The policy file: read whole or refused by name."""

from __future__ import annotations

import contextlib
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.canonical import sha256_hex
from latchstring.protocol import policy as policies
from latchstring.protocol.policy import BadPolicy, UnknownRule, load_policy
from latchstring.protocol.statements import PolicyName

TEXT = policies.policy_bytes().decode()


def changed(old: str, new: str) -> bytes:
    assert old in TEXT
    return TEXT.replace(old, new, 1).encode()


def test_the_packaged_policy() -> None:
    """Its numbers are those that people were told, and its name carries the hash of its bytes."""
    policy = policies.current()
    assert policy.name == PolicyName(id="footage-request", version=1, sha256=sha256_hex(TEXT.encode()))
    assert (policy.id, policy.version, policy.sha256) == ("footage-request", 1, policy.name.sha256)
    assert (policy.min_minutes, policy.max_minutes, policy.max_minutes_wide) == (15, 240, 720)
    assert (policy.min_square_miles, policy.max_square_miles, policy.max_square_miles_wide) == (
        0.025,
        0.1,
        0.5,
    )
    assert (policy.lookback_days, policy.max_expiry_days, policy.max_posts_per_case) == (30, 7, 2)
    assert (policy.quorum, policy.quorum_wide, policy.reviewers) == (2, 3, 3)
    assert policy.reasons["for"] == ("within-the-rules",)
    assert "burglary" in policy.allowed_offences
    assert "noise" in policy.offences
    assert "noise" not in policy.allowed_offences


def test_a_policy_does_not_change_under_its_readers() -> None:
    with pytest.raises(TypeError):
        policies.current().offences["noise"] = 5  # type: ignore[index]


def test_unknown_rule_is_refused_by_name() -> None:
    data = changed("[rules.R12]", "[rules.R99]\nmax_days = 3\n[rules.R12]")
    with pytest.raises(UnknownRule, match=r"unknown rule 'R99'; known are R01, R02, R04"):
        load_policy(data)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (
            "max_minutes = 240",
            "max_minutes = 240\nmax_hours = 4",
            "rule R04 has an unknown field 'max_hours'",
        ),
        ("[rules.R01]", "[rules.R01]\nform = 1", "rule R01 has an unknown field 'form'; it has none"),
        ("reviewers = 3", "reviewers = 3\nchair = 1", "review has an unknown field 'chair'"),
        ("version = 1", "version = 1\nnotice = 14", "the policy has an unknown field 'notice'"),
        ("{offence}", "{officer}", "template 'footage' has an unknown blank 'officer'"),
        ("{offence}", "{offence!r}", "unknown blank"),
        ("{offence}", "{offence:>99}", "unknown blank"),
        ("{offence}", "{}", "unknown blank"),
        ("against = [", "perhaps = [", "review.reasons has an unknown field 'perhaps'"),
    ],
)
def test_unknown_field_is_refused_by_name(old: str, new: str, name: str) -> None:
    with pytest.raises(UnknownRule) as raised:
        load_policy(changed(old, new))
    assert name in raised.value.message


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[rules.R07]  #", "#", "unknown field 'max_aspect'"),
        ("max_aspect = 4.0", "", "rule R07 lacks the field 'max_aspect'"),
        ("max_aspect = 4.0", "max_aspect = inf", "a number above 0"),
        ("max_aspect = 4.0", "max_aspect = nan", "a number above 0"),
        ("max_aspect = 4.0", "max_aspect = true", "a number above 0"),
        ("max_aspect = 4.0", "max_aspect = -4", "a number above 0"),
        ("max_minutes = 240", "max_minutes = 240.5", "a whole number"),
        ("max_minutes = 240", 'max_minutes = "240"', "a whole number"),
        ("max_minutes = 240", "max_minutes = true", "a whole number"),
        ("max_minutes = 240", "max_minutes = 10", "'min_minutes' must not be above 'max_minutes'"),
        ("max_square_miles = 0.1", "max_square_miles = 0.6", "must not be above 'max_square_miles_wide'"),
        ("quorum_wide = 3", "quorum_wide = 4", "'quorum_wide' must not be above 'reviewers'"),
        ("quorum = 2 ", "quorum = 0 ", "from 1"),
        ("min_severity = 2", "min_severity = 9", "no offence"),
        ("burglary = 3", "burglary = 0", "the severity of 'burglary'"),
        ("burglary = 3", '"Break In" = 3', "an offence cannot be 'Break In'"),
        ('for = ["within-the-rules"]', "for = []", "at least one code"),
        ('for = ["within-the-rules"]', "for = [1]", "at least one code"),
        ('for = ["within-the-rules"]', 'for = ["Because!"]', "a reason cannot be"),
        ("{offence}", "{offence", "an open or doubled brace"),
        ('id = "footage-request"', "id = 1", "must be text"),
        ('id = "footage-request"', 'id = "Ours"', "the policy's id cannot be"),
        ("[rules.R05]", "[rules.R04]", "not TOML"),
        ("[rules.R01]", "[rules]\nR01 = 1\n[rules.R0x]", "unknown rule 'R0x'"),
        ("[rules.R01]", "[rules]\nR01 = 1\n#", "rule R01 must be a table"),
        ("[rules.R01]", "rules = 1\n#", "not TOML"),
    ],
)
def test_senseless_policy_is_refused_in_words(old: str, new: str, why: str) -> None:
    with pytest.raises(BadPolicy) as raised:
        load_policy(changed(old, new))
    assert why in raised.value.message


def test_a_policy_without_templates_is_refused() -> None:
    start, end = TEXT.index("footage = "), TEXT.index("[review]")
    with pytest.raises(BadPolicy, match="at least one template"):
        load_policy((TEXT[:start] + TEXT[end:]).encode())


def test_missing_rule_is_refused_by_name() -> None:
    start = TEXT.index("[rules.R07]")
    without = TEXT[:start] + TEXT[TEXT.index("[rules.R09]") :]
    with pytest.raises(BadPolicy, match="lacks rule R07"):
        load_policy(without.encode())


def test_too_large_or_not_text() -> None:
    for data in (TEXT.encode() + b"#" * 70_000, b"\xff", b"[" * 50_000):
        with pytest.raises(BadPolicy):
            load_policy(data)


@given(st.text(max_size=60), st.integers(0, len(TEXT)), st.integers(0, 60))
def test_any_change_is_read_or_refused_in_words(inserted: str, at: int, dropped: int) -> None:
    """Nothing but BadPolicy comes out, whatever is edited."""
    data = (TEXT[:at] + inserted + TEXT[at + dropped :]).encode(errors="surrogatepass")
    with contextlib.suppress(BadPolicy):
        load_policy(data)


def test_the_rules_page_tells_the_numbers_in_force() -> None:
    """Every number on docs/reference/rules.md that names a field is that field's, and no field is left out."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "rules.md").read_text()
    policy = policies.current()
    told = {name: float(number) for name, number in re.findall(r"`([a-z_]+)` = (\d+(?:\.\d+)?)", page)}
    numbers = {f.name: getattr(policy, f.name) for f in fields(policy)}
    assert told == {name: value for name, value in numbers.items() if isinstance(value, int | float)}
