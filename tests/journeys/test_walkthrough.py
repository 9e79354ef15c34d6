"""The demo as a newcomer starts it, and what its walkthrough leaves behind."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from latchstring.demo.processes import free_port
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import DirectoryStorage
from latchstring.ledger.verify import verify_log
from latchstring.testing.go_verifier import verify_with_go

pytestmark = pytest.mark.slow
DEMO = [sys.executable, "-m", "latchstring.demo"]


@pytest.fixture(scope="module")
def results(real_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the walkthrough left, with real footage of a street as Lamp House's camera."""
    out = tmp_path_factory.mktemp("walkthrough") / "out"
    video = real_video / "pedestrians.mp4"
    done = subprocess.run(
        [*DEMO, "--walkthrough", "--video", str(video), "--out", str(out)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_report_names_each_step(results):
    """Fifteen numbered steps, each in words and each held."""
    report = json.loads((results / "report.json").read_text())
    assert report["ok"] is True
    assert [step["n"] for step in report["steps"]] == list(range(1, 16))
    assert all(step["ok"] is True and step["what"] and step["checks"] for step in report["steps"])


def test_the_original_is_what_the_hub_holds(results):
    """The clip in the opened bag is the hub's own, byte for byte."""
    originals = [path.read_bytes() for path in (results / "opened" / "data" / "original").glob("*.mp4")]
    assert (results / "recorded.mp4").read_bytes() in originals


def test_others_verify_the_ledger(results):
    """Go's own log library and our verifier derive the same ledger from the files."""
    vkey = (results / "ledger" / "vkey").read_text().strip()
    report = verify_log(DirectoryStorage(results / "ledger"), Verifier.from_vkey(vkey))
    assert report.size == 14
    verify_with_go(results / "ledger", vkey)


def test_the_case_key_is_an_age_identity(results):
    """One file that `age` reads as well."""
    assert re.search(r"^AGE-SECRET-KEY-1[0-9A-Z]{58}$", (results / "case-key.txt").read_text(), re.MULTILINE)


def test_the_demo_starts_stops_and_starts_again():
    """One table of addresses and logins; Ctrl-C leaves no process behind; the second start finds it all."""
    # Not below pytest's folder, through which PostgreSQL's own user may not walk.
    with tempfile.TemporaryDirectory(prefix="latchstring-") as data:
        port = _four_free_ports()
        for _ in range(2):
            demo = subprocess.Popen(
                [*DEMO, "--data", data, "--port", str(port)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert demo.stdout is not None
            assert demo.stderr is not None
            told = ""
            while "Ctrl-C stops everything" not in told:
                line = demo.stdout.readline()
                assert line, told + demo.stderr.read()
                told += line
            children = psutil.Process(demo.pid).children(recursive=True)
            assert len(children) >= 4
            for name in ("Officer Okafor", "Reviewer Brandt", "Lamp House", "Quay Cottage", "Mill Farm"):
                assert name in told
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
            demo.stdout.close()
            demo.stderr.close()
            assert [c for c in children if c.is_running()] == []


def test_a_taken_port_is_one_sentence(tmp_path):
    """Somebody else listens where the network should: the demo says so and starts nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*DEMO, "--data", str(tmp_path), "--port", str(port)], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port} is taken" in done.stderr


def _four_free_ports() -> int:
    """The first of four loopback ports in a row that nobody listens on now."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + 4):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
