"""How fast a clip is made fit to leave, as multiples of real time, beside other people's tools in the same run.

Masks: ffmpeg's `drawbox` with the same encoder settings. Faces: the `deface` command, which looks at every
frame and blurs. Both get the clip as a file and two threads for encoding. The film is 1080p30 with somebody
walking through it; for faces, a real portrait moves over it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from skimage import data

from benchmarks import harness
from latchstring.base.time import TimeRange, from_micros
from latchstring.hub.cameras.regions import Region
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.models import StoredGop
from latchstring.hub.redaction import burned, faces
from latchstring.hub.redaction.burn import ENCODER_THREADS, OPTIONS, burn
from latchstring.hub.redaction.plan import Plan, Wish
from latchstring.testing.recorded import data_of, gops_of, gops_of_pictures

NAME = "redaction"
SCENE = Scene(width=1920, height=1080, fps=30, gop_seconds=2, every=6)
SECONDS, RUNS = 10, 3
FACE_SECONDS, FACE_RUNS = 2, 1
MASKS = (
    Region(name="Window", corners=((0.1, 0.1), (0.3, 0.1), (0.3, 0.4), (0.1, 0.4))),
    Region(name="Garden", corners=((0.6, 0.5), (0.95, 0.5), (0.95, 0.9), (0.6, 0.9))),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        filmed = _clip(gops_of(SCENE, SECONDS), work / "porch.mp4")
        somebody = _clip(gops_of_pictures(_portraits(), fps=SCENE.fps), work / "somebody.mp4")
        finder = faces.finder()
        rows = [
            _row(
                "burn two masks, 1080p30",
                filmed,
                ours=lambda: _mask(filmed, work),
                peer=lambda: _drawbox(work),
                peer_name="ffmpeg drawbox",
                runs=RUNS,
            ),
            _row(
                "hide faces, 1080p30",
                somebody,
                ours=lambda: _hide_faces(somebody, finder, work),
                peer=lambda: _deface(work),
                peer_name="deface",
                runs=FACE_RUNS,
            ),
        ]
    harness.write(NAME, rows)


def _row(
    name: str, clip: Clip, *, ours: Callable[[], None], peer: Callable[[], None], peer_name: str, runs: int
) -> harness.Row:
    """We and the peer take turns, so that what else the machine does meets both."""
    speeds = [(_speed(clip, ours), _speed(clip, peer)) for _ in range(runs)]
    medians = [statistics.median(each) for each in zip(*speeds, strict=True)]
    return harness.row(name, *medians, peer_name, "x real time", runs)


def _mask(clip: Clip, work: Path) -> None:
    burned.write(burn(clip, Plan(masks=MASKS)), work / "masked.mp4")


def _hide_faces(clip: Clip, finder: faces.FaceFinder, work: Path) -> None:
    found = faces.find(clip, finder)
    burned.write(burn(clip, Plan(wish=Wish(faces=True)), faces=found), work / "faceless.mp4")


def _drawbox(work: Path) -> None:
    boxes = ",".join(
        f"drawbox=x=iw*{r.corners[0][0]}:y=ih*{r.corners[0][1]}"
        f":w=iw*{r.corners[2][0] - r.corners[0][0]:.2f}:h=ih*{r.corners[2][1] - r.corners[0][1]:.2f}"
        ":color=black:t=fill"
        for r in MASKS
    )
    encoder = ["-c:v", "libx264", "-preset", OPTIONS["preset"], "-crf", OPTIONS["crf"], "-bf", "0"]
    threads = ["-threads", str(ENCODER_THREADS)]
    quietly = [get_ffmpeg_exe(), "-nostdin", "-y", "-v", "error"]
    _run([*quietly, "-i", "porch.mp4", "-vf", boxes, *encoder, *threads, "peer.mp4"], work)


def _deface(work: Path) -> None:
    _run([sys.executable, "-m", "deface.deface", "somebody.mp4", "--output", "peer.mp4"], work)


def _run(command: list[str], work: Path) -> None:
    subprocess.run(command, cwd=work, check=True, capture_output=True)


def _speed(clip: Clip, do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return clip.during.duration.total_seconds() / (time.perf_counter() - began)


def _portraits() -> list[np.ndarray]:
    """Somebody's portrait (scikit-image's own) moving over a wall."""
    person, pictures = data.astronaut(), []
    for number in range(FACE_SECONDS * SCENE.fps):
        wall = np.full((SCENE.height, SCENE.width, 3), 130, np.uint8)
        left = 10 * number
        wall[300 : 300 + 512, left : left + 512] = person
        pictures.append(wall)
    return pictures


def _clip(gops: list[WholeGop], path: Path) -> Clip:
    """The clip that a hub would have, and the same film as a plain file for the peer."""
    folder = path.parent
    (folder / path.stem).write_bytes(data_of(*gops))
    stored, at = [], 0
    for whole in gops:
        gop, size_bytes = whole.gop, len(data_of(whole))
        stored.append(
            StoredGop(
                camera=gop.camera,
                run_us=gop.run_us,
                start_us=gop.start_us,
                end_us=gop.end_us,
                frames=gop.frames,
                media_start=gop.media_start,
                path=path.stem,
                byte_offset=at,
                size_bytes=size_bytes,
            )
        )
        at += size_bytes
    during = TimeRange(from_micros(stored[0].start_us), from_micros(stored[-1].end_us))
    clip = Clip(
        camera=stored[0].camera,
        start=during.start,
        end=during.end,
        run=gops[0].run,
        gops=tuple(stored),
        folder=folder,
    )
    clip.save(path.with_suffix(".fmp4"))
    with av.open(str(path.with_suffix(".fmp4"))) as source, av.open(str(path), "w") as plain:
        stream = plain.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                plain.mux(packet)
    return clip


if __name__ == "__main__":
    main()
