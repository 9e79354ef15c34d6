"""The hub's rows: one SQLite file."""

from latchstring.hub.store.sqlite import Store, StoreClosed

__all__ = ["Store", "StoreClosed"]
