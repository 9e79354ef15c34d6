"""The demo's machines: one network, three homes, their cameras. Each is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from latchstring.base.files import write_whole
from latchstring.demo.processes import DidNotStart, Process, free_port, require_free
from latchstring.demo.town import HOMES, Home
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing import films, rtsp

ORIGIN = "harbour-row.example/ledger"
FILM_SECONDS = 24
SCENES = {"lamp": Scene(seed=1), "mill": Scene(seed=5)}
"""What the cameras of the homes see that have no film of their own."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where everything listens, on loopback only."""

    network: int
    homes: dict[str, int]

    @classmethod
    def from_first(cls, first: int) -> Ports:
        """`first` for the network, the next ones for the homes; all must be free."""
        ports = cls(network=first, homes={home.key: first + n for n, home in enumerate(HOMES, 1)})
        for port in (ports.network, *ports.homes.values()):
            require_free(port)
        return ports

    @classmethod
    def free(cls) -> Ports:
        return cls(network=free_port(), homes={home.key: free_port() for home in HOMES})


class Stage:
    """Starts on an empty folder, or on what an earlier one left there. Stops everything that it started."""

    def __init__(self, data: Path, ports: Ports, *, video: Path | None = None) -> None:
        self.data = data.resolve()
        self.ports = ports
        self._video = video.resolve() if video else None
        self._cameras: rtsp.RtspServer | None = None
        self.network = self._process("network", self._network_command())
        self.hubs = {home.key: self._process(home.key, self._hub_command(home)) for home in HOMES}
        self.recovery_codes: dict[str, str] = {}

    def __enter__(self) -> Stage:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.network.start()
        addresses = self._start_cameras()
        for home in HOMES:
            self._configure(home, addresses[home.key])
            if self._has_owner(home):
                self.hubs[home.key].start()
        self.network.wait_until(f"{self.network_url}/healthz")
        for home in HOMES:
            if not self._has_owner(home):
                self.recovery_codes[home.key] = self._set_up(home)
                self.hubs[home.key].start()
        for home in HOMES:
            self.hubs[home.key].wait_until(f"{self.hub_url(home.key)}/healthz")

    def stop(self) -> None:
        for process in (*self.hubs.values(), self.network):
            process.stop()
        if self._cameras is not None:
            self._cameras.kill()
            self._cameras = None

    def restart(self, name: str) -> None:
        """A power cut of the network or one home, and its return."""
        process = self.network if name == "network" else self.hubs[name]
        process.kill()
        process.start()

    @property
    def network_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.network}"

    def hub_url(self, key: str) -> str:
        return f"http://127.0.0.1:{self.ports.homes[key]}"

    @property
    def cameras_are_rtsp(self) -> bool:
        return self._cameras is not None

    @property
    def vkey(self) -> str:
        return httpx.get(f"{self.network_url}/ledger.vkey").raise_for_status().text.strip()

    @property
    def operator_password(self) -> Path:
        """The first operator's one-time password, written at the first start."""
        return self.data / "operator-password"

    def folder(self, name: str) -> Path:
        """The data folder of the network or of a home."""
        return self.data / name

    def log(self, name: str) -> Path:
        return self.data / f"{name}.log"

    def _start_cameras(self) -> dict[str, str]:
        """The address of each home's camera: real RTSP with a Digest login where GStreamer is there."""
        unplugged = f"rtsp://127.0.0.1:{free_port()}/unplugged"
        if not rtsp.available():
            lamp = f"file:{self._video}" if self._video else _synthetic(SCENES["lamp"])
            return {"lamp": lamp, "quay": unplugged, "mill": _synthetic(SCENES["mill"])}
        shown = {"lamp": self._video or self._film("lamp"), "mill": self._film("mill")}
        mounts = {f"/{key}": f"file:{path}" for key, path in shown.items()}
        self._cameras = rtsp.RtspServer(mounts, login="digest")
        self._cameras.start()
        return {"quay": unplugged} | {key: self._cameras.url(f"/{key}") for key in shown}

    def _film(self, key: str) -> Path:
        path = self.data / "films" / f"{key}.mp4"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            half = path.with_suffix(".part.mp4")
            films.film(half, SCENES[key], FILM_SECONDS).replace(path)
        return path

    def _configure(self, home: Home, camera: str) -> None:
        text = (
            "follow_seconds = 3\nfollow_jitter_seconds = 1\nupload_delay_seconds = 0\n"
            f"[[camera]]\nname = {json.dumps(home.camera)}\nurl = {json.dumps(camera)}\n"
        )
        write_whole(self._settings(home), text.encode(), mode=0o600)

    def _settings(self, home: Home) -> Path:
        return self.data / f"{home.key}.toml"

    def _has_owner(self, home: Home) -> bool:
        return (self.data / f"{home.key}.ready").exists()

    def _set_up(self, home: Home) -> str:
        password = self.data / f"{home.key}.password"
        write_whole(password, home.password.encode(), mode=0o600)
        place = f"{home.place.latitude},{home.place.longitude}"
        arguments = ["setup", "--password-file", str(password), f"--home={place}"]
        arguments += ["--network", self.network_url, "--vkey", self.vkey]
        done = subprocess.run(
            [sys.executable, "-m", "latchstring.cli.main", *self._hub_command(home), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
        )
        if done.returncode:
            raise DidNotStart(f"{home.title} could not be set up: {done.stderr.strip()}")
        (self.data / f"{home.key}.ready").touch()
        return done.stdout.strip()

    def _network_command(self) -> list[str]:
        return [
            "network", "--data", str(self.data / "network"), "--port", str(self.ports.network),
            "--origin", ORIGIN, "--operator-password-file", str(self.operator_password),
        ]  # fmt: skip

    def _hub_command(self, home: Home) -> list[str]:
        return [
            "hub", "--data", str(self.data / home.key), "--config", str(self._settings(home)),
            "--port", str(self.ports.homes[home.key]),
        ]  # fmt: skip

    def _process(self, name: str, arguments: list[str]) -> Process:
        return Process(name, arguments, log=self.log(name), environment=_environment())


def _environment() -> dict[str, str]:
    """As little as possible: no setting of the user's own network or hub leaks in."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LATCHSTRING_")}


def _synthetic(scene: Scene) -> str:
    return f"synthetic:?seed={scene.seed}"
