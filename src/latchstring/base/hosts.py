"""Names and addresses of hosts, as people type them."""

from __future__ import annotations


def can_be_asked_for(host: str) -> bool:
    """False: no machine is called so, as where two dots stand in a row (RFC 1035, 2.3.4)."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False
