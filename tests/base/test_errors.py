"""An error's docstring is what people read, and its name is what programs read."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import latchstring.analysis
import latchstring.base
import latchstring.ledger
import latchstring.protocol
import latchstring.studies
from latchstring.base.errors import BadInput, LatchstringError, VerificationError


class TooFarAway(BadInput):
    """The place is too far away.

    More for those who read code.
    """


def test_message_code_status_and_details() -> None:
    error = TooFarAway(distance=7)
    assert (str(error), error.message, error.code, error.status) == (
        "The place is too far away.", "The place is too far away.", "too_far_away", 422,
    )  # fmt: skip
    assert error.details == {"distance": 7}
    assert TooFarAway("It is 7 km away.").message == "It is 7 km away."


def all_errors(kind: type[LatchstringError]) -> list[type[LatchstringError]]:
    return [kind, *(e for sub in kind.__subclasses__() for e in all_errors(sub))]


@pytest.mark.parametrize(
    "package",
    [
        latchstring.base,
        latchstring.ledger,
        latchstring.protocol,
        latchstring.analysis,
        latchstring.studies,
    ],
)
def test_every_error_says_something(package: object) -> None:
    """Each has its own sentence, never its parent's, and whole: the message is one line of the docstring."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        importlib.import_module(module.name)
    for error in all_errors(LatchstringError):
        if error.__module__.startswith(package.__name__):  # type: ignore[attr-defined]
            assert error.__doc__
            assert error().message.rstrip(".!?…") not in ("", error().message)
            assert 400 <= error.status < 600
    assert issubclass(VerificationError, LatchstringError)
