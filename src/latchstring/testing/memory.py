"""The memory of a running process, as somebody who seizes the machine would take it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r...) \S+ \S+ (\d+)\s*(.*)")
_PIECE = 1 << 22


def dump(pid: int, into: Path) -> int:
    """Write every private or anonymous readable mapping of `pid` to `into`; returns the number of bytes.

    Files that are mapped unchanged from disk (libraries) are left out: they hold nothing of this process.
    """
    written = 0
    with Path(f"/proc/{pid}/maps").open() as maps, into.open("wb") as out:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        try:
            for line in maps:
                if (found := _MAPPING.match(line)) is None:
                    continue
                start, end, rights, inode, name = found.groups()
                if name.startswith("[v") or (inode != "0" and "w" not in rights):
                    continue
                written += _copy(memory, int(start, 16), int(end, 16), out.fileno())
        finally:
            os.close(memory)
    return written


@contextmanager
def frozen(pid: int) -> Iterator[list[int]]:
    """`pid` and all processes below it, stopped where they are until the block ends."""
    members: list[int] = []
    try:
        while new := [member for member in family(pid) if member not in members]:
            for member in new:
                _signal(member, signal.SIGSTOP)
                members.append(member)
        yield [member for member in members if Path(f"/proc/{member}/maps").exists()]
    finally:
        for member in members:
            _signal(member, signal.SIGCONT)


def family(pid: int) -> list[int]:
    """`pid` and all processes below it."""
    members = [pid]
    for parent in members:
        with suppress(FileNotFoundError):  # it ended by itself
            for thread in Path(f"/proc/{parent}/task").iterdir():
                members.extend(int(child) for child in (thread / "children").read_text().split())
    return members


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, number)


def _copy(memory: int, start: int, end: int, out: int) -> int:
    copied = 0
    for at in range(start, end, _PIECE):
        try:
            piece = os.pread(memory, min(_PIECE, end - at), at)
        except OSError:  # a guard page
            continue
        os.write(out, piece)
        copied += len(piece)
    return copied
