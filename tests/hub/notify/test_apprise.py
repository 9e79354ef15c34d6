"""Apprise, with its own `json://` service in place of somebody's."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify import apprise_service
from latchstring.hub.notify.apprise_service import BadServiceUrl
from latchstring.hub.notify.service import Notifier
from latchstring.testing.listening import Listener
from latchstring.testing.waiting import until


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a hub would write to its log."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_service_is_told_with_the_picture(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """Words and picture arrive; nothing in the message leads to another host."""
    channel = notifier.add_apprise("Ada", f"json://ada:s3cret@{listener.host}/inbox")
    assert channel.about == "JSON"
    notifier.hear(happens("press"))
    until(lambda: listener.heard)
    [call] = listener.heard
    body = json.loads(call.body)
    assert (body["title"], body["message"]) == ("Porch", "Somebody rang at 09:00.")
    assert [each["mimetype"] for each in body["attachments"]] == ["image/jpeg"]
    assert "http" not in json.dumps({**body, "attachments": []})


@pytest.mark.parametrize(("status", "state"), [(401, "failed"), (500, "waiting")])
def test_what_a_service_answers_is_told(
    notifier: Notifier,
    listener: Listener,
    happens: Callable[..., Happening],
    status: int,
    state: str,
    log: io.StringIO,
) -> None:
    """A wrong login is not tried again, a broken service is; no secret is logged or shown."""
    channel = notifier.add_apprise("Ada", f"json://ada:s3cret@{listener.host}/tok3n")
    listener.answers.last = status
    notifier.hear(happens("press"))
    last = until(lambda: notifier.channel(channel.id).last)
    assert notifier.history()[0].deliveries[0].state == state
    assert not last.ok
    for secret in ("s3cret", "tok3n"):
        assert secret not in log.getvalue()
        assert secret not in last.message
        assert secret not in repr(channel)


def test_a_service_that_hangs_is_given_up_and_holds_up_nobody(
    notifier: Notifier,
    listener: Listener,
    happens: Callable[..., Happening],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes the call and never answers: it is tried again later, and another service is told at once."""
    monkeypatch.setattr(apprise_service, "SECONDS", 0.5)
    with Listener() as hanging:
        hanging.hold()
        slow = notifier.add_apprise("Slow", f"json://{hanging.host}/")
        notifier.add_apprise("Ada", f"json://{listener.host}/")
        notifier.hear(happens("press"))
        until(lambda: listener.heard)
        last = until(lambda: notifier.channel(slow.id).last)
    assert last.message == "JSON did not take it; it is tried again."


@pytest.mark.parametrize("url", ["", "what", "nosuch://host", "tgram://", "http://"])
def test_an_address_that_apprise_does_not_know_is_refused(notifier: Notifier, url: str) -> None:
    with pytest.raises(BadServiceUrl):
        notifier.add_apprise("Ada", url)
