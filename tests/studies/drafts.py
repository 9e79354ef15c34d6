"""A plan as somebody drafts it, for the tests of those who lock it, read it or speak of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

DRAFT: dict[str, Any] = {
    "outcome": "break-ins",
    "intervention": "the cameras",
    "treated": ["mill"],
    "control": ["park"],
    "before": {"start": "2023-01-01", "end": "2024-01-01"},
    "after": {"start": "2024-01-01", "end": "2025-01-01"},
    "specification": "rate ratio",
    "test": "dispersion of the areas' own counts",
    "choice": "for another reason",
    "expected_before": 200,
    "expected_control": 200,
}


def outcome() -> list[str]:
    """Five incidents a month in each of its areas, before and after: area and day."""
    return [
        f"{area},{dt.date(year, 1 + n % 12, 1 + n % 28)}"
        for area in ("mill", "park")
        for year in (2023, 2024)
        for n in range(60)
    ]
