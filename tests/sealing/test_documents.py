"""Receipt and disclosure are read strictly, and only under their own signature."""

from __future__ import annotations

import pytest

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.signing import BadSignature, SigningKey, sign
from latchstring.sealing.manifest import DISCLOSURE, Disclosure, read_disclosure
from latchstring.sealing.receipt import RECEIPT, Receipt, read_receipt

KINDS = [(Disclosure, DISCLOSURE, "disclosure"), (Receipt, RECEIPT, "receipt")]


@pytest.mark.parametrize(("kind", "payload_type", "name"), KINDS)
def test_document_reads_back_to_the_same_bytes(made, kind, payload_type, name):
    """Parsing and writing again changes nothing, so hashes can be taken from either."""
    payload = getattr(made.sealed, name).payload
    assert kind.from_json(canonical.decode(payload)).encode() == payload


@pytest.mark.parametrize(("kind", "payload_type", "name"), KINDS)
def test_every_field_is_needed_and_no_other_is_known(made, kind, payload_type, name):
    """A document with a field too few, too many or of another kind is refused by the field's name."""
    value = canonical.decode(getattr(made.sealed, name).payload)
    for field in value:
        with pytest.raises(BadInput, match=field):
            kind.from_json({k: v for k, v in value.items() if k != field})
        with pytest.raises(BadInput):
            kind.from_json({**value, field: None})
    with pytest.raises(BadInput, match="surprise"):
        kind.from_json({**value, "surprise": 1})


def test_receipt_names_at_least_one_clip_and_each_once(made):
    """An agreement to nothing, or to one thing twice, is no agreement."""
    value = canonical.decode(made.sealed.receipt.payload)
    for clips in ([], [value["clips"][0], value["clips"][0]]):
        with pytest.raises(BadInput, match="clip"):
            Receipt.from_json({**value, "clips": clips})


def test_document_is_read_only_under_its_own_key_and_type(made):
    """Neither another home's key nor another kind of document passes."""
    read_receipt(made.sealed.receipt, made.sealed.device_key)
    read_disclosure(made.sealed.disclosure, made.sealed.device_key)
    other = SigningKey.generate()
    with pytest.raises(BadSignature):
        read_receipt(made.sealed.receipt, other.verify_key)
    with pytest.raises(BadSignature):
        read_receipt(made.sealed.disclosure, made.sealed.device_key)
    with pytest.raises(BadSignature, match="another device key"):
        read_disclosure(sign(made.sealed.disclosure.payload, DISCLOSURE, other), other.verify_key)
