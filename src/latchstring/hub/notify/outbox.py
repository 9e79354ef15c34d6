"""What is to be told, on its way: written down first, sent by threads, tried again, ended once.

After a crash, what was waiting is sent. What was being sent goes again where the other side knows a second
copy as the same; elsewhere nobody knows whether it arrived, and the history says so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

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
    State,
    Went,
)
from latchstring.hub.notify.sending import Sender
from latchstring.hub.store import Store

log = logging.getLogger(__name__)
AT_ONCE = 8
LOOK_AGAIN_SECONDS = 60.0
"""The machine's clock may be set, so what waits for a time of day is looked at this often at least."""


class Outbox:
    """One delivery of a channel at a time, several channels at once. `start` it, `wake` it, `stop` it."""

    def __init__(self, store: Store, clock: Clock, senders: Mapping[ChannelKind, Sender]) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._busy: set[ChannelId] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._pool = ThreadPoolExecutor(AT_ONCE, "tell")
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        self._recover()
        self._thread.start()

    def stop(self) -> None:
        """What is being sent is sent; the rest waits for the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def wake(self) -> None:
        self._wake.set()

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
                seconds = self._send_due()
            except Exception:
                log.exception("the outbox could not look")
                seconds = LOOK_AGAIN_SECONDS
            self._wake.wait(seconds)

    def _send_due(self) -> float:
        """Hand what is due to the senders; answers how many seconds to wait for more."""
        now = self._clock.now()
        with self._lock:
            busy = frozenset(self._busy)
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
        return min(seconds, LOOK_AGAIN_SECONDS)

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
        try:
            message = self._senders[channel.kind].send(channel, notice)
        except sending.TryAgain as e:
            self._later(delivery, channel, e)
        except sending.Gone as e:
            self._end(delivery, channel, "failed", e.message, is_gone=channel.kind == "push")
        except LatchstringError as e:
            self._end(delivery, channel, "failed", e.message)
        except Exception as e:  # noqa: BLE001  the message may hold a secret of the channel
            log.error("a %s channel failed: %s", channel.kind, type(e).__name__)
            self._end(delivery, channel, "failed", "It could not be told.")
        else:
            self._end(delivery, channel, "told", message)

    def _later(self, delivery: Delivery, channel: Channel, e: sending.TryAgain) -> None:
        now = self._clock.now()
        after = now + sending.wait_before(delivery.tries + 1, e.after)
        with self._store.write() as db:
            rows.wait_again(delivery, e.message, after=after, db=db)
            rows.note_use(channel.id, Went(at=now, ok=False, message=e.message), db=db)

    def _end(
        self, delivery: Delivery, channel: Channel, state: State, message: str, *, is_gone: bool = False
    ) -> None:
        now = self._clock.now()
        with self._store.write() as db:
            rows.end(delivery, state, message, now=now, db=db)
            rows.note_use(channel.id, Went(at=now, ok=state == "told", message=message), db=db)
            if is_gone:
                rows.remove_channel(channel.id, db=db)
