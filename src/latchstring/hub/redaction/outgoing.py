"""The way out for clips that are shared: as recorded, or the very bytes that the owner looked at."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from latchstring.base import canonical
from latchstring.base.errors import Conflict
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.recording.clip import Clip
from latchstring.hub.redaction import burned, masks
from latchstring.hub.redaction import store as rows
from latchstring.hub.redaction.models import ClipKey, KeptOriginal, Made
from latchstring.hub.redaction.plan import Plan, Wish, plan_for
from latchstring.hub.redaction.redactor import CanCut, NotPrepared, file_of
from latchstring.hub.store import Store
from latchstring.sealing.acquisition import ClipFacts, ClockState, Redaction
from latchstring.sealing.seal import RETENTION_DAYS, ClipToSeal

ORIGINALS = "originals"
ORIGINALS_KEPT = timedelta(days=RETENTION_DAYS)
"""As long as the agency may keep what was made from them."""


class NotWhatWasSeen(Conflict):
    """This clip was prepared anew since you looked at it; look once more."""


class HidesOtherwiseNow(Conflict):
    """What is hidden in a clip changed after you agreed. Nothing has left; take it back and look again."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A clip that the owner chose to share."""

    key: ClipKey
    camera: CameraId
    during: TimeRange


def approve(store: Store, wanted: Wanted, seen: str | None, *, consent: str, db: sqlite3.Connection) -> None:
    """Bind a consent to the bytes that were seen, by their SHA-256; without any, to the clip as recorded."""
    if seen is not None:
        made = rows.made(wanted.key, db=db)
        if made is None or made.sha256 != seen:
            raise NotWhatWasSeen
        rows.approve(consent, wanted.key.clip, made, db=db)
    elif rows.wish(wanted.key, db=db) != Wish() or masks.covering(store, wanted.camera, wanted.during):
        raise NotPrepared(clip=wanted.key.clip)


def forget(consent: str, *, db: sqlite3.Connection) -> None:
    """The consent is over. Once that is committed, `delete_originals`: no row promises what is gone."""
    rows.forget(consent, db=db)


def delete_originals(store: Store, consent: str) -> None:
    """Of a consent that is forgotten; what a crash leaves of them is tidied."""
    shutil.rmtree(store.path.parent / ORIGINALS / consent, ignore_errors=True)


class WayOut:
    """Cuts clips to be sealed. Nothing else hands a recording to those who send."""

    def __init__(self, store: Store, recordings: CanCut) -> None:
        self._store, self._recordings = store, recordings

    def take(self, wanted: Wanted, *, consent: str, now: datetime, folder: Path) -> ClipToSeal:
        """The clip as a file in `folder`, with what the package says of it. No sound leaves this way."""
        clip = self._recordings.cut(wanted.camera, wanted.during).pictures
        with self._store.read() as db:
            approved = rows.approved(consent, wanted.key.clip, db=db)
            plan = plan_for(self._store, clip, rows.wish(wanted.key, db=db))
        if approved is None and not plan.hides:
            return _to_seal(clip, folder / f"{wanted.key.clip}.mp4")
        if approved is None or approved.plan != plan.fingerprint(clip):
            raise HidesOtherwiseNow
        shown = burned.read(file_of(self._store, wanted.key, approved.plan), clip)
        made = _to_seal(shown, folder / f"{wanted.key.clip}.mp4")
        if _sha256(folder / f"{wanted.key.clip}.mp4") != approved.sha256:
            raise HidesOtherwiseNow
        redaction = self._redaction(clip, plan, approved, consent=consent, clip_id=wanted.key.clip, now=now)
        return ClipToSeal(
            camera=made.camera,
            during=made.during,
            source=made.source,
            facts=made.facts,
            redaction=redaction,
        )

    def check_unchanged(self, cameras: Collection[CameraId], *, since: datetime) -> None:
        """Raise where a mask of one of these was edited since then: what is sealed may show what it hides."""
        if any(masks.edited_since(self._store, camera, since) for camera in cameras):
            raise HidesOtherwiseNow

    def tidy(self, consents: Collection[str], *, old_by: datetime) -> None:
        """Delete originals of consents that are gone, those whose time is up, and those without a row.

        Call it from the thread that takes: it writes an original before its row.
        """
        with self._store.write() as db:
            kept = rows.originals(db=db)
            over = {
                consent
                for consent, since in kept.items()
                if consent not in consents or since < old_by - ORIGINALS_KEPT
            }
            for consent in over:
                forget(consent, db=db)
        for folder in (self._store.path.parent / ORIGINALS).glob("*"):
            if folder.name in over or folder.name not in kept:
                delete_originals(self._store, folder.name)

    def _redaction(
        self, clip: Clip, plan: Plan, approved: Made, *, consent: str, clip_id: str, now: datetime
    ) -> Redaction:
        kept = self._keep(clip, consent, clip_id, now=now)
        made_from = canonical.sha256_hex(kept.salt + bytes.fromhex(kept.sha256))
        return Redaction(kinds=plan.kinds, made_from=made_from, made_at=approved.made_at)

    def _keep(self, clip: Clip, consent: str, clip_id: str, *, now: datetime) -> KeptOriginal:
        """The original, put aside whole; the same again after a crash."""
        with self._store.read() as db:
            kept = rows.kept_original(consent, clip_id, db=db)
        if kept is not None:
            return kept
        path = self._store.path.parent / ORIGINALS / consent / f"{clip_id}.mp4"
        kept = KeptOriginal(
            salt=secrets.token_bytes(32), sha256=burned.write(clip.chunks(), path), kept_at=now
        )
        with self._store.write() as db:
            rows.keep_original(consent, clip_id, kept, db=db)
        return kept


def _to_seal(clip: Clip, path: Path) -> ClipToSeal:
    clip.save(path)
    return ClipToSeal(camera=clip.camera, during=clip.during, source=path, facts=facts_of(clip))


def _sha256(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def facts_of(clip: Clip) -> ClipFacts:
    """What the acquisition record says about a clip; it names no camera and no place."""
    track = clip.run.track
    frames = sum(gop.frames for gop in clip.gops)
    return ClipFacts(
        codec=track.codec,
        width=track.width,
        height=track.height,
        nominal_frames_per_second=None,
        measured_frames_per_second=round(frames / clip.during.duration.total_seconds(), 3),
        gaps=(),
        gop_sha256=tuple(hashlib.sha256(clip.chunk(n + 1)).hexdigest() for n in range(len(clip.gops))),
        clock=ClockState(source="the hub's system clock"),
    )
