"""The hub's rows: one SQLite file."""

from latchstring.hub.store.sqlite import Store, StoreClosed, StoreFull, looking

__all__ = ["Store", "StoreClosed", "StoreFull", "looking"]
