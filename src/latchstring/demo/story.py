"""A story told in numbered steps, each with the checks that had to hold."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latchstring.base.errors import LatchstringError, VerificationError


class CheckFailed(VerificationError):
    """Something in the walkthrough did not hold."""


@dataclass(kw_only=True)
class Step:
    """One step: what was done, what each party could and could not see, and what was checked."""

    n: int
    what: str
    ok: bool = False
    seen: dict[str, str] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: str | None = None

    def check(self, holds: bool, what: str) -> None:
        """Something that must hold; the walkthrough ends where it does not."""
        if not holds:
            raise CheckFailed(f"this did not hold: {what}")
        self.checks.append(what)

    def saw(self, party: str, what: str) -> None:
        self.seen[party] = what

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "what": self.what,
            "ok": self.ok,
            "checks": self.checks,
            "seen": self.seen,
            "seconds": round(self.seconds, 2),
            **({"error": self.error} if self.error else {}),
        }


class Story:
    """Tells each step as it is done, and keeps the report."""

    def __init__(
        self, tell: Callable[[str], None], *, before_step: Callable[[int], None] | None = None
    ) -> None:
        self._tell = tell
        self._before_step = before_step
        self.steps: list[Step] = []

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        step = Step(n=len(self.steps) + 1, what=what)
        self.steps.append(step)
        self._tell(f"\n{step.n:2}. {what}")
        if self._before_step:
            self._before_step(step.n)
        started = time.monotonic()
        try:
            yield step
            step.ok = True
        except LatchstringError as e:
            step.error = e.message
            raise
        except Exception as e:
            step.error = f"{type(e).__name__}: {e}"
            raise
        finally:
            step.seconds = time.monotonic() - started
            for check in step.checks:
                self._tell(f"      ✓ {check}")
            for party, seen in step.seen.items():
                self._tell(f"        {party}: {seen}")
            if step.error:
                self._tell(f"      ✗ {step.error}")

    def report(self) -> dict[str, Any]:
        return {"ok": self.ok, "steps": [step.to_json() for step in self.steps]}

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.report(), indent=2, ensure_ascii=False) + "\n")
