"""A memory dump holds what the process holds."""

from __future__ import annotations

import subprocess
import sys

from latchstring.testing import memory

HOLDS = "import sys; word = bytes(reversed(b'{backwards}')); print('ready', flush=True); sys.stdin.read()"


def test_dump_holds_a_value_that_exists_only_in_memory(tmp_path):
    """A value that the process put together, and that stands in no file, is found in its memory."""
    secret = b"lantern-under-the-third-step"
    code = HOLDS.format(backwards=secret[::-1].decode())
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        size = memory.dump(child.pid, tmp_path / "memory")
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait()
    assert size > 1_000_000
    assert secret in (tmp_path / "memory").read_bytes()
