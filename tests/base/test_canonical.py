"""One object has one form in bytes; what is read is what was written."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.canonical import BadJson
from latchstring.base.errors import BadInput

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=6), values, max_size=5))
def test_round_trip_has_one_form(value: dict[str, Any]) -> None:
    """Written, read and written again it is the same bytes, in any order of its names."""
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(dict(reversed(value.items()))) == data


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"1", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":Infinity}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_single_object_is_refused(data: bytes) -> None:
    with pytest.raises(BadJson):
        canonical.decode(data)


@given(st.binary(max_size=100) | st.text(max_size=100))
def test_anything_is_read_or_refused_in_words(data: bytes | str) -> None:
    with contextlib.suppress(BadJson):
        canonical.decode(data)


def test_commitment_says_nothing_without_its_salt() -> None:
    """The same value under two salts has two commitments; under one salt, one."""
    first, second = bytes(32), bytes([1]) * 32
    assert canonical.commitment(first, b"x") == canonical.commitment(first, b"x")
    assert canonical.commitment(first, b"x") != canonical.commitment(second, b"x")
    assert canonical.commitment(first, b"x") != canonical.sha256_hex(b"x")
    with pytest.raises(BadInput):
        canonical.commitment(b"short", b"x")


@pytest.mark.parametrize("text", ["A", "AAA", "A A=", "====", "ü"])
def test_sloppy_base64_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        canonical.from_base64(text)


@given(st.binary(max_size=50))
def test_base64_round_trip(data: bytes) -> None:
    assert canonical.from_base64(canonical.to_base64(data)) == data


@pytest.mark.parametrize(
    "value", ["\ud800", {"\ud800": 1}, 2**53, float("nan"), float("inf"), {1: "x"}, b"x"]
)
def test_what_json_cannot_say_alike_everywhere_is_refused(value: Any) -> None:
    with pytest.raises(BadJson):
        canonical.encode({"value": value})
