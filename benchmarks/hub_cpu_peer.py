"""A recorder in the shape of Frigate's, for one camera, of the parts that it documents; and Debian's motion.

It is a reconstruction, not Frigate. Left out, in its favour: audio, object tracking, previews, the restreamer.

    ffmpeg         main stream, copied into MP4 segments of 10 s
    ffmpeg         sub stream: every frame decoded, then dropped to 5 a second; yuv420p down a pipe
    this process   motion on each picture; each segment is opened for its length and given to
    ffmpeg         a start with its index in front (`faststart`)
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

WIDTH, HEIGHT, FPS = 640, 360, 5
SEGMENT_SECONDS = 10
FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
MOTION = """
daemon off
setup_mode off
log_level 3
netcam_url {sub}
netcam_highres {main}
netcam_params rtsp_transport=tcp
netcam_high_params rtsp_transport=tcp
width 640
height 360
framerate 5
target_dir {folder}
picture_output off
movie_output on
movie_passthrough on
emulate_motion on
webcontrol_port 0
stream_port 0
"""
"""Debian's motion, recording the main stream as it is, all the time."""


class FrigateMotion:
    """100 rows, contrast stretched, blurred, compared with a weighted mean; threshold, dilate, contours."""

    def __init__(self) -> None:
        self._average: NDArray[np.float32] | None = None
        self._contrast: deque[tuple[float, float]] = deque([(0.0, 255.0)] * 50, maxlen=50)
        self._calibrating = True
        self._moving = 0

    def detect(self, luma: NDArray[np.uint8]) -> int:
        """How many places move."""
        width = 100 * luma.shape[1] // luma.shape[0]
        small = cv2.resize(luma, (width, 100), interpolation=cv2.INTER_NEAREST)
        self._contrast.append((float(np.percentile(small, 4)), float(np.percentile(small, 96))))
        low, high = np.mean(self._contrast, axis=0)
        stretched = (np.clip(small, low, high) - low) / max(high - low, 1) * 255
        gray = gaussian_filter(stretched.astype(np.uint8), sigma=1, radius=1)
        if self._average is None:
            self._average = np.zeros(gray.shape, np.float32)
        away = cv2.absdiff(gray, cv2.convertScaleAbs(self._average))
        hot = cv2.dilate(cv2.threshold(away, 30, 255, cv2.THRESH_BINARY)[1], None, iterations=1)
        contours, _ = cv2.findContours(hot, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        areas = [area for contour in contours if (area := cv2.contourArea(contour)) > 10]
        share = sum(areas) / hot.size
        if self._calibrating and share < 0.05 and len(areas) <= 4:
            self._calibrating = False
        if share > 0.8:
            self._calibrating = True
        self._moving = self._moving + 1 if areas else 0
        if not areas or self._moving >= 10:
            cv2.accumulateWeighted(gray, self._average, 0.2 if self._calibrating else 0.01)
        return len(areas)


def record(folder: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *FFMPEG, "-rtsp_transport", "tcp", "-i", url, "-an", "-c:v", "copy", "-f", "segment",
            "-segment_time", str(SEGMENT_SECONDS), "-reset_timestamps", "1", f"{folder}/%05d.mp4",
        ]
    )  # fmt: skip


def decode(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *FFMPEG, "-threads", "2", "-rtsp_transport", "tcp", "-i", url, "-an", "-r", str(FPS), "-vf",
            f"fps={FPS},scale={WIDTH}:{HEIGHT}", "-threads", "2", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:",
        ],
        stdout=subprocess.PIPE,
    )  # fmt: skip


def look(decoder: subprocess.Popen[bytes], folder: Path) -> None:
    """Motion on each picture, and the care of each finished segment."""
    assert decoder.stdout is not None
    motion, size, done = FrigateMotion(), WIDTH * HEIGHT * 3 // 2, 0
    while len(data := decoder.stdout.read(size)) == size:
        motion.detect(np.frombuffer(data, np.uint8)[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH))
        while (folder / f"{done + 1:05}.mp4").exists():
            _finish(folder / f"{done:05}.mp4")
            done += 1


def _finish(path: Path) -> None:
    probe = cv2.VideoCapture(str(path))
    probe.get(cv2.CAP_PROP_FRAME_COUNT)
    probe.release()
    final = path.with_suffix(".final.mp4")
    command = [*FFMPEG, "-i", str(path), "-c", "copy", "-movflags", "+faststart", "-y", str(final)]
    subprocess.run(command, check=True)


def main() -> None:
    cv2.setNumThreads(1)
    folder, main_url, sub_url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    children = [record(folder, main_url), decode(sub_url)]

    def stop(*_: object) -> None:
        for child in children:
            child.kill()
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    look(children[1], folder)


if __name__ == "__main__":
    main()
