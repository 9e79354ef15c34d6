"""Envelopes: type, key and bytes are all under the signature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.signing import (
    BadKey,
    BadSignature,
    Envelope,
    SigningKey,
    VerifyKey,
    pre_authentication_encoding,
    sign,
)

KEY = SigningKey(b"k" * 32)
OTHER = SigningKey(b"o" * 32)
KIND = "application/vnd.latchstring.test+json; v=1"


@given(st.binary(max_size=100))
def test_signed_bytes_come_back(payload: bytes) -> None:
    envelope = Envelope.decode(sign(payload, KIND, KEY).encode())
    assert envelope.verify(KEY.verify_key, payload_type=KIND) == payload


def test_each_change_is_refused() -> None:
    """Payload, type, key and signature."""
    envelope = sign(b"payload", KIND, KEY)
    assert envelope.verify(KEY.verify_key, payload_type=KIND) == b"payload"
    for spoiled in (
        replace(envelope, payload=b"Payload"),
        replace(envelope, payload_type=KIND.replace("v=1", "v=2")),
        replace(envelope, keyid=OTHER.verify_key.fingerprint),
        replace(envelope, signature=bytes(64)),
        replace(envelope, signature=b""),
        sign(b"payload", KIND, OTHER),
        replace(sign(b"payload", KIND, OTHER), keyid=envelope.keyid),
    ):
        with pytest.raises(BadSignature):
            spoiled.verify(KEY.verify_key, payload_type=KIND)
    with pytest.raises(BadSignature):
        envelope.verify(KEY.verify_key, payload_type="another")


@given(st.text(max_size=20), st.binary(max_size=20), st.text(max_size=20), st.binary(max_size=20))
def test_two_things_never_share_what_is_signed(
    kind: str, payload: bytes, kind2: str, payload2: bytes
) -> None:
    same = (kind, payload) == (kind2, payload2)
    assert same == (
        pre_authentication_encoding(kind, payload) == pre_authentication_encoding(kind2, payload2)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"payload": 7}, {"payload": "?"}, {"payload": None}, {"signatures": []}, {"signatures": None},
        {"signatures": [{"keyid": "a", "sig": "AA=="}, {"keyid": "b", "sig": "AA=="}]}, {"signatures": [{}]},
        {"signatures": ["x"]},
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(change: dict[str, Any]) -> None:
    value = sign(b"payload", KIND, KEY).to_json() | change
    with pytest.raises(BadInput):
        Envelope.from_json(value)
    for missing in ("payload", "payloadType", "signatures"):
        with pytest.raises(BadInput):
            Envelope.from_json({k: v for k, v in sign(b"", KIND, KEY).to_json().items() if k != missing})


def test_keys_have_32_bytes_and_a_text() -> None:
    assert VerifyKey.from_text(KEY.verify_key.to_text()) == KEY.verify_key
    assert KEY.verify_key.fingerprint == canonical.sha256_hex(KEY.verify_key.raw)
    for short in (b"", b"x" * 31, b"x" * 33):
        with pytest.raises(BadKey):
            VerifyKey(short)
        with pytest.raises(BadKey):
            SigningKey(short)


def test_a_signing_key_does_not_show_itself() -> None:
    """Not in a log line, not in a traceback."""
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed)[2:-1] not in repr(KEY)
    assert SigningKey.generate() != SigningKey.generate()
