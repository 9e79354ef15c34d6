"""No log line shows a camera's password."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base import log


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in log.TALKATIVE}
    yield
    for name, each in levels.items():
        logging.getLogger(name).setLevel(each)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://admin:secret@cam.local/main", "rtsp://***@cam.local/main"),
        ("rtsps://admin@cam.local:322/a and http://u:p@h", "rtsps://***@cam.local:322/a and http://***@h"),
        ("rtsp://cam.local/user@home", "rtsp://cam.local/user@home"),
        ("rtsp://cam.local:554/user@home", "rtsp://cam.local:554/user@home"),
        ("RTSP://admin:secret@cam.local/", "RTSP://***@cam.local/"),
        ("'rtsp://admin:p@ss/wo:rd@cam.local/main'", "'rtsp://***@cam.local/main'"),
        ("rtsp://admin:p%40ss@cam.local/main", "rtsp://***@cam.local/main"),
        ("GET /try?url=rtsp%3A%2F%2Fadmin%3Asecret%40cam&a=1", "GET /try?url=rtsp%3A%2F%2F***%40cam&a=1"),
        ("rtsp://cam/user=admin&password=secret&channel=1", "rtsp://cam/user=***&password=***&channel=1"),
        (
            "rtsp://cam/?loginuse=admin&loginpas=secret is silent",
            "rtsp://cam/?loginuse=***&loginpas=*** is silent",
        ),
        ("GET /api/doorbell/cam_a/press?token=abc 200", "GET /api/doorbell/cam_a/press?token=*** 200"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_logins_in_urls_are_replaced(text: str, shown: str) -> None:
    assert log.redact(text) == shown


@given(st.from_regex(r"[a-z0-9]{1,8}:[^/@\s]{6,12}", fullmatch=True))
def test_no_login_survives(login: str) -> None:
    assert login not in log.redact(f"camera at rtsp://{login}@10.0.0.7/stream is silent")


def test_lines_and_tracebacks_are_redacted(
    capsys: pytest.CaptureFixture[str], restored_logging: None
) -> None:
    """In the message, its arguments, and what an exception says."""
    log.set_up()
    try:
        raise OSError("rtsp://admin:secret@cam.local is gone")
    except OSError:
        logging.getLogger("hub").exception("lost %s", "rtsp://admin:secret@cam.local")
    said = capsys.readouterr().err
    assert "lost rtsp://***@cam.local" in said
    assert "OSError: rtsp://***@cam.local is gone" in said
    assert "secret" not in said


def test_json_lines_are_redacted_too(capsys: pytest.CaptureFixture[str], restored_logging: None) -> None:
    """One object a line, whatever stands in the message."""
    log.set_up(form="json")
    try:
        raise OSError("rtsp://admin:secret@cam.local is gone")
    except OSError:
        logging.getLogger("hub").exception('lost\n"%s"', "rtsp://admin:secret@cam.local")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["part"]) == ("error", "hub")
    assert told["message"] == 'lost\n"rtsp://***@cam.local"'
    assert "OSError: rtsp://***@cam.local is gone" in told["trace"]
    assert "secret" not in line


def test_no_library_writes_down_whom_it_calls(
    restored_logging: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The address of a webhook or of a push service is a secret."""
    log.set_up()
    for name in log.TALKATIVE:
        logging.getLogger(name).info("POST http://push.example/very-secret 201")
    assert "very-secret" not in capsys.readouterr().err
