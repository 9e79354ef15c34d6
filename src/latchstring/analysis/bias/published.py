"""Published audits of face analysis, as worked examples of `detector.misses`.

All four systems named the sex of the same 1,270 faces, the Pilot Parliaments Benchmark. A face is missed
where that name was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from latchstring.analysis.bias.detector import of_percentages
from latchstring.analysis.bias.shares import Share

BENCHMARK = {"darker women": 271, "darker men": 318, "lighter women": 296, "lighter men": 385}
"""Faces shown of each group."""

GENDER_SHADES = (
    "Buolamwini and Gebru 2018, Gender Shades: Intersectional Accuracy Disparities in Commercial Gender "
    "Classification, PMLR 81, table 4"
)
ACTIONABLE_AUDITING = (
    "Raji and Buolamwini 2019, Actionable Auditing: Investigating the Impact of Publicly Naming Biased "
    "Performance Results of Commercial AI Products, AIES '19, table 2"
)


@dataclass(frozen=True, kw_only=True)
class Published:
    """Errors of one system in percent, in the order of `BENCHMARK`."""

    system: str
    percent: tuple[float, float, float, float]
    source: str

    @property
    def found(self) -> dict[str, Share]:
        """The faces missed of those shown."""
        groups = zip(BENCHMARK.items(), self.percent, strict=True)
        return {group: of_percentages(percent, of) for (group, of), percent in groups}


PUBLISHED = (
    Published(system="Microsoft", percent=(20.8, 6.0, 1.7, 0.0), source=GENDER_SHADES),
    Published(system="Face++", percent=(34.5, 0.7, 6.0, 0.8), source=GENDER_SHADES),
    Published(system="IBM", percent=(34.7, 12.0, 7.1, 0.3), source=GENDER_SHADES),
    Published(system="Amazon Rekognition", percent=(31.37, 1.26, 7.12, 0.0), source=ACTIONABLE_AUDITING),
)
