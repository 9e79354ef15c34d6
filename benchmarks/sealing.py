"""How fast clips are sealed and opened, beside the `age` command line in the same run.

We and the peer take turns, so that what else the machine does meets both. Sealing alone: the same bytes
through age to a synced file, by us and by `age`. A whole disclosure: what a home and an agency really do,
beside `age`, `tar`, `sha256sum` and `sha512sum` doing the same work by hand.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import harness
from latchstring.base.signing import SigningKey
from latchstring.sealing import age
from latchstring.sealing.bag import chunks_of
from latchstring.sealing.keys import CaseKey
from latchstring.sealing.seal import seal_disclosure
from latchstring.sealing.unseal import decrypt, open_package
from latchstring.sealing.verify import verify_package
from latchstring.testing.packages import FACTS, NOW, WINDOW, ClipToSeal, MadePackage, make_package

NAME = "sealing"
MEBIBYTE = 1 << 20
SIZES = ((20, 7), (200, 3))  # MiB, runs
DIGESTS = "sha256sum {0} >> digests && sha512sum {0} >> digests"


@dataclass(frozen=True)
class Work:
    """A folder with a clip, a case key and the clip sealed as a package."""

    folder: Path
    clip: Path
    key: CaseKey
    made: MadePackage

    @property
    def out(self) -> Path:
        return self.folder / "out"


def main() -> None:
    if shutil.which("age") is None:
        sys.exit("sealing: the peer is missing; install Debian's package `age`")
    rows = []
    for size, runs in SIZES:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            work = _prepare(Path(folder), size)
            for name, ours, peer, peer_name in (
                ("seal", _seal, _age_seal, "age"),
                ("open", _open, _age_open, "age --decrypt"),
                ("make a disclosure", _disclose, _by_hand, "sha256sum, sha512sum, tar, age"),
                ("check and open it", _check_and_open, _open_by_hand, "sha512sum, sha256sum, age, tar"),
            ):
                speeds = [(_speed(work, ours, size), _speed(work, peer, size)) for _ in range(runs)]
                medians = [statistics.median(each) for each in zip(*speeds, strict=True)]
                rows.append(harness.row(f"{name}, {size} MiB", *medians, peer_name, "MB/s", runs))
    harness.write(NAME, rows)


def _prepare(folder: Path, size: int) -> Work:
    clip = folder / "clip.mp4"
    with clip.open("wb") as f:
        for _ in range(size):
            f.write(os.urandom(MEBIBYTE))
    made = make_package(folder, clips=[_clip(clip)])
    key = made.approved.case_key
    (folder / "key").write_text(key.to_text(NOW))
    return Work(folder, clip, key, made)


def _clip(path: Path) -> ClipToSeal:
    return ClipToSeal(camera="cam", during=WINDOW, source=path, facts=FACTS)


def _speed(work: Work, job: Callable[[Work], None], size: int) -> float:
    """MB of clip a second, with the result on the disk."""
    work.out.mkdir()
    start = time.perf_counter()
    job(work)
    seconds = time.perf_counter() - start
    shutil.rmtree(work.out)
    return size * MEBIBYTE / 1e6 / seconds


def _seal(work: Work) -> None:
    with (work.out / "sealed").open("wb") as out:
        age.seal(chunks_of(work.clip), out, [work.key.recipient])
        out.flush()
        os.fsync(out.fileno())


def _age_seal(work: Work) -> None:
    _shell(work, f"age --recipient {work.key.recipient} --output sealed ../clip.mp4 && sync sealed")


def _open(work: Work) -> None:
    with work.made.sealed.path.open("rb") as sealed:
        decrypt(sealed, work.key.identity, work.out / "opened")


def _age_open(work: Work) -> None:
    _shell(work, "age --decrypt --identity ../key --output opened ../sealed/sealed.age && sync opened")


def _disclose(work: Work) -> None:
    seal_disclosure(
        [_clip(work.clip)],
        asked=work.made.approved.asked,
        device=SigningKey.generate(),
        agreed_at=NOW - timedelta(minutes=1),
        now=NOW,
        folder=work.out / "sealed",
    )


def _by_hand(work: Work) -> None:
    _shell(
        work,
        DIGESTS.format("../clip.mp4"),
        f"tar --create --directory .. clip.mp4 | age --recipient {work.key.recipient} --output sealed",
        "sync sealed",
        DIGESTS.format("sealed"),
    )


def _check_and_open(work: Work) -> None:
    verify_package(work.made.folder, vkey=work.made.vkey, now=NOW)
    open_package(work.made.folder, work.key.identity, work.out / "opened")


def _open_by_hand(work: Work) -> None:
    check = "sha512sum --check --quiet manifest-sha512.txt && sha256sum --check --quiet manifest-sha256.txt"
    _shell(
        work,
        f"(cd ../package && {check})",
        "age --decrypt --identity ../key ../package/data/sealed.age | tar --extract --ignore-zeros",
        check,
        "find . -type f -exec sync {} +",
    )


def _shell(work: Work, *commands: str) -> None:
    subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(commands)], cwd=work.out, check=True)


if __name__ == "__main__":
    main()
