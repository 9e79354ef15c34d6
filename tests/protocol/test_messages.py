"""What a hub and the network say to each other survives the way, or is refused."""

from __future__ import annotations

from typing import Any

import pytest

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.signing import sign
from latchstring.protocol.messages import (
    DisclosureAnswer,
    DisclosurePost,
    bundle_path,
    upload_path,
)
from latchstring.testing.town import key

HOME = key("home")


@pytest.fixture
def post() -> DisclosurePost:
    disclosure, receipt = sign(b"{}", "d", HOME), sign(b"{}", "r", HOME)
    return DisclosurePost(disclosure, receipt, HOME.verify_key)


def test_disclosure_round_trip(post: DisclosurePost) -> None:
    assert DisclosurePost.decode(post.encode()) == post


@pytest.mark.parametrize("name", ["disclosure", "receipt", "device_key"])
@pytest.mark.parametrize("value", ["absent", None, 7, "????", {}, []])
def test_misformed_disclosure_is_refused(post: DisclosurePost, name: str, value: Any) -> None:
    message = post.to_json()
    if value == "absent":
        del message[name]
    else:
        message[name] = value
    with pytest.raises(BadInput):
        DisclosurePost.decode(canonical.encode(message))


def test_answer_round_trip() -> None:
    for answer in (DisclosureAnswer("ds_x", 7), DisclosureAnswer("ds_x", None)):
        assert DisclosureAnswer.decode(canonical.encode(answer.to_json())) == answer


@pytest.mark.parametrize("value", [{}, {"disclosure": 7, "index": 1}, {"disclosure": "x", "index": "1"}])
def test_misformed_answer_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        DisclosureAnswer.decode(canonical.encode(value))


def test_paths() -> None:
    assert bundle_path("86195da4fffffff") == "/bundles/86195da4fffffff.json"
    assert upload_path("ab" * 32) == "/api/uploads/" + "ab" * 32
