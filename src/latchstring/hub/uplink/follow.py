"""Following the network: the same calls on the same beat for every home in a coarse cell.

One look is one GET of the cell's bundle, and of the ledger tiles which show that its checkpoint continues the
last one; which tiles depends on the two sizes only. What matches is decided afterwards, and changes no call.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from traceback import extract_tb

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.base.geo import COARSE_RESOLUTION, Point
from latchstring.hub.events.bulletin import Bulletin, Happening
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox.models import InboxItem, MatchedClip
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices, NetworkAddress
from latchstring.hub.store import Store
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.client import NetworkClient
from latchstring.hub.uplink.judge import HeldRequest, check_grown, judge
from latchstring.hub.uplink.match import asks_here, matching_clips
from latchstring.hub.uplink.models import Followed, Recordings, RefusedRecord, SeenBundle
from latchstring.ledger.checkpoint import open_checkpoint
from latchstring.protocol.bundle import Bundle, open_bundle
from latchstring.protocol.record import RequestExpired, RequestRecord
from latchstring.protocol.statements import Request

_log = logging.getLogger(__name__)
MAX_BACK_OFF = 12.0
"""After failures the beat slows down, to a twelfth at most."""


def follow_once(
    store: Store,
    network: NetworkAddress,
    home: Point,
    recordings: Recordings,
    *,
    now: datetime,
    bulletin: Bulletin | None = None,
) -> Followed:
    """Look once; whatever is wrong is in the answer, and the last good state stays.

    A request that came in new is told inside the house, unless its agency is muted.
    """
    try:
        with NetworkClient(network.url) as client:
            bundle, tree_size = fetch(store, client, network, home.cell(COARSE_RESOLUTION), now=now)
    except LatchstringError as e:
        return Followed(at=now, ok=False, message=e.message, code=e.code)
    for record in bundle.records:
        held = judge(record, network, now=now)
        if isinstance(held, RefusedRecord):
            _set_aside(store, held)
        elif clips := _clips_for(held.request, home, recordings):
            is_new = _deliver(store, held, record, clips, tree_size=tree_size, now=now)
            if is_new and bulletin is not None and held.request.agency not in owner.muted(store):
                bulletin.tell(Happening(kind="request", at=now, request=held.request.id))
    return Followed(at=now, ok=True, message="The network's public log holds.", tree_size=tree_size)


def fetch(
    store: Store, client: NetworkClient, network: NetworkAddress, cell: str, *, now: datetime
) -> tuple[Bundle, int]:
    """The cell's bundle and its ledger's size, once both are checked; remembered for the next time."""
    verifier, origin = network.verifier, network.origin
    with store.read() as db:
        last = rows.seen_bundle(origin, cell, db=db)
        note = rows.seen_checkpoint(origin, db=db)
    fetched = client.bundle(cell, etag=last.etag if last else None)
    body = last.body if fetched.body is None and last else fetched.body or b""
    bundle = open_bundle(
        body,
        verifier=verifier,
        origin=origin,
        cell=cell,
        now=now,
        not_before=last.issued_at if last else None,
    )
    checkpoint = open_checkpoint(bundle.checkpoint, verifier)
    seen = open_checkpoint(note, verifier) if note else None
    check_grown(client, seen=seen, now=checkpoint, at_least=last.tree_size if last else 0)
    kept = SeenBundle(etag=fetched.etag, issued_at=bundle.issued_at, tree_size=checkpoint.size, body=body)
    with store.write() as db:
        rows.keep_bundle(origin, cell, kept, db=db)
        if seen is None or seen.size < checkpoint.size:
            rows.keep_checkpoint(origin, bundle.checkpoint, now=now, db=db)
    return bundle, checkpoint.size


def _clips_for(request: Request, home: Point, recordings: Recordings) -> tuple[MatchedClip, ...]:
    if not asks_here(request, home):
        return ()
    window = request.window
    return matching_clips(window, {c: recordings.covered(c, window) for c in recordings.cameras()})


def _deliver(
    store: Store,
    held: HeldRequest,
    record: RequestRecord,
    clips: tuple[MatchedClip, ...],
    *,
    tree_size: int,
    now: datetime,
) -> bool:
    item = InboxItem(
        request=held.request,
        votes=held.votes,
        record=record,
        steps=held.steps,
        tree_size=tree_size,
        clips=clips,
        arrived_at=now,
    )
    return inbox.receive(store, item)


def _set_aside(store: Store, refused: RefusedRecord) -> None:
    """Keep a refused request for diagnostics; one that is merely over was honest and is forgotten."""
    if refused.reason == RequestExpired().code:
        return
    with store.write() as db:
        is_new = rows.add_refused(refused, db=db)
    if is_new:
        _log.warning("refused %s at step %d: %s", refused.request, refused.step, refused.reason)


def refused_records(store: Store) -> list[RefusedRecord]:
    """Newest first."""
    with store.read() as db:
        return rows.refused(db=db)


def seconds_until_next(
    *, every: float, jitter: float, failures: int, chance: Callable[[], float] = random.random
) -> float:
    """How long to wait: the beat and a random part of `jitter`; slower after failures, never faster."""
    slower = min(2.0 ** min(failures, 10), MAX_BACK_OFF)  # a float ends at 2 to the 1024th
    return every * slower + jitter * chance()


class Follower:
    """A thread that looks at the network on its beat from `start` until `stop`."""

    def __init__(
        self,
        store: Store,
        recordings: Recordings,
        choices: Callable[[], Choices],
        *,
        clock: Clock,
        every: float,
        jitter: float,
        bulletin: Bulletin | None = None,
    ) -> None:
        self._store, self._recordings, self._choices, self._clock = store, recordings, choices, clock
        self._every, self._jitter = every, jitter
        self._bulletin = bulletin
        self._last: Followed | None = None
        self._next_at: datetime | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)

    @property
    def last(self) -> Followed | None:
        """How the last look went; None before the first, or while there is nothing to look at."""
        return self._last

    @property
    def next_at(self) -> datetime | None:
        return self._next_at

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin_if_idle(self) -> None:
        """There may be a network and a home now. A beat that is under way is not changed by it."""
        if self._next_at is None:
            self._wake.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._wake.clear()
            delay = None
            followed = self._look()
            if followed is not None:
                self._last = followed
                failures = 0 if followed.ok else failures + 1
                delay = seconds_until_next(every=self._every, jitter=self._jitter, failures=failures)
            self._next_at = None if delay is None else self._clock.now() + timedelta(seconds=delay)
            if not self._stopping:
                self._wake.wait(delay)

    def _look(self) -> Followed | None:
        """None: there is no network or no home yet."""
        now = self._clock.now()
        try:
            choices = self._choices()
            if not choices.network or not choices.home:
                return None
            followed = follow_once(
                self._store, choices.network, choices.home, self._recordings, now=now, bulletin=self._bulletin
            )
        except Exception as e:  # noqa: BLE001  the beat goes on; the message may hold a place, so it is not logged
            _log.error("could not look: %s at %s", type(e).__name__, extract_tb(e.__traceback__)[-1])
            followed = Followed(at=now, ok=False, message="The hub could not look.", code=type(e).__name__)
        if not followed.ok and (self._last is None or self._last.code != followed.code):
            _log.warning("following the network: %s", followed.message)
        return followed
