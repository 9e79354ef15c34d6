"""Cameras are found by real multicast, between two machines on one line: two network namespaces and a veth pair."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from latchstring.hub.cameras.onvif.discovery import GROUP, PORT

HUB, CAMERA = f"latchstring-hub-{os.getpid()}", f"latchstring-camera-{os.getpid()}"
CAMERA_AT = "198.51.100.2"
ANSWERS = f"""
import re, socket, struct
from latchstring.testing.onvif_answers import probe_match
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.bind(("", {PORT}))
line.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton("{GROUP}") + socket.inet_aton("{CAMERA_AT}"))
print("listening", flush=True)
asked, who = line.recvfrom(65536)
name = re.search(rb"MessageID>([^<]*)<", asked)[1].decode()
line.sendto(probe_match(name, "http://{CAMERA_AT}/onvif/device_service", "Porch"), who)
"""
SEARCH = """
from latchstring.hub.cameras.onvif.discovery import search
for found in search(seconds=10):
    print(found.address, found.name, flush=True)
    break
"""


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture
def line() -> Iterator[None]:
    """A hub and a camera, each with a network of its own, and a line between them."""
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces")
    try:
        for name in (HUB, CAMERA):
            ip("netns", "add", name)
        ip("link", "add", "hub0", "netns", HUB, "type", "veth", "peer", "name", "cam0", "netns", CAMERA)
        for name, end, address in ((HUB, "hub0", "198.51.100.1"), (CAMERA, "cam0", CAMERA_AT)):
            ip("-n", name, "address", "add", f"{address}/24", "dev", end)
            ip("-n", name, "link", "set", end, "up")
        yield
    except OSError as e:
        pytest.skip(f"no network namespaces here: {e}")
    finally:
        for name in (HUB, CAMERA):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def within(name: str, program: str) -> subprocess.Popen[str]:
    command = ["ip", "netns", "exec", name, sys.executable, "-c", program]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_camera_on_the_same_line_is_found(line: None) -> None:
    """Nobody told the hub where to ask."""
    with within(CAMERA, ANSWERS) as camera:
        assert camera.stdout is not None
        assert camera.stdout.readline() == "listening\n"
        with within(HUB, SEARCH) as hub:
            found, _ = hub.communicate(timeout=30)
        camera.kill()
    assert found == f"http://{CAMERA_AT}/onvif/device_service Porch\n"
