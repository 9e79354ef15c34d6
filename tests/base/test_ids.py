"""Identifiers say of what they are and cannot be guessed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import ids
from latchstring.base.ids import BadId


def test_new_ids_differ_and_check() -> None:
    made = {ids.new("rq") for _ in range(1000)}
    assert len(made) == 1000
    assert all(ids.check("rq", one) == one for one in made)


@pytest.mark.parametrize(
    "text",
    ["", "rq_", "rq_abc", "ds_" + "a" * 26, "rq_" + "A" * 26, "rq_" + "a" * 26 + "\n", "rq_" + "1" * 26],
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(BadId):
        ids.check("rq", text)


@given(st.text())
def test_any_text_is_an_id_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(BadId):
        ids.check("rq", text)
