"""Sealed copies away from home, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from latchstring.hub.daemon import Hub
from latchstring.hub.offsite.models import LONGEST_KEEP_DAYS, Target


class ShownTarget(BaseModel):
    """`options` by their names only: one may be a key."""

    url: str
    options: list[str]
    keep_days: int

    @classmethod
    def of(cls, target: Target) -> ShownTarget:
        return cls(url=target.url, options=sorted(target.options), keep_days=target.keep_days)


class ShownBefore(BaseModel):
    """Copies that still lie where they went before. By `empty_at` the last one's time is up."""

    url: str
    options: list[str]
    copies: int
    size_bytes: int
    empty_at: datetime
    trouble: str | None


class Offsite(BaseModel):
    """`target` null: no copies are made. `trouble`: why the last try failed."""

    target: ShownTarget | None
    copies: int
    size_bytes: int
    waiting: int
    last_put: datetime | None
    trouble: str | None
    before: list[ShownBefore]


class TargetForm(BaseModel):
    """Without `options` those that are kept for this very store are used: its bucket, container or folder."""

    url: str = Field(max_length=1000)
    options: dict[str, SecretStr] | None = None
    keep_days: int = Field(default=30, ge=1, le=LONGEST_KEEP_DAYS)


def router(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/offsite", tags=["offsite"])

    @router.get("")
    def get_offsite() -> Offsite:
        """Where sealed copies go, and how that does."""
        target, progress = hub.copier.target(), hub.copier.progress()
        return Offsite(
            target=ShownTarget.of(target) if target else None,
            copies=progress.copies,
            size_bytes=progress.size_bytes,
            waiting=progress.waiting,
            last_put=progress.last_put,
            trouble=progress.trouble,
            before=[
                ShownBefore(
                    url=each.target.url,
                    options=sorted(each.target.options),
                    copies=each.copies,
                    size_bytes=each.size_bytes,
                    empty_at=each.empty_at,
                    trouble=each.trouble,
                )
                for each in hub.copier.before()
            ],
        )

    @router.put("")
    def choose_target(form: TargetForm) -> Offsite:
        """Copy every event from now on. The store is tried first: 503 and nothing changed if it fails."""
        target = Target(url=form.url.strip(), keep_days=form.keep_days)
        if form.options is None:
            options = hub.copier.options_for(target)
        else:
            options = {name: value.get_secret_value() for name, value in form.options.items()}
        hub.copier.choose(replace(target, options=options))
        return get_offsite()

    @router.delete("", status_code=204)
    def leave_target() -> None:
        """Copy no more. What is in the store is deleted there when its time is up."""
        hub.copier.leave()

    @router.delete("/before", status_code=204)
    def forget_before(url: str) -> None:
        """Leave what went there before for good; the hub forgets the place, with its options."""
        hub.copier.forget_before(url)

    return router
