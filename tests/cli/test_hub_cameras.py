"""`latchstring hub cameras`: finding and asking without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from latchstring.testing.onvif_answers import Stream
from latchstring.testing.onvif_device import OnvifDevice


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    streams = [
        Stream("big", "rtsp://127.0.0.1:8554/big", 2560, 1440, codec="H265"),
        Stream("main", "rtsp://127.0.0.1:8554/main", 1920, 1080),
        Stream("sub", "rtsp://127.0.0.1:8554/sub", 640, 360),
    ]
    with OnvifDevice(streams, model="Porch doorbell") as device:
        yield device


def run(*words: str, tmp_path: Path, search: str = "multicast") -> str:
    config = tmp_path / "hub.toml"
    config.write_text(f'camera_search = ["{search}"]\n', "utf-8")
    result = CliRunner().invoke(main, ["hub", "--config", str(config), "cameras", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_find_lists_who_answers(device: OnvifDevice, tmp_path: Path) -> None:
    """For people as they answer, for programs as a list."""
    place = f"127.0.0.1:{device.discovery_port}"
    assert f"Porch doorbell (doorbell) at {device.address}" in run("find", tmp_path=tmp_path, search=place)
    assert [
        each["address"] for each in json.loads(run("find", "--json", tmp_path=tmp_path, search=place))
    ] == [device.address]


def test_ask_tells_which_streams_would_be_taken(device: OnvifDevice, tmp_path: Path) -> None:
    """And why not the largest; the login is shown nowhere."""
    password = tmp_path / "password"
    password.write_text("synthetic\n", "utf-8")
    said = run("ask", device.address, "--user", "owner", "--password-file", str(password), tmp_path=tmp_path)
    assert "main  H264 1920x1080 20/s  recorded" in said
    assert "sub  H264 640x360 20/s  watched for motion" in said
    assert "2560 × 1440) is HEVC" in said
    assert "synthetic" not in said
