"""Web Push, to a push service and a browser of our own that hold to the RFCs."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from latchstring.hub.cameras import decode
from latchstring.hub.events.bulletin import Happening
from latchstring.hub.notify import push, thumbnail
from latchstring.hub.notify.models import Channel
from latchstring.hub.notify.push import BadSubscription
from latchstring.hub.notify.service import Notifier
from latchstring.hub.notify.words import a_test
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.listening import Listener
from latchstring.testing.push_service import MOST_BYTES, Subscription, check_sender
from latchstring.testing.waiting import until

A_NOTICE = a_test(datetime(2026, 11, 23, 9, tzinfo=UTC))


@pytest.fixture
def browser(listener: Listener) -> Subscription:
    return Subscription(f"{listener.url}/push/abc")


@pytest.fixture
def subscribed(notifier: Notifier, browser: Subscription) -> Channel:
    return notifier.add_push("Ada’s phone", **browser.to_json())


def test_only_the_browser_can_read_it(
    notifier: Notifier,
    subscribed: Channel,
    browser: Subscription,
    listener: Listener,
    clock: FakeClock,
    happens: Callable[..., Happening],
) -> None:
    """Signed by this hub's key and sealed to the browser's; the picture is inside."""
    notifier.hear(happens("press"))
    until(lambda: listener.heard)
    [call] = listener.heard
    assert check_sender(call, audience=listener.url, now=clock.now().timestamp()) == notifier.push_key()
    assert call.headers["content-encoding"] == "aes128gcm"
    assert b"Porch" not in call.body
    told = json.loads(browser.open(call.body))
    assert (told["title"], told["body"], told["subject"]) == ("Porch", "Somebody rang at 09:00.", "press")
    picture = base64.b64decode(told["picture"])
    assert thumbnail.fitting(picture, 10_000) is not None


def test_the_push_service_cannot_tell_one_from_another(
    notifier: Notifier, subscribed: Channel, listener: Listener, happens: Callable[..., Happening]
) -> None:
    """A ring with a picture and a request without one have the same size and the same headers."""
    notifier.hear(happens("press"))
    until(lambda: len(listener.heard) == 1)
    notifier.hear(happens("request"))
    until(lambda: len(listener.heard) == 2)
    ring, request = listener.heard
    assert len(ring.body) == len(request.body) <= MOST_BYTES
    secret = {"authorization"}
    assert {k: v for k, v in ring.headers.items() if k not in secret} == {
        k: v for k, v in request.headers.items() if k not in secret
    }


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_ended_is_forgotten(
    notifier: Notifier,
    subscribed: Channel,
    listener: Listener,
    happens: Callable[..., Happening],
    status: int,
) -> None:
    """The browser is not called again, and not listed any more."""
    listener.answers.last = status
    notifier.hear(happens("press"))
    until(lambda: notifier.channels() == [])
    notifier.hear(happens("press"))
    notifier.stop()
    assert len(listener.heard) == 1


def test_a_push_service_that_wants_rest_gets_it_for_all_that_happens(
    notifier: Notifier,
    subscribed: Channel,
    listener: Listener,
    clock: FakeClock,
    happens: Callable[..., Happening],
    store: Store,
) -> None:
    """429 and Retry-After: the next ring waits too, other ways of telling do not, and then both arrive."""
    listener.answers.statuses, listener.answers.headers = [429], {"Retry-After": "60"}
    notifier.tell(happens("press"))
    until(lambda: notifier.history()[0].deliveries[0].state == "waiting" and listener.heard)
    with Listener() as lamp:
        notifier.add_webhook("Lamp", lamp.url)
        notifier.tell(happens("press"))
        until(lambda: lamp.heard)
        notifier.stop()
    assert len(listener.heard) == 1
    clock.advance(61)
    later = Notifier(store, clock, picture=lambda _: None)
    later.start()
    until(lambda: len(listener.heard) == 3)
    later.stop()


def test_the_key_is_made_once_and_stays(notifier: Notifier, store: Store) -> None:
    """A subscription holds for one key, so a restart must not change it."""
    assert push.Keys(store).public() == notifier.push_key() == notifier.push_key()


def test_the_same_browser_again_replaces_itself(
    notifier: Notifier, subscribed: Channel, browser: Subscription
) -> None:
    again = notifier.add_push("Ada’s phone", **browser.to_json())
    assert [channel.id for channel in notifier.channels()] == [again.id]


def test_where_it_leads_is_said_without_its_secret(subscribed: Channel) -> None:
    assert subscribed.about == "127.0.0.1"
    assert "/push/abc" not in repr(subscribed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/abc"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": ""},
        {"p256dh": "BAAA"},
        {"p256dh": base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode()},
        {"auth": "AAAA"},
        {"auth": "?"},
    ],
)
def test_what_is_no_subscription_is_refused(
    notifier: Notifier, browser: Subscription, wrong: dict[str, str]
) -> None:
    """An address outside that is not encrypted, a point that is not on the curve, keys of another size."""
    with pytest.raises(BadSubscription):
        notifier.add_push("Ada’s phone", **{**browser.to_json(), **wrong})


@pytest.mark.parametrize("size", [(1920, 1080), (480, 640), (64, 64)])
def test_every_picture_fits(jpeg: bytes, size: tuple[int, int]) -> None:
    """However large or oddly shaped, what is sealed has one length."""
    width, height = size
    picture = decode.at_most(decode.decode_jpeg(jpeg), 640).reformat(width=width, height=height)
    notice = replace(A_NOTICE, jpeg=decode.encode_jpeg(picture), title="ü" * 500)
    assert len(push.plain(notice)) == push.PLAIN_BYTES
    assert "picture" in json.loads(push.plain(notice))


@pytest.mark.parametrize("jpeg", [b"", b"\xff\xd8\xff", b"nothing"])
def test_a_broken_picture_is_left_out(jpeg: bytes) -> None:
    assert "picture" not in json.loads(push.plain(replace(A_NOTICE, jpeg=jpeg)))
