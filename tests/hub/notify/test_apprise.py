"""Apprise, with its own `json://` service in place of somebody's."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from latchstring.hub.events.bulletin import Happening
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


@pytest.mark.parametrize("url", ["", "what", "nosuch://host", "tgram://", "http://"])
def test_an_address_that_apprise_does_not_know_is_refused(notifier: Notifier, url: str) -> None:
    with pytest.raises(BadServiceUrl):
        notifier.add_apprise("Ada", url)
