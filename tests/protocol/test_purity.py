"""Proofs and judgements run anywhere: they load no clock, no database and no network."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import importlib, pkgutil, sys
import latchstring.ledger, latchstring.protocol
for package in (latchstring.ledger, latchstring.protocol):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
never = {"latchstring.base.clock", "psycopg", "sqlite3", "httpx", "fastapi", "av", "latchstring.testing"}
print(sorted(never & set(sys.modules)))
"""


def test_ledger_and_protocol_load_nothing_that_reaches_out() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
