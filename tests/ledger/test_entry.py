"""Ledger entries: canonical, of a known kind, and documented field by field."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.ledger.entry import KINDS, MAX_ENTRY_BYTES, BadEntry, Entry, VoteCast, decode

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "ledger-entries.md"


def sample(kind: type[Entry]) -> Entry:
    values: dict[str, Any] = {"str": "x", "int": 1, "list[str]": ["86195da4fffffff"]}
    return kind(**{f.name: values[str(f.type)] for f in fields(kind)})


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.kind)
def test_round_trip(kind: type[Entry]) -> None:
    entry = sample(kind)
    data = entry.encode()
    assert decode(data) == entry
    assert canonical.decode(data)["kind"] == kind.kind
    assert len(data) < MAX_ENTRY_BYTES


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.kind)
def test_missing_field_unknown_kind_and_other_version_are_refused(kind: type[Entry]) -> None:
    value = canonical.decode(sample(kind).encode())
    for name in value:
        lacking = {k: v for k, v in value.items() if k != name}
        with pytest.raises(BadEntry):
            decode(canonical.encode(lacking))
    for change in ({"kind": "other"}, {"v": 2}, {"kind": None}):
        with pytest.raises(BadEntry):
            decode(canonical.encode(value | change))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.kind)
def test_fields_of_another_type_are_refused(kind: type[Entry]) -> None:
    """What a hub judges by has the type that it counts on."""
    value = canonical.decode(sample(kind).encode())
    for name in value.keys() - {"kind", "v"}:
        for other in (None, True, 1.5, {}):
            with pytest.raises(BadEntry, match=name):
                decode(canonical.encode(value | {name: other}))


def test_another_order_of_the_same_fields_is_refused() -> None:
    """One entry has one form, so that its hash is the same for everybody."""
    value = canonical.decode(sample(VoteCast).encode())
    for data in (json.dumps(value), json.dumps(dict(reversed(value.items())), separators=(",", ":"))):
        with pytest.raises(BadEntry):
            decode(data.encode())


def test_fields_of_a_later_version_are_kept_out() -> None:
    """Fields are only ever added: an old reader still reads what it knows."""
    entry = sample(VoteCast)
    assert decode(canonical.encode(canonical.decode(entry.encode()) | {"witnessed_by": "x"})) == entry


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(KINDS.values())), st.data())
def test_any_values_are_read_or_refused_in_words(kind: type[Entry], data: st.DataObject) -> None:
    value = json.loads(sample(kind).encode())
    changed = value | data.draw(st.dictionaries(st.sampled_from(sorted(value)), json_values))
    with contextlib.suppress(BadInput):
        decode(json.dumps(changed).encode())
    with contextlib.suppress(BadInput):
        decode(json.dumps(changed).replace('"x"', '"\\ud800"').encode())


def documented() -> dict[str, list[str]]:
    """Kinds and their fields, in order, as the reference page's tables list them."""
    found: dict[str, list[str]] = {}
    for line in REFERENCE.read_text().splitlines():
        if heading := re.fullmatch(r"### `([a-z-]+)`", line):
            found[heading[1]] = []
        elif found and (row := re.match(r"\| `([a-z0-9_]+)` \|", line)):
            found[list(found)[-1]].append(row[1])
    return found


def test_the_reference_page_lists_every_kind_and_field() -> None:
    """Not one more, not one less."""
    own = {name: [f.name for f in fields(kind) if f.name != "at"] for name, kind in KINDS.items()}
    assert documented() == own
