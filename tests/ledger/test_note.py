"""Signed notes: who signed is found by name and key id, and nothing else is trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.signing import SigningKey
from latchstring.ledger.note import (
    MAX_SIGNATURES,
    BadNote,
    BadVerifierKey,
    NoteForged,
    NoteUnsigned,
    Signer,
    Verifier,
    open_note,
    sign_note,
)

TEXT = "one line\n\nand another\n"


@pytest.fixture
def stranger() -> Signer:
    return Signer("stranger.test", SigningKey(b"s" * 32))


def test_signed_text_comes_back(signer: Signer, verifier: Verifier) -> None:
    """Empty lines inside the text are part of it."""
    assert open_note(sign_note(TEXT, signer), verifier) == TEXT


def test_signatures_of_strangers_are_passed_over(
    signer: Signer, verifier: Verifier, stranger: Signer
) -> None:
    """Another key's line neither helps nor harms, above or below ours, even when it is nonsense."""
    ours = sign_note(TEXT, signer).removeprefix(f"{TEXT}\n")
    theirs = sign_note(TEXT, stranger).removeprefix(f"{TEXT}\n")
    nonsense = "— stranger.test AAAA\n"
    assert open_note(f"{TEXT}\n{ours}{theirs}{nonsense}", verifier) == TEXT
    assert open_note(f"{TEXT}\n{nonsense}{theirs}{ours}", verifier) == TEXT


def test_only_strangers_is_unsigned(verifier: Verifier, stranger: Signer) -> None:
    with pytest.raises(NoteUnsigned):
        open_note(sign_note(TEXT, stranger), verifier)


def test_same_name_with_another_key_is_a_stranger(signer: Signer, verifier: Verifier) -> None:
    with pytest.raises(NoteUnsigned):
        open_note(sign_note(TEXT, Signer(signer.name, SigningKey(b"x" * 32))), verifier)


def test_changed_text_is_forged(signer: Signer, verifier: Verifier) -> None:
    with pytest.raises(NoteForged):
        open_note(sign_note(TEXT, signer).replace("another", "other"), verifier)


def test_one_good_and_one_bad_signature_of_ours_is_forged(signer: Signer, verifier: Verifier) -> None:
    note = sign_note(TEXT, signer)
    bad = f"— {signer.name} {canonical.to_base64(verifier.key_id + bytes(64))}\n"
    with pytest.raises(NoteForged):
        open_note(note + bad, verifier)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda note: note[:-1], id="end cut off"),
        pytest.param(lambda note: note.replace("\n\n—", "\n—"), id="no blank line"),
        pytest.param(lambda note: note.replace("— ", "- "), id="hyphen for dash"),
        pytest.param(lambda note: note + "\n", id="blank line at the end"),
        pytest.param(lambda note: note.replace("one", "o\tne"), id="control character"),
        pytest.param(lambda note: note.replace("one", "\ud800"), id="lone surrogate"),
        pytest.param(lambda note: "", id="nothing"),
        pytest.param(lambda note: note + "— a AAAA\n" * MAX_SIGNATURES, id="too many signatures"),
        pytest.param(lambda note: "x" * 70_000 + note, id="too large"),
        pytest.param(lambda note: note + "— a !!!!\n", id="not base64"),
    ],
)
def test_what_is_no_note_is_refused(signer: Signer, verifier: Verifier, spoil) -> None:
    with pytest.raises(BadNote):
        open_note(spoil(sign_note(TEXT, signer)), verifier)


def test_text_without_newline_is_not_signed(signer: Signer) -> None:
    with pytest.raises(BadNote):
        sign_note("no newline", signer)


def test_verifier_key_round_trip(signer: Signer, verifier: Verifier) -> None:
    assert Verifier.from_vkey(f" {signer.vkey}\n") == verifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+AAAA",
        "name+00000000+!!!!",
        "na me+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_mistyped_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadVerifierKey):
        Verifier.from_vkey(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\t", "no-break\u00a0space"])
def test_a_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(BadVerifierKey, match="no space and no plus"):
        Verifier(name, SigningKey(bytes(32)).verify_key)


@given(st.text())
def test_any_text_is_refused_in_words(text: str) -> None:
    """Whatever comes, the answer is one of our errors."""
    verifier = Verifier("latchstring.test/ledger", SigningKey(bytes(32)).verify_key)
    with pytest.raises((BadNote, NoteUnsigned, NoteForged)):
        open_note(text, verifier)
    with pytest.raises(BadVerifierKey):
        Verifier.from_vkey(text)
