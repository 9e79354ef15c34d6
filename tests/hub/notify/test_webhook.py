"""A plain webhook, received by a server of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify import sending
from latchstring.hub.notify.models import Told
from latchstring.hub.notify.service import Notifier
from latchstring.hub.notify.webhook import BadWebhookUrl
from latchstring.testing.clock import FakeClock
from latchstring.testing.listening import Listener
from latchstring.testing.waiting import until


def ended(notifier: Notifier) -> Told | None:
    """The newest, once nothing of it waits any more."""
    told = next(iter(notifier.history()), None)
    if told is None or any(each.state in ("waiting", "sending") for each in told.deliveries):
        return None
    return told


def test_a_receiver_can_check_who_sent_what(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening], jpeg: bytes
) -> None:
    """As docs/reference/notifications.md tells it: HMAC-SHA256 over the very bytes of the body."""
    secret = notifier.add_webhook("Lamp", f"{listener.url}/hook?key=1").secret["secret"]
    happening = happens("press")
    notifier.hear(happening)
    told = until(lambda: ended(notifier))
    [call] = listener.heard
    expected = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-latchstring-signature"] == f"sha256={expected}"
    body = json.loads(call.body)
    assert body["id"] == call.headers["x-latchstring-delivery"] == told.notice.id
    assert (body["version"], body["subject"], body["title"]) == (1, "press", "Porch")
    assert (body["camera"], body["event"]) == (happening.camera, happening.event)
    assert base64.b64decode(body["picture"]["base64"]) == jpeg
    assert told.deliveries[0].state == "told"


def test_a_receiver_that_is_busy_gets_the_same_again(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    """503 and 429 are tried again later, byte for byte the same; the history has one line."""
    notifier.add_webhook("Lamp", listener.url)
    listener.answers.statuses = [503, 429]
    notifier.hear(happens("press"))
    until(lambda: len(listener.heard) == 1)
    for calls, seconds in ((2, 2), (3, 10)):
        until(lambda: notifier.history()[0].deliveries[0].state == "waiting")
        clock.advance(seconds)
        notifier._outbox.wake()
        until(lambda n=calls: len(listener.heard) == n)
    assert until(lambda: ended(notifier)).deliveries[0].tries == 3
    assert len({call.body for call in listener.heard}) == 1


def test_a_receiver_that_says_when_is_left_alone_until_then(
    notifier: Notifier, listener: Listener, clock: FakeClock, happens: Callable[..., Happening]
) -> None:
    notifier.add_webhook("Lamp", listener.url)
    listener.answers.statuses, listener.answers.headers = [429], {"Retry-After": "60"}
    notifier.hear(happens("press"))
    until(lambda: len(listener.heard) == 1 and notifier.history()[0].deliveries[0].state == "waiting")
    with notifier._store.read() as db:
        (after_us,) = db.execute("SELECT after_us FROM delivery").fetchone()
    assert after_us >= (clock.now() + timedelta(seconds=60)).timestamp() * 1e6


def test_a_receiver_that_refuses_is_not_asked_again(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """The history says what it answered, and so does the channel."""
    channel = notifier.add_webhook("Lamp", listener.url)
    listener.answers.statuses = [403]
    notifier.hear(happens("press"))
    assert until(lambda: ended(notifier)).deliveries[0].message == "It answered 403."
    last = notifier.channel(channel.id).last
    assert last is not None
    assert not last.ok
    assert len(listener.heard) == 1


def test_a_receiver_that_moved_is_not_followed(
    notifier: Notifier, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """Who answers there could send the home's pictures anywhere; the owner is told to type the new address."""
    notifier.add_webhook("Lamp", listener.url)
    listener.answers.statuses, listener.answers.headers = [307], {"Location": f"{listener.url}/elsewhere"}
    notifier.hear(happens("press"))
    message = until(lambda: ended(notifier)).deliveries[0].message
    assert message == "It answered that it has moved (307); type the new address."
    assert len(listener.heard) == 1


def test_an_answer_that_never_ends_is_not_read(notifier: Notifier, happens: Callable[..., Happening]) -> None:
    """Its head says that it was taken; the rest could fill the hub's memory."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        talker = threading.Thread(target=_talk_for_ever, args=(server,))
        talker.start()
        notifier.add_webhook("Lamp", f"http://127.0.0.1:{server.getsockname()[1]}/")
        notifier.hear(happens("press"))
        assert until(lambda: ended(notifier)).deliveries[0].message == "It answered 200."
        talker.join()


def _talk_for_ever(server: socket.socket) -> None:
    caller, _ = server.accept()
    with caller, suppress(OSError):
        caller.recv(1 << 16)
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            caller.sendall(bytes(1 << 16))


def test_an_answer_that_drips_is_left_in_the_end(
    notifier: Notifier, happens: Callable[..., Happening], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece of its head comes in time, and the whole never: it holds no sender for ever."""
    monkeypatch.setattr(sending, "LONGEST_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripper = threading.Thread(target=_drip_for_ever, args=(server,))
        dripper.start()
        notifier.add_webhook("Lamp", f"http://127.0.0.1:{server.getsockname()[1]}/")
        notifier.hear(happens("press"))
        [told] = until(lambda: [t for t in notifier.history() if t.deliveries[0].message])
        assert (told.deliveries[0].state, told.deliveries[0].tries) == ("waiting", 1)
        server.shutdown(socket.SHUT_RDWR)
        dripper.join()


def _drip_for_ever(server: socket.socket) -> None:
    with suppress(OSError):
        caller, _ = server.accept()
        with caller:
            caller.recv(1 << 16)
            caller.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not select.select([caller], [], [], 0.02)[0] or caller.recv(1 << 16):
                caller.sendall(b"a")


def test_what_is_secret_is_not_shown(notifier: Notifier, listener: Listener) -> None:
    """Neither the path of the address nor the secret is in what may be printed."""
    channel = notifier.add_webhook("Lamp", f"{listener.url}/very-secret")
    assert channel.about == listener.url
    assert "very-secret" not in repr(channel)
    assert channel.secret["secret"] not in repr(channel)


@pytest.mark.parametrize(
    "url", ["ftp://host/", "host", "", "http://", "http://[", "http://host:x/", "http://a..b/"]
)
def test_an_address_that_leads_nowhere_is_refused(notifier: Notifier, url: str) -> None:
    with pytest.raises(BadWebhookUrl):
        notifier.add_webhook("Lamp", url)
