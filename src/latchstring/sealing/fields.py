"""Read the fields of a signed document, one by one; what is missing, unknown or bent is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from latchstring.base import ids
from latchstring.base.errors import BadInput
from latchstring.base.time import from_text

HEX64 = re.compile(r"[0-9a-f]{64}")
HEX128 = re.compile(r"[0-9a-f]{128}")
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class BadDocument(BadInput):
    """This document of a package is not what this version understands."""


class Fields:
    """The fields of one JSON object, called `what` in messages."""

    def __init__(self, value: Any, what: str, known: Iterable[str]) -> None:
        if not isinstance(value, dict):
            raise BadDocument(f"{what} is not a JSON object")
        if unknown := sorted(value.keys() - set(known)):
            raise BadDocument(f"{what} has an unknown field {unknown[0]!r}")
        self._value, self._what = value, what

    def any(self, name: str) -> Any:
        try:
            return self._value[name]
        except KeyError:
            raise BadDocument(f"{self._what} has no {name!r}") from None

    def text(self, name: str) -> str:
        if not isinstance(text := self.any(name), str):
            raise BadDocument(f"{name!r} of {self._what} must be text")
        return text

    def matching(self, form: re.Pattern[str], name: str) -> str:
        if not form.fullmatch(text := self.text(name)):
            raise BadDocument(f"{name!r} of {self._what} cannot be {text[:60]!r}")
        return text

    def id(self, prefix: str, name: str) -> str:
        return ids.check(prefix, self.text(name))

    def whole(self, name: str) -> int:
        """A whole number from 0."""
        number = self.any(name)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise BadDocument(f"{name!r} of {self._what} must be a whole number from 0")
        return number

    def time(self, name: str) -> datetime:
        return from_text(self.text(name))

    def list(self, name: str) -> list[Any]:
        if not isinstance(value := self.any(name), list):
            raise BadDocument(f"{name!r} of {self._what} must be a list")
        return value
