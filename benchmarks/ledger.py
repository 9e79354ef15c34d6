"""How fast a ledger on disk grows, every file synced, beside the disk's own limit in the same run.

The peer writes the same entries to one file in batches of the same size, with one fsync for each batch: nothing
that is durable can be faster on this disk.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import harness
from latchstring.base.signing import SigningKey
from latchstring.ledger import log, proofs
from latchstring.ledger.checkpoint import Checkpoint
from latchstring.ledger.note import Signer
from latchstring.ledger.storage import DirectoryStorage
from latchstring.ledger.verify import verify_log

NAME = "ledger"
RUNS = 5
ENTRY_BYTES = 700
SIGNER = Signer("benchmark.test/ledger", SigningKey(bytes(32)))
PEER = "one file, append + fsync per batch"
LOG_SIZE = 20_000


def main() -> None:
    rows = []
    for batch, batches in ((256, 40), (1, 200)):
        entries = [os.urandom(ENTRY_BYTES) for _ in range(batch)]
        ours = _median(partial(_grow, entries=entries, batches=batches))
        peer = _median(partial(_append, entries=entries, batches=batches))
        rows.append(harness.row(f"durable, batch {batch}", ours, peer, PEER, "entries/s", RUNS))
    rows.append(harness.row("publish one entry", _median(_publish_one), None, None, "ms", RUNS))
    rows.append(harness.row("verify a whole log", _median(_verify), None, None, "entries/s", RUNS))
    rows.append(harness.row("make and check a proof", _median(_prove), None, None, "proofs/s", RUNS))
    harness.write(NAME, rows)


def _median(measure: Callable[[Path], float]) -> float:
    def once() -> float:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            return measure(Path(folder))

    return harness.median_of(once, RUNS)


def _grow(folder: Path, entries: list[bytes], batches: int) -> float:
    """Entries per second of integrate(), tiles and bundles durable after each batch."""
    storage = DirectoryStorage(folder)
    checkpoint = Checkpoint.empty(SIGNER.name)
    start = time.perf_counter()
    for _ in range(batches):
        checkpoint = log.integrate(storage, old=checkpoint, entries=entries)
    return checkpoint.size / (time.perf_counter() - start)


def _append(folder: Path, entries: list[bytes], batches: int) -> float:
    data = b"".join(entries)
    fd = os.open(folder / "entries", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        start = time.perf_counter()
        for _ in range(batches):
            os.write(fd, data)
            os.fsync(fd)
        return len(entries) * batches / (time.perf_counter() - start)
    finally:
        os.close(fd)


def _publish_one(folder: Path) -> float:
    """Milliseconds from one entry to its signed checkpoint on disk, in a log of some size."""
    storage, checkpoint = _a_log(folder)
    start = time.perf_counter()
    log.publish(storage, log.integrate(storage, old=checkpoint, entries=[bytes(ENTRY_BYTES)]), SIGNER)
    return (time.perf_counter() - start) * 1000


def _verify(folder: Path) -> float:
    storage, checkpoint = _a_log(folder)
    start = time.perf_counter()
    verify_log(storage, SIGNER.verifier)
    return checkpoint.size / (time.perf_counter() - start)


def _prove(folder: Path) -> float:
    storage, checkpoint = _a_log(folder)
    text = storage.get("checkpoint").decode()
    count = 200
    start = time.perf_counter()
    for i in range(count):
        index = i * 97 % checkpoint.size
        proof = proofs.prove_inclusion(storage, index, text, checkpoint.size)
        proofs.verify_entry(index.to_bytes(4, "big") * (ENTRY_BYTES // 4), proof, SIGNER.verifier)
    return count / (time.perf_counter() - start)


def _a_log(folder: Path) -> tuple[DirectoryStorage, Checkpoint]:
    storage = DirectoryStorage(folder)
    entries = [i.to_bytes(4, "big") * (ENTRY_BYTES // 4) for i in range(LOG_SIZE)]
    checkpoint = log.integrate(storage, old=Checkpoint.empty(SIGNER.name), entries=entries)
    log.publish(storage, checkpoint, SIGNER)
    return storage, checkpoint


if __name__ == "__main__":
    main()
