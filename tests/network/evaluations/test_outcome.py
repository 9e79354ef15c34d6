"""Tables of outcomes: what is counted, and which line is wrong."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.network.evaluations.outcome import BadOutcome, read_outcome, template
from latchstring.testing.plans import outcome_table, plan_around

PLAN = plan_around(date(2026, 11, 23))
FIRST = PLAN.before.start


def test_each_row_is_an_incident_where_nothing_is_counted():
    """Two columns, in any order and letters."""
    table = f"Day, Area\n{FIRST},Mill Street\n{FIRST},Mill Street\n{PLAN.after.start},Ford Lane\n"
    assert read_outcome(table, PLAN) == {"Mill Street": [FIRST] * 2, "Ford Lane": [PLAN.after.start]}


def test_the_template_filled_in_is_read_back():
    """A row for each area and span; a zero keeps its area."""
    counts = outcome_table(PLAN, {"Mill Street": 0}, usual=2)
    found = read_outcome(counts, PLAN)

    assert len(template(PLAN).splitlines()) == 1 + 21 * len(PLAN.starts)
    assert len(found["Mill Street"]) == 24
    assert len(found["Ford Lane"]) == 48


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "no first line"),
        ("where,day\nMill Street,2026-01-01", "where, day"),
        ("area,day\nElm Street,2026-01-01", "line 2: 'Elm Street' is no area"),
        ("area,day\nMill Street,1/2/2026", "line 2: '1/2/2026' is no day"),
        (f"area,day,count\nMill Street,{FIRST},-1", "is no count"),
        (f"area,day,count\nMill Street,{FIRST},", "a span without incidents has a 0"),
        (f"area,day,count\nMill Street,{FIRST},1.5", "is no count"),
        (f"area,day,count\nMill Street,{FIRST},9999999", "1,000,000 incidents"),
        ("area,day,count\nMill Street,2020-01-01,1", "not the first day of a span"),
        (f"area,day,count\nMill Street,{FIRST},1\nMill Street,{FIRST},2", "line 3: Mill Street has a count"),
        (f"area,day,count\nMill Street,{FIRST},1", "Mill Street lacks a count"),
    ],
)
def test_what_is_wrong_is_said_by_its_line(table, why):
    """A sentence, and nothing is counted."""
    with pytest.raises(BadOutcome, match=why):
        read_outcome(table, PLAN)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text):
    """Never another error."""
    with suppress(BadOutcome):
        read_outcome(text, PLAN)
