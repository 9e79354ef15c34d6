"""Pictures are decoded in many threads, and none of them keeps the room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

THREADS, PICTURE_BYTES = 8, 6 << 20
LOOKED_AT = f"""
import sys, threading
from pathlib import Path
from latchstring.base.clock import SystemClock
from latchstring.hub.live.video import Video
from latchstring.hub.store import Store

folder = Path(sys.argv[1])
video = Video(Store(folder / "hub.db"), folder, SystemClock())
video.start()


def held_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def look():
    picture = b"x" * {PICTURE_BYTES}
    kept.append(bytes(2000))
    del picture
    everybody.wait()
    everybody.wait()


kept, everybody = [], threading.Barrier({THREADS} + 1)
large = b"x" * (4 * {PICTURE_BYTES})
del large
before = held_bytes()
for _ in range({THREADS}):
    threading.Thread(target=look).start()
everybody.wait()
print(held_bytes() - before)
everybody.wait()
video.stop()
"""


def test_a_picture_that_was_looked_at_takes_no_room_any_more(tmp_path: Path) -> None:
    """Else a hub that is looked at from a few phones holds a large picture for each thread that made one."""
    child = [sys.executable, "-c", LOOKED_AT, str(tmp_path)]
    done = subprocess.run(child, capture_output=True, check=True, timeout=60, text=True)
    assert int(done.stdout) < 2 * PICTURE_BYTES
