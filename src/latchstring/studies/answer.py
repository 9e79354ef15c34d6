"""Results as JSON: what a program reads."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from datetime import date
from typing import Any

import numpy as np

from latchstring.analysis.interval import Interval


def plain(value: Any) -> Any:
    """The value as JSON has it: an interval is `[low, high]`, an array a list, and what is no number null."""
    if isinstance(value, Interval):
        return [plain(value.low), plain(value.high)]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value.tolist()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value


def to_json(answer: Any) -> str:
    """One object on one line; never `NaN` or `Infinity`, which are no JSON (RFC 8259, 6)."""
    return json.dumps(plain(answer), allow_nan=False, ensure_ascii=False)
