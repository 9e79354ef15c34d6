"""One camera's thread: call it, record it, and call it again when it goes away."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from latchstring.base.clock import Clock
from latchstring.base.errors import LatchstringError
from latchstring.base.time import from_micros
from latchstring.hub.cameras.decode import check_keyframe
from latchstring.hub.cameras.errors import (
    BrokenVideo,
    CameraError,
    CameraHungUp,
    CameraSilent,
    UnsupportedCodec,
)
from latchstring.hub.cameras.models import CameraSettings, Opener, PacketSource, StreamInfo
from latchstring.hub.cameras.patience import RECORDED_SECONDS, WATCHED_SECONDS, Patience
from latchstring.hub.cameras.redial import Redial
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run, Track
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.hub.recording.sound_track import SoundPiece
from latchstring.hub.recording.writer import DiskBroken, DiskFull, GopWriter
from latchstring.hub.store import StoreFull

log = logging.getLogger(__name__)

STOP_SECONDS = 6.0
MOST_BROKEN_KEYFRAMES = 3
"""A network that loses packets may damage one; a camera whose every keyframe is damaged is refused."""
RECORDING = "Recording."
RARE_KEYFRAMES_SECONDS = 10.0
RARE_KEYFRAMES = (
    "Recording, but keyframes are more than ten seconds apart, so clips begin earlier than they should and a "
    "power cut costs more; switch the camera's smart codec (H.264+) off, or set its keyframe interval to 2 s."
)
NO_SOUND = "This camera sends no sound; look for a microphone, or for audio, in its own settings."
OTHER_SOUND = "This camera's sound is in {codec}, which is not recorded; set its audio to G.711 or AAC."
SOUND_STOPPED = "The camera's sound has stopped; its pictures are still recorded."
_SOUND_NAMES = {"opus": "Opus", "g722": "G.722", "adpcm_g722": "G.722"} | dict.fromkeys(
    ("g726-16", "g726-24", "g726-32", "g726-40", "adpcm_g726", "adpcm_g726le"), "G.726"
)
State = Literal["connecting", "recording", "silent", "failed"]
SoundState = Literal["off", "on", "none", "unknown", "stopped"]


@dataclass(frozen=True, kw_only=True)
class CameraStatus:
    """How a camera does, for the page."""

    state: State
    since: datetime
    message: str
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    last_gop_at: datetime | None = None
    sound: SoundState = "off"
    sound_message: str | None = None  # why it is wanted, and not recorded

    @property
    def advice(self) -> str | None:
        """What the owner can better although it records."""
        return self.message if self.state == "recording" and self.message != RECORDING else None


class Recorder:
    """Records one camera until it is stopped. What happens here never reaches another camera's recorder."""

    def __init__(
        self,
        camera: CameraSettings,
        *,
        opener: Opener,
        clock: Clock,
        writer: GopWriter,
        make_room: Callable[[], None],
    ) -> None:
        self.camera = camera
        self.patience = Patience(_patience(is_watched=camera.sub_url is None))
        self.feed = LiveFeed(self.patience)
        self.sound = SoundFeed(self.patience)
        self._opener = opener
        self._clock = clock
        self._writer = writer
        self._make_room = make_room
        self._stopping = threading.Event()
        self._recording = RECORDING
        self._records_small = False
        self._answered = threading.Event()
        self._status = CameraStatus(
            state="connecting", since=clock.now(), message="The camera is being called."
        )
        self._thread = threading.Thread(target=self._live, name=f"record {camera.id}", daemon=True)

    @property
    def status(self) -> CameraStatus:
        return self._status

    @property
    def growing(self) -> str | None:
        """The file that is being written, which retention must leave alone."""
        return self._writer.open_path

    @property
    def records_small(self) -> bool:
        """Whether it takes the small stream, by the last answer of the large one."""
        return self._records_small

    def wait_for_answer(self, seconds: float) -> bool:
        """Whether the large stream has answered a first call in any way; waits up to `seconds`."""
        return self._answered.wait(seconds)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the recording; the GOP in flight is written."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _live(self) -> None:
        redial = Redial(self.camera.url, self._stopping)
        while not self._stopping.is_set():
            before = self._status.last_gop_at
            problem: LatchstringError | None = None
            try:
                with closing(self._open()) as source:
                    self._record(source)
            except LatchstringError as e:
                problem = e
            except Exception as e:  # noqa: BLE001  one camera's surprise must not end its recording for good
                log.error("camera %s: unexpected %s", self.camera.id, type(e).__name__)
                problem = CameraError(
                    "something unexpected happened with this camera; it is being called again"
                )
            if problem is not None:
                self._away(problem)
            if self._status.last_gop_at != before:
                redial.heard()
            redial.wait(problem)
        self._writer.close()

    def _open(self) -> PacketSource:
        """The main stream; if its codec is not recorded, the small one. Each call tries the main one."""
        try:
            source = self._call(self.camera.url)
        except UnsupportedCodec as e:
            if self.camera.sub_url is None:
                raise
            self._take(small=True)
            source = self._call(self.camera.sub_url)
            self._recording = e.advice
        else:
            self._take(small=False)
            self._recording = RECORDING
        finally:
            self._answered.set()
        return source

    def _call(self, url: str) -> PacketSource:
        return self._opener.open(url, sound=self.camera.records_sound, patience=self.patience)

    def _take(self, *, small: bool) -> None:
        self._records_small = small
        self.patience.seconds = _patience(is_watched=small or self.camera.sub_url is None)

    def _record(self, source: PacketSource) -> None:
        assembler = Assembler(self.camera.id, source.info, self._clock)
        run: Run | None = None
        seen, broken = False, 0
        self._hears(source.info)
        try:
            for packet in source.packets():
                for made in assembler.feed(packet):
                    if isinstance(made, Run):
                        run = made
                    elif isinstance(made, WholeGop):
                        if seen:
                            self._keep(made)
                    elif isinstance(made, SoundPiece):
                        if seen and run is not None:
                            self.sound.add(run, made)
                    elif run is not None:
                        if not seen and made.is_keyframe:
                            seen = _decodes(made, run.track)
                            broken += not seen
                            if seen:
                                self._here(run.track)
                            elif broken == MOST_BROKEN_KEYFRAMES:
                                raise BrokenVideo
                        if seen:
                            self.feed.add(run, made)
                if self._stopping.is_set():
                    return
        finally:
            if seen:
                for whole in assembler.finish():
                    self._keep(whole)
            self.feed.clear()
            self.sound.clear()

    def _hears(self, info: StreamInfo) -> None:
        """What the camera brings for the ear, where that is wanted."""
        if not self.camera.records_sound:
            self._set_sound("off")
        elif info.sound is not None:
            self._set_sound("on")
        elif info.other_sound is not None:
            codec = _SOUND_NAMES.get(info.other_sound, info.other_sound)
            self._set_sound("unknown", OTHER_SOUND.format(codec=codec))
        else:
            self._set_sound("none", NO_SOUND)

    def _set_sound(self, sound: SoundState, message: str | None = None) -> None:
        self._status = replace(self._status, sound=sound, sound_message=message)

    def _keep(self, whole: WholeGop) -> None:
        """Write a GOP. A disk that refuses it costs this GOP; the live picture goes on."""
        self.feed.seal(whole.seal)
        try:
            self._make_room()
            gop = self._writer.write(whole)
        except (DiskFull, DiskBroken) as e:
            self._set("failed", e.message)
            return
        except (OSError, sqlite3.OperationalError, StoreFull):  # room could not be made
            self._set("failed", DiskFull().message)
            return
        seconds = (gop.end_us - gop.start_us) / 1e6
        self._status = replace(
            self._status, fps=round(gop.frames / seconds, 2), last_gop_at=from_micros(gop.end_us)
        )
        if whole.run.sound is not None:
            stopped = gop.sound_bytes == 0
            self._set_sound("stopped" if stopped else "on", SOUND_STOPPED if stopped else None)
        rare = seconds > RARE_KEYFRAMES_SECONDS
        self._set("recording", RARE_KEYFRAMES if rare else self._recording)

    def _here(self, track: Track) -> None:
        self._status = replace(self._status, codec=track.codec, width=track.width, height=track.height)
        self._set("recording", self._recording)

    def _away(self, e: LatchstringError) -> None:
        gone = isinstance(e, (CameraSilent, CameraHungUp))
        self._set("silent" if gone else "failed", e.message)

    def _set(self, state: State, message: str) -> None:
        """Change what the page says; each change is logged once, however often it is found again."""
        if (self._status.state, self._status.message) == (state, message):
            return
        self._status = replace(self._status, state=state, message=message, since=self._clock.now())
        log.log(
            logging.INFO if state == "recording" else logging.WARNING,
            "camera %s: %s",
            self.camera.id,
            message,
        )


def _patience(*, is_watched: bool) -> float:
    """Of a stream that is recorded, and perhaps looked at for motion too."""
    return WATCHED_SECONDS if is_watched else RECORDED_SECONDS


def _decodes(keyframe: Fragment, track: Track) -> bool:
    try:
        check_keyframe(keyframe.data[keyframe.sample_at :], track.avcc)
    except BrokenVideo:
        return False
    return True
