"""What arrives in the inbox and how the owner answers. Nothing here reaches outside; only a yes ever does."""

from __future__ import annotations

import sqlite3

from latchstring.base.ids import RequestId
from latchstring.hub.inbox import store as rows
from latchstring.hub.inbox.models import AlreadyShared, Answer, InboxItem, NotInInbox
from latchstring.hub.store import Store

MAX_SHOWN = 200


def receive(store: Store, item: InboxItem) -> bool:
    """Put a verified, matching request into the inbox; False where it is there already."""
    with store.write() as db:
        if rows.get(item.request.id, db=db) is not None:
            return False
        rows.add(item, db=db)
        return True


def items(store: Store) -> list[InboxItem]:
    with store.read() as db:
        return rows.newest_first(limit=MAX_SHOWN, db=db)


def item(store: Store, request: RequestId) -> InboxItem:
    with store.read() as db:
        return find(request, db=db)


def find(request: RequestId, *, db: sqlite3.Connection) -> InboxItem:
    if (found := rows.get(request, db=db)) is None:
        raise NotInInbox
    return found


def not_now(store: Store, request: RequestId) -> None:
    """Put it aside. To everybody outside this is the same as not having looked."""
    _set_answer(store, request, Answer.NOT_NOW)


def reopen(store: Store, request: RequestId) -> None:
    """As if it had not been answered; a yes is taken back by `uplink.share`."""
    _set_answer(store, request, None)


def _set_answer(store: Store, request: RequestId, answer: Answer | None) -> None:
    with store.write() as db:
        if find(request, db=db).answer is Answer.SHARE:
            raise AlreadyShared
        rows.set_answer(request, answer, db=db)
