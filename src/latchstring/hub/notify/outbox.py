"""What is to be told, on its way: written down first, sent by threads, tried again, ended once.

After a crash, what was waiting is sent. What was being sent goes again where the other side knows a second
copy as the same; elsewhere nobody knows whether it arrived, and the history says so. A disk that refuses, as
a full one does, costs no certainty: how a try went waits here until it can be written.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.hub.notify import sending
from latchstring.hub.notify import store as rows
from latchstring.hub.notify.models import (
    Channel,
    ChannelId,
    ChannelKind,
    Delivery,
    NoSuchChannel,
    Notice,
    Went,
)
from latchstring.hub.notify.sending import Sender
from latchstring.hub.store import Store, StoreFull

log = logging.getLogger(__name__)
AT_ONCE = 8
LOOK_AGAIN_SECONDS = 60.0
"""The machine's clock may be set, so what waits for a time of day is looked at this often at least."""
WRITE_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """How a try went."""

    delivery: Delivery
    went: Went
    again_after: datetime | None = None  # None: it is not tried again
    is_gone: bool = False

    def write(self, *, db: sqlite3.Connection) -> None:
        delivery, went = self.delivery, self.went
        if self.again_after is not None:
            rows.wait_again(delivery, went.message, after=self.again_after, db=db)
        else:
            rows.end(delivery, "told" if went.ok else "failed", went.message, now=went.at, db=db)
        rows.note_use(delivery.channel, went, db=db)
        if self.is_gone:
            rows.remove_channel(delivery.channel, db=db)


class Outbox:
    """One delivery of a channel at a time, several channels at once. `start` it, `wake` it, `stop` it."""

    def __init__(self, store: Store, clock: Clock, senders: Mapping[ChannelKind, Sender]) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._busy: set[ChannelId] = set()
        self._rests_until: dict[ChannelId, float] = {}  # seconds of the monotonic clock
        self._lock = threading.Lock()
        self._outcomes: deque[_Outcome] = deque()  # not written yet
        self._writing = threading.Lock()
        self._is_refused = False
        self._has_recovered = False
        self._wake = threading.Event()
        self._stopping = False
        self._pool = ThreadPoolExecutor(AT_ONCE, "tell")
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        self._recover_if_there_is_room()
        self._thread.start()

    def stop(self) -> None:
        """What is being sent is sent, and how that went is written; the rest waits for the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()
        self._write_outcomes()

    def wake(self) -> None:
        self._wake.set()

    def _recover_if_there_is_room(self) -> None:
        """A full disk puts it off. Nothing is sent before, or it would be taken for what was cut off."""
        try:
            self._recover()
        except (sqlite3.OperationalError, StoreFull) as e:
            if not self._is_refused:
                log.warning("notifications wait until there is room to write: %s", e)
            self._is_refused = True
        else:
            self._has_recovered, self._is_refused = True, False

    def _recover(self) -> None:
        now = self._clock.now()
        with self._store.write() as db:
            for delivery, kind in rows.cut_off(db=db):
                if kind is not None and self._senders[kind].once:
                    rows.take_back(delivery, db=db)
                else:
                    message = "The hub stopped while it told this; nobody knows whether it arrived."
                    rows.end(delivery, "unsure", message, now=now, db=db)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                seconds = self._look()
            except Exception:
                log.exception("the outbox could not look")
                seconds = LOOK_AGAIN_SECONDS
            self._wake.wait(min(seconds, WRITE_AGAIN_SECONDS) if self._outcomes else seconds)

    def _look(self) -> float:
        """Answers how many seconds to wait for more."""
        if not self._has_recovered:
            self._recover_if_there_is_room()
        if not self._has_recovered:
            return WRITE_AGAIN_SECONDS
        self._write_outcomes()
        return self._send_due()

    def _send_due(self) -> float:
        """Hand what is due to the senders; answers how many seconds to wait for more."""
        now = self._clock.now()
        rests = self._rests()
        with self._lock:
            busy = self._busy | rests.keys()
        with self._store.read() as db:
            due = rows.due(now=now, busy=busy, db=db)
            next_at = rows.next_due(after=now, db=db)
        for delivery in due:
            if self._stopping:
                break
            with self._lock:
                self._busy.add(delivery.channel)
            self._pool.submit(self._send, delivery)
        seconds = (next_at - now).total_seconds() if next_at else LOOK_AGAIN_SECONDS
        return min(seconds, LOOK_AGAIN_SECONDS, *rests.values())

    def _rests(self) -> dict[ChannelId, float]:
        """Who asked to be left alone, and for how many seconds more: for whatever there is to tell."""
        now = self._clock.monotonic()
        with self._lock:
            self._rests_until = {c: until for c, until in self._rests_until.items() if until > now}
            return {channel: until - now for channel, until in self._rests_until.items()}

    def _send(self, delivery: Delivery) -> None:
        try:
            self._try(delivery)
        except Exception:
            log.exception("a notification could not be handed over")
            self._free(delivery.channel)
        else:
            self._free(delivery.channel)
            self._wake.set()

    def _free(self, channel: ChannelId) -> None:
        with self._lock:
            self._busy.discard(channel)

    def _try(self, delivery: Delivery) -> None:
        now = self._clock.now()
        with self._store.write() as db:
            if now >= delivery.until:
                rows.end(delivery, "late", delivery.message or "It came too late to be told.", now=now, db=db)
                return
            try:
                channel = rows.channel(delivery.channel, db=db)
            except NoSuchChannel as e:
                rows.end(delivery, "failed", e.message, now=now, db=db)
                return
            if not channel.is_on:
                rows.end(delivery, "failed", "It is switched off.", now=now, db=db)
                return
            if not rows.begin(delivery, db=db):
                return
            notice = rows.notice(delivery.notice, db=db)
        self._outcomes.append(self._hand_over(delivery, channel, notice))
        self._write_outcomes()

    def _hand_over(self, delivery: Delivery, channel: Channel, notice: Notice) -> _Outcome:
        try:
            message = self._senders[channel.kind].send(channel, notice)
        except sending.TryAgain as e:
            went = self._went(e.message, ok=False)
            if e.after is not None:
                with self._lock:
                    until = self._clock.monotonic() + e.after.total_seconds()
                    self._rests_until[channel.id] = until
            again_after = went.at + sending.wait_before(delivery.tries + 1, e.after)
            return _Outcome(delivery=delivery, went=went, again_after=again_after)
        except sending.Gone as e:
            went = self._went(e.message, ok=False)
            return _Outcome(delivery=delivery, went=went, is_gone=channel.kind == "push")
        except LatchstringError as e:
            return _Outcome(delivery=delivery, went=self._went(e.message, ok=False))
        except Exception as e:  # noqa: BLE001  the message may hold a secret of the channel
            log.error("a %s channel failed: %s", channel.kind, type(e).__name__)
            return _Outcome(delivery=delivery, went=self._went("It could not be told.", ok=False))
        return _Outcome(delivery=delivery, went=self._went(message, ok=True))

    def _went(self, message: str, *, ok: bool) -> Went:
        return Went(at=self._clock.now(), ok=ok, message=message)

    def _write_outcomes(self) -> None:
        """In their order; at the first one that the disk refuses, the rest waits for the next time."""
        with self._writing:
            while self._outcomes:
                try:
                    with self._store.write() as db:
                        self._outcomes[0].write(db=db)
                except (sqlite3.OperationalError, StoreFull) as e:
                    if not self._is_refused:
                        log.warning("how a notification went cannot be written down for now: %s", e)
                    self._is_refused = True
                    return
                self._outcomes.popleft()
                self._is_refused = False
