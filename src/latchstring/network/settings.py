"""What a network can be told. `docs/reference/network-settings.md` explains each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latchstring.base.errors import BadInput


class BadTitle(BadInput):
    """The network's title has 1 to 80 characters on one line."""


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Read from TOML, then `LATCHSTRING_*`, then the command line."""

    data: Path = Path("network-data")
    host: str = "127.0.0.1"
    port: int = 8600  # 0 takes any free port
    origin: str = ""  # of the ledger; fixed at the first start
    title: str = "Latchstring"
    database_url: str = ""  # empty: the embedded PostgreSQL
    store_url: str = ""  # empty: <data>/store
    session_hours: int = 12
    max_upload_bytes: int = 2 * 1024**3
    max_spool_bytes: int = 20 * 1024**3  # all unfinished and unclaimed uploads together
    secure_cookie: bool = False  # true behind HTTPS

    def __post_init__(self) -> None:
        if not 1 <= len(self.title) <= 80 or "\n" in self.title:
            raise BadTitle

    @property
    def first_origin(self) -> str:
        """The origin of a new ledger that was given none."""
        return self.origin or f"localhost:{self.port}/ledger"
