"""The recovery code survives handwriting and tells where it did not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.sealing.recovery import ALPHABET, BadRecoveryCode, RecoveryCode

codes = st.integers(0, (1 << 160) - 1).map(RecoveryCode.from_bits)


@given(codes)
def test_a_code_reads_back_as_it_was_shown(code):
    """Eight groups of five, and the same code again."""
    assert [len(group) for group in code.text.split("-")] == [5] * 8
    assert RecoveryCode.read(code.text) == code


@given(codes, st.sampled_from(["", " ", "  ", "\n"]), st.booleans())
def test_reading_forgives_how_it_was_typed(code, between, lower):
    """Case, spaces and letters that look like digits do not matter."""
    typed = between.join(code.text.replace("-", "")).replace("0", "O").replace("1", "l")
    assert RecoveryCode.read(typed.lower() if lower else typed) == code


@given(codes, st.integers(0, 39), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_noticed_in_its_group(code, position, symbol):
    """A single typo is always found, and the message says where."""
    plain = code.text.replace("-", "")
    typed = plain[:position] + symbol + plain[position + 1 :]
    if typed == plain:
        assert RecoveryCode.read(typed) == code
    else:
        with pytest.raises(BadRecoveryCode, match=f"group {position // 5 + 1} "):
            RecoveryCode.read(typed)


@given(codes, st.integers(0, 38))
def test_two_swapped_neighbours_are_noticed(code, position):
    """The commonest slip of a hand is always found."""
    plain = code.text.replace("-", "")
    a, b = plain[position], plain[position + 1]
    typed = plain[:position] + b + a + plain[position + 2 :]
    if a != b:
        with pytest.raises(BadRecoveryCode, match="mistyped"):
            RecoveryCode.read(typed)


@given(codes, st.permutations(range(8)))
def test_groups_in_another_order_are_noticed(code, order):
    """Each group knows its place."""
    groups = code.text.split("-")
    if list(order) != list(range(8)):
        with pytest.raises(BadRecoveryCode, match="wrong place"):
            RecoveryCode.read("-".join(groups[i] for i in order))


@pytest.mark.parametrize(
    ("typed", "says"), [("", "this has 0"), ("ABCDE", "this has 5"), ("U" * 40, "no recovery code")]
)
def test_what_is_no_code_is_refused_with_a_reason(typed, says):
    """Too short, or with a letter that is never used."""
    with pytest.raises(BadRecoveryCode, match=says):
        RecoveryCode.read(typed)


def test_codes_are_random_and_stay_out_of_logs():
    """Two codes differ; a code's repr shows nothing of it."""
    code = RecoveryCode.generate()
    assert code != RecoveryCode.generate()
    assert code.text not in repr(code)
