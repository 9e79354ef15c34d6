"""Entering in the caller's transaction, and the single writer that makes it public.

1. The caller's transaction holds what happened, its entry, and a wake-up for the worker: all or none.
2. The worker gives waiting entries their positions and commits: from here on the tree is decided, and what is
   interrupted later is done again with the same bytes.
3. It writes bundles and tiles, signs, and swaps the head in PostgreSQL against the one it began from.
4. Only then is the checkpoint published.
"""

from __future__ import annotations

import threading

from latchstring.base.errors import Conflict
from latchstring.ledger import log, tiles
from latchstring.ledger.checkpoint import Checkpoint, sign_checkpoint
from latchstring.ledger.entry import Entry
from latchstring.ledger.note import Signer
from latchstring.ledger.proofs import Proof, prove_inclusion
from latchstring.ledger.storage import Reader, Storage
from latchstring.network.database.pools import Database, Transaction
from latchstring.network.database.roles import Role
from latchstring.network.ledger import store
from latchstring.network.ledger.store import Entered, Head

_BATCH = 4096


class OtherKey(Conflict):
    """The ledger in the database was not signed with the key in this data folder; restore the right one."""


class NotYetPublic(Conflict):
    """This is entered, but not yet under a checkpoint; ask again in a moment."""


def enter(entry: Entry, *, db: Transaction) -> int:
    """Enter into the public log within `db`; returns the id by which its position can be asked for later."""
    return store.add(entry.kind, getattr(entry, "request", ""), entry.encode(), db=db)


def prove(reader: Reader, entry: Entered, head: Head) -> Proof:
    """The offline proof of an entry under the newest checkpoint."""
    if entry.position >= head.checkpoint.size:
        raise NotYetPublic
    return prove_inclusion(reader, entry.position, head.text, head.checkpoint.size)


class Writer:
    """Turns entered rows into the public tree."""

    def __init__(self, database: Database, storage: Storage, signer: Signer) -> None:
        self._database = database
        self._storage = storage
        self._signer = signer
        self._one = threading.Lock()

    def begin(self) -> None:
        """Start the ledger, or check that this key signs it; then publish what a crash left behind."""
        with self._database.transaction(Role.JOBS) as db:
            store.lock_writer(db=db)
            head = store.find_head(db=db)
            if head is None:
                empty = Checkpoint.empty(self._signer.name)
                store.begin(Head(checkpoint=empty, text=sign_checkpoint(empty, self._signer)), db=db)
            elif head.checkpoint.origin != self._signer.name or head.text != sign_checkpoint(
                head.checkpoint, self._signer
            ):
                raise OtherKey
        self.integrate()
        self._publish()

    def integrate(self) -> frozenset[str]:
        """Bring everything that waits under a published checkpoint; returns the kinds of what was added."""
        kinds: set[str] = set()
        with self._one:
            while True:
                with self._database.transaction(Role.JOBS) as db:
                    store.lock_writer(db=db)
                    store.give_positions(_BATCH, db=db)
                grown = self._grow()
                kinds |= {entry.kind for entry in grown}
                if grown:
                    self._publish()
                if len(grown) < _BATCH:
                    return frozenset(kinds)

    def _grow(self) -> list[Entered]:
        """Files first, then the head; returns the entries that were added."""
        with self._database.transaction(Role.JOBS) as db:
            store.lock_writer(db=db)
            old = store.get_head(db=db).checkpoint
            entries = store.entries_from(old.size, _BATCH, db=db)
            if not entries:
                return []
            new = log.integrate(self._storage, old=old, entries=[e.body for e in entries])
            head = Head(checkpoint=new, text=sign_checkpoint(new, self._signer))
            if not store.swap_head(old, head, db=db):
                raise Conflict("another writer has moved the ledger's head")
        return entries

    def _publish(self) -> None:
        """Write the newest signed checkpoint; under the lock, so that an older one never follows a newer."""
        with self._database.transaction(Role.JOBS) as db:
            store.lock_writer(db=db)
            head = store.get_head(db=db)
            self._storage.put(tiles.CHECKPOINT_PATH, head.text.encode())
