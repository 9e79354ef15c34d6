"""Makes clips ready to be looked at before they are shared: one at a time, behind all else the hub does.

What is asked for is written down first, so a crash or a restart only begins it again. The result lies in
`DATA/redacted`, under a name that says by which plan it was made; other plans never overwrite it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Protocol

from latchstring.base.clock import Clock
from latchstring.base.errors import Conflict, LatchstringError
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.recording.clip import Clip
from latchstring.hub.redaction import burned, faces
from latchstring.hub.redaction import store as rows
from latchstring.hub.redaction.burn import burn
from latchstring.hub.redaction.faces import FaceFinder
from latchstring.hub.redaction.models import ClipKey, Job, Made, Readiness, Stage
from latchstring.hub.redaction.plan import Wish, plan_for
from latchstring.hub.store import Store, StoreClosed, StoreFull

log = logging.getLogger(__name__)
FOLDER = "redacted"
KEPT = timedelta(days=14)
"""How long a clip that was made ready, and not shared, is kept."""
MOST_BYTES = 4 << 30
"""What such clips may take together; beyond it those made longest ago go first."""
PATIENCE = 10
"""Niceness of the work: recording comes first."""
SHARE_OF_LOOKING = 0.8
"""How much of the whole work it is to look for faces."""
LOOK_AGAIN_SECONDS = 600.0


class NotPrepared(Conflict):
    """Something in this clip is to be hidden; prepare it, and look at it, before it can be shared."""


class CanCut(Protocol):
    """What this home has filmed."""

    def cut(self, camera: CameraId, during: TimeRange) -> Clip: ...


class _CalledOff(Exception):
    pass


def file_of(store: Store, key: ClipKey, plan: str) -> Path:
    """Where a redacted clip lies."""
    return store.path.parent / FOLDER / key.request / f"{key.clip}-{plan}.mp4"


class Redactor:
    """One thread, from `start` until `stop`. Ask from any thread."""

    def __init__(
        self,
        store: Store,
        recordings: Callable[[], CanCut],
        clock: Clock,
        *,
        finder: Callable[[], FaceFinder] = faces.finder,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._store, self._recordings, self._clock, self._finder = store, recordings, clock, finder
        self._most_bytes = most_bytes
        self._wake = threading.Event()
        self._stopping = False
        self._at_work: tuple[ClipKey, float] | None = None
        self._called_off: set[ClipKey] = set()
        self._thread = threading.Thread(target=self._run, name="redact", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is under way is begun anew at the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def readiness(self, key: ClipKey, clip: Clip) -> Readiness:
        """What is hidden in this clip, and how far that is done."""
        with self._store.read() as db:
            wish, job, made = rows.wish(key, db=db), rows.job(key, db=db), rows.made(key, db=db)
        plan = plan_for(self._store, clip, wish)
        if not plan.hides:
            return Readiness(plan=plan, stage=Stage.AS_RECORDED)
        if made and made.plan == plan.fingerprint(clip):
            with suppress(FileNotFoundError):
                size = file_of(self._store, key, made.plan).stat().st_size
                return Readiness(plan=plan, stage=Stage.READY, made=made, size_bytes=size)
        if job is None:
            return Readiness(plan=plan, stage=Stage.UNPREPARED)
        if job.trouble is not None:
            return Readiness(plan=plan, stage=Stage.FAILED, trouble=job.trouble)
        at_work = self._at_work
        if at_work is not None and at_work[0] == key:
            return Readiness(plan=plan, stage=Stage.WORKING, share=at_work[1])
        return Readiness(plan=plan, stage=Stage.WAITING)

    def fit_to_leave(self, key: ClipKey, clip: Clip) -> Clip:
        """The clip as it would be shared: as recorded, or with everything hidden that is to be."""
        ready = self.readiness(key, clip)
        if ready.stage is Stage.AS_RECORDED:
            return clip
        if ready.made is None:
            raise NotPrepared
        return burned.read(file_of(self._store, key, ready.made.plan), clip)

    def wish(self, key: ClipKey, wish: Wish) -> None:
        """Hide this in the clip besides the masks; what was being made by another plan is called off."""
        self.call_off(key)
        with self._store.write() as db:
            rows.set_wish(key, wish, db=db)

    def prepare(self, key: ClipKey, camera: CameraId, during: TimeRange) -> None:
        """Ask for it; it is written down when this returns."""
        with self._store.write() as db:
            rows.add_job(Job(key=key, camera=camera, during=during), now=self._clock.now(), db=db)
        self._called_off.discard(key)
        self._wake.set()

    def call_off(self, key: ClipKey) -> None:
        """It is not wanted any more, or failed and was seen."""
        with self._store.write() as db:
            rows.remove_job(key, db=db)
        if self._at_work is not None and self._at_work[0] == key:
            self._called_off.add(key)

    def _run(self) -> None:
        with suppress(OSError):  # where the system does not let a thread step back
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PATIENCE)
        while not self._stopping:
            self._wake.clear()
            try:
                while not self._stopping and self.do_next():
                    pass
                self.tidy()
            except StoreClosed:
                return
            except (StoreFull, OSError, sqlite3.Error) as e:
                log.warning("nothing is prepared for now: %s", e)
            self._wake.wait(LOOK_AGAIN_SECONDS)

    def do_next(self) -> bool:
        """Make the clip that was asked for first; False where none is."""
        with self._store.read() as db:
            job = rows.next_job(db=db)
        if job is None:
            return False
        self._at_work = (job.key, 0.0)
        try:
            self._make(job)
        except _CalledOff:
            self._called_off.discard(job.key)
        except (StoreClosed, StoreFull):
            raise
        except LatchstringError as e:
            self._fail(job, e.message)
        except OSError as e:
            self._fail(job, f"The hub cannot write to its disk: {e.strerror}.")
        except Exception as e:  # noqa: BLE001  one clip in trouble must not stop the others
            log.error("redaction: %s at %s", type(e).__name__, extract_tb(e.__traceback__)[-1])
            self._fail(job, "This clip could not be prepared; the hub's log says more.")
        finally:
            self._at_work = None
        return True

    def _make(self, job: Job) -> None:
        clip = self._recordings().cut(job.camera, job.during)
        with self._store.read() as db:
            wish = rows.wish(job.key, db=db)
        plan = plan_for(self._store, clip, wish)
        fingerprint = plan.fingerprint(clip)
        begin = SHARE_OF_LOOKING if wish.faces else 0.0
        found = None
        if wish.faces:
            found = faces.find(clip, self._finder(), told=lambda share: self._tell(job, share * begin))
        chunks = burn(
            clip,
            plan,
            faces=found,
            told=lambda share: self._tell(job, begin + share * (1 - begin)),
        )
        sha256 = burned.write(chunks, file_of(self._store, job.key, fingerprint))
        made = Made(plan=fingerprint, sha256=sha256, made_at=self._clock.now())
        with self._store.write() as db:
            as_wished = rows.wish(job.key, db=db) == wish  # or it was asked for anew meanwhile
            if as_wished and rows.remove_job(job.key, db=db):
                rows.add_made(job.key, made, db=db)

    def _tell(self, job: Job, share: float) -> None:
        if self._stopping or job.key in self._called_off:
            raise _CalledOff
        self._at_work = (job.key, share)

    def _fail(self, job: Job, why: str) -> None:
        log.warning("%s of %s could not be redacted: %s", job.key.clip, job.key.request, why)
        with self._store.write() as db:
            rows.note_trouble(job.key, why, db=db)

    def tidy(self) -> None:
        """Delete what nobody shared, and what crashes left."""
        with self._store.read() as db:
            needed = rows.plans_needed(since=self._clock.now() - KEPT, db=db)
            agreed = rows.plans_agreed(db=db)
        left = self._most_bytes
        for path in sorted((self._store.path.parent / FOLDER).glob("*/*"), key=_made_ns, reverse=True):
            plan = path.stem.rpartition("-")[2]
            if plan in agreed:
                continue
            left -= path.stat().st_size
            if plan not in needed or left < 0:
                path.unlink()
        for folder in (self._store.path.parent / FOLDER).glob("*"):
            with suppress(OSError):  # others are still in it
                folder.rmdir()


def _made_ns(path: Path) -> int:
    return path.stat().st_mtime_ns
