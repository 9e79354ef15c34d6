"""The certificate that the hub shows, over real TLS: renewed by itself, never half a pair."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from latchstring.base.errors import LatchstringError
from latchstring.hub.https import certificates
from latchstring.hub.https.certificates import (
    BadAuthority,
    BadCertificate,
    Certificate,
    HomeCertificate,
    OwnersCertificate,
    front,
)
from latchstring.hub.https.machine import Reached
from latchstring.testing.clock import FakeClock

NOW = datetime.now(UTC)
HERE = Reached(("porch.local", "localhost"), (ipaddress.ip_address("127.0.0.1"),))


@pytest.fixture
def serve() -> Iterator[Callable[[Certificate], int]]:
    """Shake hands by TLS until the test ends; answers the port."""
    listening: list[socket.socket] = []

    def answer(listener: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)

    def start(certificate: Certificate) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)
        threading.Thread(target=answer, args=(listener, front(certificate)), daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for each in listening:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def shown(port: int, trusted: Path, name: str = "127.0.0.1") -> x509.Certificate:
    """What a client that trusts `trusted` is shown; it must hold."""
    context = ssl.create_default_context(cafile=trusted)
    plain = socket.create_connection(("127.0.0.1", port))
    with plain, context.wrap_socket(plain, server_hostname=name) as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True))


def pair(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key in two files, as certificate programs write them."""
    HomeCertificate(folder, lambda: HERE, FakeClock(NOW))
    key, mark, certificate = (folder / "hub.pem").read_text().partition("-----BEGIN CERTIFICATE-----")
    (folder / "fullchain.pem").write_text(mark + certificate)
    (folder / "privkey.pem").write_text(key)
    return folder / "fullchain.pem", folder / "privkey.pem"


def test_a_client_that_trusts_the_home_connects_and_another_does_not(serve, tmp_path: Path) -> None:
    """By name and by bare address; OpenSSL's own client says the same."""
    port = serve(HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW)))
    authority = tmp_path / "https" / "ca.crt"
    shown(port, authority)
    shown(port, authority, "porch.local")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shown(port, authority, "bank.example")
    for trusting, code in (
        (["-CAfile", str(authority)], 0),
        (["-no-CAfile", "-no-CApath", "-no-CAstore"], 1),
    ):
        client = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-verify_return_error", *trusting]
        told = subprocess.run(client, input=b"Q\n", capture_output=True, check=False)
        assert told.returncode == code, told.stderr


def test_the_keys_are_their_owners_alone_and_the_authority_stays(tmp_path: Path) -> None:
    """A restart changes nothing that devices trust."""
    first = HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))
    files = {path.name: path.read_bytes() for path in (tmp_path / "https").iterdir()}
    assert {name for name in files if (tmp_path / "https" / name).stat().st_mode & 0o077 == 0} == {
        "ca.key",
        "hub.pem",
    }
    again = HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))
    assert again.authority.fingerprint == first.authority.fingerprint
    assert {path.name: path.read_bytes() for path in (tmp_path / "https").iterdir()} == files


def test_it_is_renewed_before_it_ends_while_the_hub_runs(serve, tmp_path: Path) -> None:
    """And an expired one at the start: a hub that was off for a year comes back."""
    clock = FakeClock(NOW - timedelta(days=61))
    port = serve(HomeCertificate(tmp_path / "https", lambda: HERE, clock))
    before = shown(port, tmp_path / "https" / "ca.crt")
    assert before.not_valid_after_utc < NOW + timedelta(days=30)
    clock.advance(61 * 86_400)
    after = shown(port, tmp_path / "https" / "ca.crt")
    assert after.not_valid_after_utc > NOW + timedelta(days=89)

    year = FakeClock(NOW + timedelta(days=365))
    HomeCertificate(tmp_path / "https", lambda: HERE, year)
    late = x509.load_pem_x509_certificate((tmp_path / "https" / "hub.pem").read_bytes())
    assert late.not_valid_before_utc <= year.now() < late.not_valid_after_utc


