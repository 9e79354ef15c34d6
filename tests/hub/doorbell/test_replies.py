"""Quick replies: recorded, kept, taken away and brought back."""

from __future__ import annotations

import io
import wave
from datetime import datetime

import pytest

from latchstring.hub.doorbell import sound_files
from latchstring.hub.doorbell.models import (
    BadReplyName,
    NoSuchReply,
    NotSound,
    TooLongToSay,
    TooManyReplies,
)
from latchstring.hub.doorbell.replies import MOST, Replies
from latchstring.hub.store import Store
from latchstring.testing.sounds import loudest, recording

SHORT = recording(700, 0.4)


@pytest.fixture
def replies(store: Store) -> Replies:
    return Replies(store)


@pytest.mark.parametrize(
    ("container", "codec"),
    [("webm", "libopus"), ("mp4", "aac"), ("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("flac", "flac")],
)
def test_any_recording_is_taken(container: str, codec: str) -> None:
    """What browsers record (WebM, MP4) and what people keep: the same tone, as a doorbell plays it."""
    pcm = sound_files.pcm_of(recording(700, 0.5, container=container, codec=codec))
    assert sound_files.seconds_of(len(pcm)) == pytest.approx(0.5, abs=0.08)
    assert loudest(pcm) == pytest.approx(700, abs=10)


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF\x00\x00\x00\x00WAVEfmt ", SHORT[:60]])
def test_what_is_no_recording_is_said(data: bytes) -> None:
    with pytest.raises(NotSound):
        sound_files.pcm_of(data)


def test_nobody_waits_longer_than_half_a_minute() -> None:
    with pytest.raises(TooLongToSay):
        sound_files.pcm_of(recording(700, 30.5, container="wav", codec="pcm_s16le"))


def test_a_reply_sounds_in_a_browser_as_at_the_door(replies: Replies, now: datetime) -> None:
    reply = replies.add("Leave it by the door", SHORT, now=now)
    with wave.open(io.BytesIO(sound_files.wav_of(replies.pcm(reply.id)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert loudest(file.readframes(file.getnframes())) == pytest.approx(700, abs=10)


def test_replies_are_listed_renamed_removed_and_brought_back(replies: Replies, now: datetime) -> None:
    """Nothing is lost by a slip of the finger."""
    first = replies.add("Coming", SHORT, now=now)
    second = replies.add(" No, thank you ", SHORT, now=now)
    assert [reply.name for reply in replies.all()] == ["Coming", "No, thank you"]
    assert replies.rename(first.id, "I am coming").name == "I am coming"
    replies.remove(first.id, now=now)
    assert replies.all() == [second]
    for act in (replies.get, replies.pcm, lambda reply: replies.rename(reply, "x")):
        with pytest.raises(NoSuchReply):
            act(first.id)
    assert replies.bring_back(first.id).name == "I am coming"
    assert len(replies.all()) == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_reply_has_a_name(replies: Replies, now: datetime, name: str) -> None:
    with pytest.raises(BadReplyName):
        replies.add(name, SHORT, now=now)
    assert replies.all() == []


def test_there_is_an_end_to_replies(replies: Replies, now: datetime) -> None:
    """A list that nobody can find anything in helps nobody at the door."""
    added = [replies.add(str(number), SHORT, now=now) for number in range(MOST)]
    with pytest.raises(TooManyReplies):
        replies.add("one more", SHORT, now=now)
    replies.remove(added[0].id, now=now)
    replies.add("one more", SHORT, now=now)
    with pytest.raises(TooManyReplies):
        replies.bring_back(added[0].id)
