"""A recorder in the shape of Frigate's, for one camera: one process for each step, connected by pipes and files.

It is a reconstruction from Frigate's documented parts, not Frigate: PyAV stands where Frigate starts the ffmpeg
command, numpy where it uses OpenCV, and contours are counted as pixels. Left out, in the peer's favour: audio,
object tracking, previews, the restreamer, and the start of a program for each segment (a fork here).

    record child   main stream, copied into MP4 files of 10 s
    decode child   sub stream, every frame decoded, yuv420p at 5 fps down a pipe
    parent         motion on each picture; for each segment one probe and one remux with its index in front
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 640, 360, 5
SEGMENT_SECONDS = 10
OPTIONS = {"rtsp_transport": "tcp"}


class FrigateMotion:
    """Resize to 100 rows, stretch contrast, blur, compare with a weighted mean, threshold, dilate."""

    def __init__(self) -> None:
        self._average: NDArray[np.float32] | None = None
        self._contrast: deque[tuple[float, float]] = deque([(0.0, 255.0)] * 50, maxlen=50)
        self._calibrating = True

    def detect(self, luma: NDArray[np.uint8]) -> int:
        """How many pixels of the small picture are hot."""
        rows = np.arange(100) * luma.shape[0] // 100
        width = 100 * luma.shape[1] // luma.shape[0]
        columns = np.arange(width) * luma.shape[1] // width
        small = luma[rows][:, columns]
        self._contrast.append((float(np.percentile(small, 4)), float(np.percentile(small, 96))))
        low, high = np.mean(self._contrast, axis=0)
        gray = ((np.clip(small, low, high) - low) / max(high - low, 1) * 255).astype(np.float32)
        gray = _gaussian(_gaussian(gray).T).T
        if self._average is None:
            self._average = np.zeros_like(gray)
        hot = np.abs(gray - self._average) > 30
        wide = hot.copy()
        for across in (-1, 0, 1):
            for down in (-1, 0, 1):
                wide |= np.roll(hot, (across, down), (0, 1))
        count = int(np.count_nonzero(wide))
        if not count:
            alpha = 0.2 if self._calibrating else 0.01
            self._average += alpha * (gray - self._average)
        self._calibrating = count > 0.05 * wide.size
        return count


def _gaussian(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the rows, sigma 1, radius 1."""
    out = image.copy()
    out[1:-1] = 0.2741 * (image[:-2] + image[2:]) + 0.4519 * image[1:-1]
    return out


def record(folder: Path, url: str) -> None:
    """Copy into a new file every ten seconds, at a keyframe."""
    number, out, stream, began, last = 0, None, None, 0.0, -1
    with av.open(url, options=OPTIONS) as source:
        template = source.streams.video[0]
        for packet in source.demux(template):
            if packet.dts is None or packet.dts <= last:
                continue
            last = packet.dts
            at = float(packet.dts * packet.time_base)
            if packet.is_keyframe and (out is None or at - began >= SEGMENT_SECONDS):
                if out is not None:
                    out.close()
                    (folder / f"{number}.part").rename(folder / f"{number}.mp4")
                    number += 1
                out = av.open(str(folder / f"{number}.part"), "w", format="mp4")
                stream, began = out.add_stream_from_template(template), at
            if out is not None:
                packet.stream = stream
                out.mux(packet)


def decode(url: str, pipe: BinaryIO) -> None:
    """Decode everything; drop to five pictures a second afterwards, as ffmpeg's fps filter does."""
    with av.open(url, options=OPTIONS) as source:
        stream = source.streams.video[0]
        stream.codec_context.thread_count = 2
        due = 0.0
        for frame in source.decode(stream):
            if frame.time is not None and frame.time >= due:
                due = frame.time + 0.9 / FPS
                pipe.write(frame.to_ndarray(format="yuv420p").tobytes())
                pipe.flush()


def look(pipe: BinaryIO, folder: Path) -> None:
    """Motion on each picture, and the care of each finished segment."""
    motion, size, done = FrigateMotion(), WIDTH * HEIGHT * 3 // 2, set()
    while len(data := pipe.read(size)) == size:
        motion.detect(np.frombuffer(data, np.uint8)[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH))
        for path in sorted(folder.glob("*.mp4")):
            if path not in done:
                done.add(path)
                _probe(path)
                _in_a_child(lambda path=path: _remux(path))


def _probe(path: Path) -> float:
    """Its duration, by opening it as a player does: the first picture is decoded."""
    with av.open(str(path)) as file:
        next(file.decode(video=0))
        return (file.duration or 0) / 1e6


def _remux(path: Path) -> None:
    """The same file again with its index in front."""
    with (
        av.open(str(path)) as source,
        av.open(str(path.with_suffix(".final")), "w", format="mp4", options={"movflags": "faststart"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def _in_a_child(work) -> None:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    folder, main_url, sub_url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    reading, writing = os.pipe()
    children = []
    for work in (lambda: record(folder, main_url), lambda: decode(sub_url, os.fdopen(writing, "wb"))):
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        children.append(child)
    os.close(writing)

    def stop(*_: object) -> None:
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    look(os.fdopen(reading, "rb"), folder)


if __name__ == "__main__":
    main()
