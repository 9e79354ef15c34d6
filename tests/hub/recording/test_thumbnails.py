import io
from datetime import timedelta

import av
import pytest

from latchstring.hub.recording import index
from latchstring.hub.recording.clip import NothingRecorded
from latchstring.hub.recording.retention import Keep
from latchstring.hub.recording.room import Room
from latchstring.hub.recording.thumbnails import FOLDER, WIDTH, Thumbnails
from latchstring.testing.recorded import CAMERA


def kept(store):
    return sorted((store.path.parent / FOLDER).rglob("*.jpg"))


def test_a_thumbnail_is_small_and_of_its_gop(store, recorded):
    """A JPEG no wider than it needs to be, of the keyframe at or last before the instant."""
    gop, picture = Thumbnails(store).at(CAMERA, recorded[1].during.start + timedelta(milliseconds=300))
    assert gop == recorded[1]
    with av.open(io.BytesIO(picture)) as file:
        assert 0 < file.streams.video[0].width <= WIDTH


def test_it_is_made_once(store, recorded, monkeypatch):
    """The second time it comes from the disk, even if the recording cannot be read."""
    thumbnails = Thumbnails(store)
    _, first = thumbnails.at(CAMERA, recorded[0].during.start)
    (index.folder(store) / recorded[0].path).rename(store.path.parent / "away.mp4")
    assert thumbnails.at(CAMERA, recorded[0].during.start)[1] == first


def test_where_nothing_is_recorded_the_next_minute_counts(store, recorded):
    """A picture within a minute stands for its minute; what is older or later does not."""
    start, end = recorded[0].during.start, recorded[-1].during.end
    gop, _ = Thumbnails(store).at(CAMERA, start - timedelta(seconds=40))
    assert gop == recorded[0]
    for instant in (start - timedelta(minutes=2), end + timedelta(seconds=1)):
        with pytest.raises(NothingRecorded):
            Thumbnails(store).at(CAMERA, instant)


def test_thumbnails_go_with_their_segment(store, recorded):
    """What retention deletes is gone from the small pictures as well."""
    Thumbnails(store).at(CAMERA, recorded[0].during.start)
    assert len(kept(store)) == 1
    later = recorded[-1].during.end + timedelta(days=400)
    Room(store, Keep()).make(now=later, growing=())
    assert kept(store) == []
    assert not (index.folder(store) / recorded[0].path).exists()


def test_all_together_stay_below_their_limit(store, recorded):
    """The limit holds after each picture, also for those that an earlier hub made."""
    _, picture = Thumbnails(store).at(CAMERA, recorded[0].during.start)
    limit = len(picture) * 2 - 1
    thumbnails = Thumbnails(store, max_bytes=limit)
    for gop in recorded[1:]:
        thumbnails.at(CAMERA, gop.during.start)
        assert sum(path.stat().st_size for path in kept(store)) <= limit
