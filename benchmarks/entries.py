"""Entries through the network's database and worker: entered, integrated, under a published checkpoint.

Everything is durable (PostgreSQL with fsync, files synced). HTTP, rules and the checks of signatures are not in these
figures, only what every entry costs once it is accepted. Entries have the size of a submitted request.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import harness
from latchstring.ledger.entry import RequestSubmitted
from latchstring.ledger.verify import verify_log
from latchstring.network.daemon import NetworkDaemon
from latchstring.network.database.roles import Role
from latchstring.network.ledger import service as ledger
from latchstring.network.settings import NetworkSettings

RUNS = 3
SECONDS_AT_ONE_PER_SECOND = 30
SUBMITTED = RequestSubmitted(
    at="2026-11-23T08:00:00Z",
    request="",
    agency="riverside-pd",
    officer="officer-7kq2m4abcdefg",
    offence="burglary",
    cells=["862ab38f7ffffff"],
    policy_sha256="0" * 64,
    case_commitment="0" * 64,
    recipient="age1" + "q" * 58,
    statement_sha256="0" * 64,
)


def enter(network: NetworkDaemon, n: int) -> None:
    """One transaction with `n` entries."""
    with network.database.transaction(Role.AGENCY) as db:
        for i in range(n):
            ledger.enter(replace(SUBMITTED, request=f"rq_{i:026}"), db=db)


def published(network: NetworkDaemon) -> int:
    """The size that the public checkpoint states."""
    return int(network.tiles.get("checkpoint").split(b"\n", 2)[1])


def wait_for(network: NetworkDaemon, size: int) -> None:
    while published(network) < size:
        time.sleep(0.001)


def rate(network: NetworkDaemon, *, transactions: int, entries: int, writers: int) -> float:
    """Entries a second, from the first transaction to the checkpoint over the last."""
    before = published(network)
    started = time.perf_counter()
    threads = [
        threading.Thread(target=lambda: [enter(network, entries) for _ in range(transactions // writers)])
        for _ in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = transactions // writers * writers * entries
    wait_for(network, before + total)
    return total / (time.perf_counter() - started)


def delays(network: NetworkDaemon, *, per_second: float, seconds: float) -> list[float]:
    """Milliseconds from each commit to the checkpoint that covers it."""
    found = []
    for _ in range(int(per_second * seconds)):
        before = published(network)
        enter(network, 1)
        committed = time.perf_counter()
        wait_for(network, before + 1)
        taken = time.perf_counter() - committed
        found.append(taken * 1000)
        time.sleep(max(0.0, 1 / per_second - taken))
    return found


def fsync_ms(folder: Path) -> float:
    """What one fsync of a small file costs here, beside which the figures have to be read."""
    with (folder / "probe").open("wb", buffering=0) as f:

        def once() -> float:
            f.write(b"x" * 512)
            started = time.perf_counter()
            os.fsync(f.fileno())
            return (time.perf_counter() - started) * 1000

        return harness.median_of(once, 50)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="latchstring-bench-", ignore_cleanup_errors=True) as folder:
        network = NetworkDaemon(NetworkSettings(data=Path(folder) / "n", origin="bench.test/ledger"))
        network.start()
        try:
            wait_for(network, 1)
            rate(network, transactions=20, entries=10, writers=2)  # warm
            in_batches = harness.median_of(
                lambda: rate(network, transactions=40, entries=256, writers=4), RUNS
            )
            singles = harness.median_of(lambda: rate(network, transactions=400, entries=1, writers=8), RUNS)
            alone = harness.median_of(lambda: rate(network, transactions=100, entries=1, writers=1), RUNS)
            slow = delays(network, per_second=1, seconds=SECONDS_AT_ONE_PER_SECOND)
            fast = delays(network, per_second=20, seconds=15)
            verify_log(network.tiles, network.signer.verifier)
            harness.write(
                "entries",
                [
                    harness.row("batches of 256, 4 writers", in_batches, None, None, "entries/s", RUNS),
                    harness.row("single entries, 8 writers", singles, None, None, "entries/s", RUNS),
                    harness.row("single entries, 1 writer", alone, None, None, "entries/s", RUNS),
                    harness.row(
                        "commit to checkpoint at 1/s, p50", percentile(slow, 50), None, None, "ms", len(slow)
                    ),
                    harness.row(
                        "commit to checkpoint at 1/s, p99", percentile(slow, 99), None, None, "ms", len(slow)
                    ),
                    harness.row(
                        "commit to checkpoint at 20/s, p50", percentile(fast, 50), None, None, "ms", len(fast)
                    ),
                    harness.row(
                        "commit to checkpoint at 20/s, p99", percentile(fast, 99), None, None, "ms", len(fast)
                    ),
                    harness.row("one fsync here", fsync_ms(Path(folder)), None, None, "ms", 50),
                ],
            )
        finally:
            network.stop()


def percentile(values: list[float], p: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[p - 1]


if __name__ == "__main__":
    main()
