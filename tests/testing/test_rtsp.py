import os
import signal
import subprocess
import sys

import psutil
import pytest

from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.films import film
from latchstring.testing.rtsp import WHY_NOT, available
from latchstring.testing.waiting import until

STARTER = """
import sys, time
from latchstring.testing.rtsp import RtspServer
server = RtspServer({"/porch": "file:" + sys.argv[1]})
server.start()
print(server._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not available(), reason=WHY_NOT)
def test_a_server_does_not_outlive_who_started_it(tmp_path):
    """Even kill -9 of the demo leaves no camera behind."""
    path = film(tmp_path / "porch.mp4", Scene(width=96, height=64), 1)
    with subprocess.Popen([sys.executable, "-c", STARTER, str(path)], stdout=subprocess.PIPE) as starter:
        server = int(starter.stdout.readline())
        assert psutil.pid_exists(server)
        os.kill(starter.pid, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(server) or psutil.Process(server).status() == psutil.STATUS_ZOMBIE)
