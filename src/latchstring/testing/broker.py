"""A real MQTT broker (mosquitto), and somebody who listens there as Home Assistant would."""

from __future__ import annotations

import datetime
import functools
import ipaddress
import shutil
import socket
import subprocess
from collections import defaultdict
from pathlib import Path
from types import TracebackType

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from latchstring.testing.waiting import until

WHY_NOT = "mosquitto is not installed (Debian: apt install mosquitto)"
_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


@functools.cache
def available() -> bool:
    return shutil.which("mosquitto", path=_PATH) is not None


class Broker:
    """On a loopback port, which it keeps over `kill` and `start`. With `login`, nobody else may enter.

    What it `remembers` it still has after `stop` and `start`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        login: tuple[str, str] | None = None,
        tls: bool = False,
        remembers: bool = False,
    ) -> None:
        self.port = _free_port()
        self.login = login
        self.ca = ""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        lines = [f"listener {self.port} 127.0.0.1", "user root"]
        lines.append(f"persistence {'true' if remembers else 'false'}")
        if remembers:
            lines.append(f"persistence_location {folder}/")
        lines.append(f"allow_anonymous {'false' if login else 'true'}")
        if login is not None:
            passwords = folder / "passwords"
            command = ["mosquitto_passwd", "-b", "-c", str(passwords), *login]
            subprocess.run(command, check=True, capture_output=True)
            lines.append(f"password_file {passwords}")
        if tls:
            self.ca = _certificate(folder)
            lines += [f"certfile {folder / 'broker.pem'}", f"keyfile {folder / 'broker.key'}"]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Returns when it answers."""
        program = shutil.which("mosquitto", path=_PATH)
        assert program is not None
        self._process = subprocess.Popen(
            [program, "-c", str(self._folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, "the broker's start")

    def stop(self) -> None:
        """Returns when it has written down what it remembers."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.kill()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


class Watcher:
    """Everything that is said at a broker, topic by topic, in order. Usable with `with`."""

    def __init__(self, broker: Broker) -> None:
        self.heard: defaultdict[str, list[bytes]] = defaultdict(list)
        self._broker = broker
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if broker.login is not None:
            self._client.username_pw_set(*broker.login)
        self._client.on_message = lambda _client, _data, m: self.heard[m.topic].append(bytes(m.payload))

    def last(self, topic: str) -> bytes | None:
        return self.heard[topic][-1] if self.heard[topic] else None

    def say(self, topic: str, payload: str) -> None:
        self._client.publish(topic, payload, qos=1).wait_for_publish(30)

    def __enter__(self) -> Watcher:
        self._client.connect("127.0.0.1", self._broker.port)
        self._client.subscribe("#", qos=1)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as s:
        return int(s.getsockname()[1])


def _certificate(folder: Path) -> str:
    """A certificate for 127.0.0.1 that nobody but itself signed, beside its key; answers it in PEM form."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "broker.pem").write_bytes(pem)
    (folder / "broker.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem.decode()
