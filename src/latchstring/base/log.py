"""Structured logs that never show a camera's password."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

LogFormat = Literal["text", "json"]

TALKATIVE = ("httpx", "httpcore", "urllib3")
"""They write down each address that is called, and an address can be a secret, like a webhook's."""

_CREDENTIALS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?:[^\s/@:]*:(?!\d{1,5}/)[^\s\"'<>]*|[^/@\s]+)@", re.IGNORECASE
)
"""With a password all up to the last @: one may have been typed with a slash or an @ in it."""
_ENCODED = re.compile(r"(?P<scheme>%3A%2F%2F)[^\s&\"'<>/]*%40", re.IGNORECASE)
_PARAMETER = re.compile(
    r"(?P<name>pass|passwd|password|pwd|psw|loginpas|token|key|auth|user|usr|username|loginuse)(?P<is>=|%3D)"
    r"[^&;/?#\s\"'<>]*",
    re.IGNORECASE,
)
"""Where makers of cameras put a login when it does not stand before the host."""


def redact(text: str) -> str:
    """`text` with the login of each URL in it replaced, wherever it stands and however it is written."""
    text = _CREDENTIALS.sub(r"\g<scheme>***@", text)
    return without_parameters(_ENCODED.sub(r"\g<scheme>***%40", text))


def without_parameters(text: str) -> str:
    """`text` with what stands behind names like password= replaced."""
    return _PARAMETER.sub(r"\g<name>\g<is>***", text)


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _Json(logging.Formatter):
    """One JSON object a line: `at` (RFC 3339, UTC), `level`, `part`, `message`, an exception's `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(level: int = logging.INFO, form: LogFormat = "text") -> None:
    """Log to standard error: lines `time level part message`, or JSON for programs that collect logs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Json() if form == "json" else _Redacting("%(asctime)s %(levelname)s %(name)s %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
