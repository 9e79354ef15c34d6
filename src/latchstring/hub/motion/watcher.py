"""One camera's motion thread: look, and tell."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.motion.detector import MotionSample
from latchstring.hub.motion.looker import Looker, whole
from latchstring.hub.motion.models import FrameFeed, MotionSettings

log = logging.getLogger(__name__)
STOP_SECONDS = 6.0
AGAIN_SECONDS = 1.0


class Watcher:
    """Runs until it is stopped. It reads beside the recorder and can never hold it up."""

    def __init__(
        self,
        camera: CameraId,
        feed: FrameFeed,
        tell: Callable[[MotionSample], None],
        settings: MotionSettings | None = None,
        *,
        patience: Sequence[Patience] = (),
    ) -> None:
        """`patience` is that of all who read from the camera, last who reads what is looked at here.

        It is lost while the camera is always awake.
        """
        self.camera = camera
        self._looker = Looker(settings)
        self._feed = feed
        self._tell = tell
        self._patience = patience
        self._find_patience: list[Callable[[], None]] = []
        self._apply_patience(self._looker.settings)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watch {camera}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stir(self, at_us: int) -> None:
        """Something stirs, says the camera, a neighbouring one or the bell: look closely for a while."""
        self._looker.stir(at_us)

    def apply(self, settings: MotionSettings) -> None:
        """From the next look on; what was learned of the scene stays."""
        self._looker.settings = settings
        self._apply_patience(settings)

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _apply_patience(self, settings: MotionSettings) -> None:
        found, self._find_patience = self._find_patience, []
        if settings.always_awake:
            self._find_patience = [each.lose() for each in self._patience]
        for find in found:
            find()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except Exception as e:  # noqa: BLE001  one surprise must not end a camera's watch for good
                log.error("camera %s: unexpected %s, so motion may be missed", self.camera, type(e).__name__)
                self._looker.restart()
                self._stopping.wait(AGAIN_SECONDS)
            else:
                return

    def _follow(self) -> None:
        broken = False
        for frame in whole(self._feed.frames(self._stopping)):
            if not self._looker.settings.is_on:
                self._looker.restart()
                continue
            try:
                samples = self._looker.look(frame)
            except BrokenVideo:
                if not broken:
                    log.warning("camera %s: a frame cannot be decoded, so motion may be missed", self.camera)
                broken = True
                self._looker.restart()
                continue
            for sample in samples:
                self._tell(sample)
            if self._patience:
                self._patience[-1].seconds = self._looker.patience_seconds