def test_a_full_disk_keeps_the_certificate_that_is_there(tmp_path: Path, monkeypatch, caplog) -> None:
    """It is renewed a month before it ends, so there is time; a hub starts and answers all the same."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    clock = FakeClock(NOW)
    HomeCertificate(tmp_path / "https", lambda: HERE, clock)
    before = (tmp_path / "https" / "hub.pem").read_bytes()
    clock.advance(timedelta(days=70).total_seconds())
    with monkeypatch.context() as full:
        full.setattr(certificates, "write_whole", refuse)
        assert HomeCertificate(tmp_path / "https", lambda: HERE, clock).current()
    assert "No space left" in caplog.text
    assert (tmp_path / "https" / "hub.pem").read_bytes() == before
    HomeCertificate(tmp_path / "https", lambda: HERE, clock)
    assert (tmp_path / "https" / "hub.pem").read_bytes() != before


def test_a_new_address_of_the_machine_is_in_it_within_a_minute(serve, tmp_path: Path) -> None:
    clock, now_at = FakeClock(NOW), [HERE]
    port = serve(HomeCertificate(tmp_path / "https", lambda: now_at[0], clock))
    now_at[0] = Reached(HERE.names, (*HERE.addresses, ipaddress.ip_address("192.168.1.77")))
    clock.advance(61)
    shown(port, tmp_path / "https" / "ca.crt", "192.168.1.77")


def test_a_name_that_the_authority_was_not_made_for_is_said(tmp_path: Path, caplog) -> None:
    """The hub goes on under the others, and says how to have this one, too."""
    HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))
    moved = Reached(("attic.local", *HERE.names), HERE.addresses)
    later = HomeCertificate(tmp_path / "https", lambda: moved, FakeClock(NOW + timedelta(days=70)))
    assert "was not made for the name attic.local; delete" in caplog.text
    assert not later.says("attic.local")
    assert later.says("porch.local")


def test_an_authority_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Never silently another one: devices would be asked to trust it without knowing why."""
    HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))
    HomeCertificate(tmp_path / "other", lambda: HERE, FakeClock(NOW))
    key = tmp_path / "https" / "ca.key"
    for broken in (b"", b"nonsense", (tmp_path / "other" / "ca.key").read_bytes()):
        key.write_bytes(broken)
        with pytest.raises(BadAuthority, match="bring the folder back from a backup, or delete it"):
            HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))
    key.unlink()
    with pytest.raises(BadAuthority):
        HomeCertificate(tmp_path / "https", lambda: HERE, FakeClock(NOW))


def test_the_owners_own_is_taken_up_when_it_is_renewed(serve, tmp_path: Path, caplog) -> None:
    """Half of a renewal keeps the one before: certificate programs write two files, one after the other."""
    old, new = pair(tmp_path / "old"), pair(tmp_path / "new")
    live = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    for source, target in zip(old, live, strict=True):
        target.write_bytes(source.read_bytes())
    port = serve(OwnersCertificate(*live))
    before = shown(port, tmp_path / "old" / "ca.crt")
    live[1].write_bytes(new[1].read_bytes())
    assert shown(port, tmp_path / "old" / "ca.crt") == before
    assert "does not belong to the certificate" in caplog.text
    live[0].write_bytes(new[0].read_bytes())
    assert shown(port, tmp_path / "new" / "ca.crt") != before


def test_a_pair_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """Which file it is, and what is wrong with it."""
    one, other = pair(tmp_path / "one"), pair(tmp_path / "other")
    nonsense, locked = tmp_path / "nonsense.pem", tmp_path / "locked.pem"
    nonsense.write_text("nonsense")
    with_password = ["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", one[1], "-out", locked]
    subprocess.run(with_password, check=True, capture_output=True)
    for certificate, key, words in (
        (one[0], other[1], f"the key {other[1]} does not belong to the certificate {one[0]}"),
        (nonsense, one[1], f"{nonsense} is not a certificate in PEM form"),
        (one[0], nonsense, f"{nonsense} is not a key in PEM form without a password"),
        (one[0], locked, f"{locked} is not a key in PEM form without a password"),
        (tmp_path / "none.pem", one[1], f"cannot read the certificate {tmp_path / 'none.pem'}: No such file"),
    ):
        with pytest.raises(BadCertificate) as wrong:
            OwnersCertificate(certificate, key)
        assert words in wrong.value.message
        assert isinstance(wrong.value, LatchstringError)
    OwnersCertificate(*one)
