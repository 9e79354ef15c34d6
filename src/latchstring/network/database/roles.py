"""The login roles: each path through the network may touch its own tables and no others.

What each may do stands in the migrations as grants, so PostgreSQL refuses the rest, whatever the code says.
"""

from __future__ import annotations

import json
import secrets
from enum import StrEnum
from pathlib import Path

from psycopg import Connection, sql

from latchstring.base.files import write_whole


class Role(StrEnum):
    DOOR = "latchstring_door"  # accounts and sessions; the operator's work
    AGENCY = "latchstring_agency"  # requests and what was disclosed to them
    REVIEW = "latchstring_review"  # the reviewers' desk
    INTAKE = "latchstring_intake"  # what hubs hand in
    PUBLIC = "latchstring_public"  # what anybody may read
    JOBS = "latchstring_jobs"  # the worker


SUPERUSER = "postgres"


def passwords(path: Path) -> dict[str, str]:
    """The password of each role, made at the first start and kept readable by the owner alone."""
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in (SUPERUSER, *Role) if name not in known]
    if missing:
        known |= {str(name): secrets.token_hex(24) for name in missing}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, json.dumps(known, indent=1).encode(), mode=0o600)
    return known


def create(connection: Connection, known: dict[str, str]) -> None:
    """Make the roles that are not there and give each its password."""
    there = {row[0] for row in connection.execute("select rolname from pg_roles")}
    for role in Role:
        verb = "alter" if role in there else "create"
        connection.execute(
            sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole password {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.Literal(known[role])
            )
        )
