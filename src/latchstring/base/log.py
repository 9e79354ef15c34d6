"""Structured logs that never show a camera's password."""

from __future__ import annotations

import logging
import re
import sys

_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]+@")


def redact(text: str) -> str:
    """`text` with the login of each URL in it replaced."""
    return _CREDENTIALS.sub(r"\g<scheme>***@", text)


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(level: int = logging.INFO) -> None:
    """Log lines `time level logger message` to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
