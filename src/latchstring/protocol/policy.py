"""The policy file: the numbers and lists that every request is judged by.

A policy is TOML. All rules must be there and none may be unknown: a program that does not know a rule cannot
say that a request keeps it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from string import Formatter
from types import MappingProxyType
from typing import Any

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.protocol.statements import VERDICTS, PolicyName

CURRENT = "footage-request-1.toml"
MAX_POLICY_BYTES = 65_536
BLANKS = ("offence", "start", "end")
"""What a template may leave open."""

_CODE = re.compile(r"[a-z][a-z0-9-]{0,40}")
_RULES: dict[str, dict[str, type]] = {
    "R01": {},
    "R02": {"min_severity": int, "offences": dict},
    "R04": {"min_minutes": int, "max_minutes": int, "max_minutes_wide": int},
    "R05": {"lookback_days": int},
    "R06": {"min_square_miles": float, "max_square_miles": float, "max_square_miles_wide": float},
    "R07": {"max_aspect": float},
    "R09": {"max_posts_per_case": int},
    "R12": {"max_expiry_days": int},
    "R14": {"max_characters": int, "templates": dict},
}
_REVIEW: dict[str, type] = {"quorum": int, "quorum_wide": int, "reviewers": int, "reasons": dict}

_TYPES: dict[type, str] = {str: "text", dict: "a table", list: "a list"}


class BadPolicy(BadInput):
    """This is not a policy file that can be judged by."""


class UnknownRule(BadPolicy):
    """The policy has a rule or field that this version does not know."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One version of the policy, read; `name.sha256` is over the file's bytes."""

    name: PolicyName
    min_severity: int
    offences: Mapping[str, int]  # code → severity
    min_minutes: int
    max_minutes: int
    max_minutes_wide: int
    lookback_days: int
    min_square_miles: float
    max_square_miles: float
    max_square_miles_wide: float
    max_aspect: float
    max_posts_per_case: int
    max_expiry_days: int
    max_characters: int
    templates: Mapping[str, str]  # code → text with the blanks {offence}, {start}, {end}
    quorum: int
    quorum_wide: int
    reviewers: int
    reasons: Mapping[str, tuple[str, ...]]  # verdict → codes

    @property
    def id(self) -> str:
        return self.name.id

    @property
    def version(self) -> int:
        return self.name.version

    @property
    def sha256(self) -> str:
        return self.name.sha256

    @property
    def allowed_offences(self) -> tuple[str, ...]:
        """The offences for which footage may be asked."""
        return tuple(code for code, severity in self.offences.items() if severity >= self.min_severity)


def load_policy(data: bytes) -> Policy:
    """Read a policy file; a rule or field that is unknown, missing or senseless is refused by name."""
    if len(data) > MAX_POLICY_BYTES:
        raise BadPolicy(f"a policy file has at most {MAX_POLICY_BYTES} bytes")
    try:
        value = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as e:
        raise BadPolicy(f"the policy is not TOML: {e}") from e
    _known("the policy", value, {"id": str, "version": int, "rules": dict, "review": dict})
    rules, review = value["rules"], value["review"]
    if unknown := sorted(rules.keys() - _RULES.keys()):
        raise UnknownRule(f"the policy has an unknown rule {unknown[0]!r}; known are {', '.join(_RULES)}")
    numbers: dict[str, Any] = {}
    for rule, fields in _RULES.items():
        if rule not in rules:
            raise BadPolicy(f"the policy lacks rule {rule}")
        numbers |= _known(f"rule {rule}", rules[rule], fields)
    numbers |= _known("review", review, _REVIEW)
    policy = Policy(
        name=_name(value, data),
        **numbers
        | {
            "offences": MappingProxyType(_severities(numbers["offences"])),
            "templates": MappingProxyType(_templates(numbers["templates"])),
            "reasons": MappingProxyType(_reasons(numbers["reasons"])),
        },
    )
    _check_order(policy)
    return policy


def policy_bytes() -> bytes:
    """The packaged policy file, byte for byte."""
    return resources.files("latchstring.protocol").joinpath("policies", CURRENT).read_bytes()


@cache
def current() -> Policy:
    """The packaged policy."""
    return load_policy(policy_bytes())


def _known(what: str, value: Any, fields: Mapping[str, type]) -> dict[str, Any]:
    """The table's fields, once they are exactly those expected, each of its type."""
    if not isinstance(value, dict):
        raise BadPolicy(f"{what} must be a table")
    if unknown := sorted(value.keys() - fields.keys()):
        known = f"known are {', '.join(fields)}" if fields else "it has none"
        raise UnknownRule(f"{what} has an unknown field {unknown[0]!r}; {known}")
    for name, kind in fields.items():
        if name not in value:
            raise BadPolicy(f"{what} lacks the field {name!r}")
        _check_type(f"{what}: {name!r}", value[name], kind)
    return value


def _check_type(what: str, value: Any, kind: type) -> None:
    if kind is float:
        if type(value) not in (int, float) or not math.isfinite(value) or value <= 0:
            raise BadPolicy(f"{what} must be a number above 0")
    elif kind is int:
        if type(value) is not int or not 1 <= value <= 1_000_000:
            raise BadPolicy(f"{what} must be a whole number from 1 to 1,000,000")
    elif not isinstance(value, kind):
        raise BadPolicy(f"{what} must be {_TYPES[kind]}")


def _name(value: dict[str, Any], data: bytes) -> PolicyName:
    return PolicyName(
        id=_code("the policy's id", value["id"]), version=value["version"], sha256=canonical.sha256_hex(data)
    )


def _code(what: str, text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadPolicy(f"{what} cannot be {text[:60]!r}; use small letters, digits and hyphens")
    return text


def _severities(offences: dict[str, Any]) -> dict[str, int]:
    for code, severity in offences.items():
        _code("an offence", code)
        _check_type(f"the severity of {code!r}", severity, int)
    return offences


def _templates(templates: dict[str, Any]) -> dict[str, str]:
    for code, text in templates.items():
        _code("a template", code)
        _check_type(f"template {code!r}", text, str)
        try:
            parts = list(Formatter().parse(text))
        except ValueError as e:
            raise BadPolicy(f"template {code!r} has an open or doubled brace") from e
        for _, blank, form, conversion in parts:
            if blank is not None and (blank not in BLANKS or form or conversion):
                raise UnknownRule(
                    f"template {code!r} has an unknown blank {blank!r}; known are {', '.join(BLANKS)}"
                )
    if not templates:
        raise BadPolicy("rule R14 needs at least one template")
    return templates


def _reasons(reasons: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    _known("review.reasons", reasons, dict.fromkeys(VERDICTS, list))
    for verdict, codes in reasons.items():
        if not codes or not all(isinstance(code, str) for code in codes):
            raise BadPolicy(f"review.reasons: {verdict!r} must list at least one code")
    return {verdict: tuple(_code("a reason", code) for code in codes) for verdict, codes in reasons.items()}


def _check_order(policy: Policy) -> None:
    """What must not be above what."""
    for names in (
        ("min_minutes", "max_minutes", "max_minutes_wide"),
        ("min_square_miles", "max_square_miles", "max_square_miles_wide"),
        ("quorum", "quorum_wide", "reviewers"),
    ):
        for low, high in pairwise(names):
            if getattr(policy, low) > getattr(policy, high):
                raise BadPolicy(f"{low!r} must not be above {high!r}")
    if not policy.allowed_offences:
        raise BadPolicy("no offence of rule R02 reaches min_severity")
