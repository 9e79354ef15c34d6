"""The bundles: one static file for each coarse cell, published when its requests change or it grows old."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from latchstring.ledger.note import Signer
from latchstring.ledger.storage import Storage
from latchstring.network.database.pools import Database, Transaction
from latchstring.network.database.roles import Role
from latchstring.network.ledger import store as log
from latchstring.network.places import store as places
from latchstring.network.requests import records, store
from latchstring.network.requests.models import Asked
from latchstring.protocol.bundle import MAX_BUNDLE_BYTES, Bundle, encode

LIFETIME = timedelta(hours=24)
RENEW_AFTER = timedelta(minutes=55)

_log = logging.getLogger(__name__)


def file_of(cell: str) -> str:
    """Where a cell's bundle lies in the storage."""
    return f"bundles/{cell}.json"


class Publisher:
    """Writes bundles. `tiles` reads the ledger, `storage` takes the files."""

    def __init__(self, database: Database, *, tiles: Storage, storage: Storage, signer: Signer) -> None:
        self._database = database
        self._tiles = tiles
        self._storage = storage
        self._signer = signer

    def publish_due(self, *, now: datetime) -> list[str]:
        """Publish each bundle that has changed or grown old; returns their cells."""
        with self._database.transaction(Role.JOBS) as db:
            store.lock_publisher(db=db)
            head = log.get_head(db=db)
            wanted: dict[str, list[Asked]] = defaultdict(list)
            for cell in places.coarse_cells(db=db):
                wanted[cell] = []
            for asked, cells in store.live(below=head.checkpoint.size, now=now, db=db):
                for cell in cells:
                    wanted[cell].append(asked)
            known = store.bundles(db=db)
            due = [
                cell
                for cell in sorted(wanted.keys() | known.keys())
                if cell not in known
                or known[cell].requests != [asked.id for asked in wanted[cell]]
                or now - known[cell].issued_at >= RENEW_AFTER
            ]
            for cell in due:
                self._publish(cell, wanted[cell], head, now=now, db=db)
        return due

    def _publish(
        self, cell: str, requests: list[Asked], head: log.Head, *, now: datetime, db: Transaction
    ) -> None:
        bundle = Bundle(
            origin=head.checkpoint.origin,
            cell=cell,
            issued_at=now,
            expires_at=now + LIFETIME,
            checkpoint=head.text,
            records=tuple(
                records.record_of(asked, reader=self._tiles, head=head, db=db) for asked in requests
            ),
        )
        data = encode(bundle, self._signer)
        if len(data) > MAX_BUNDLE_BYTES:
            _log.error("the bundle of %s has %d bytes, hubs would refuse it: not published", cell, len(data))
            return
        self._storage.put(file_of(cell), data)
        store.put_bundle(cell, [asked.id for asked in requests], now, now + LIFETIME, db=db)
