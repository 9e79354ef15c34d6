"""The home's certificate authority, as OpenSSL judges it."""

from __future__ import annotations

import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from latchstring.hub.https import authority as rules
from latchstring.hub.https.authority import Authority
from latchstring.hub.https.machine import Reached, reached

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PORCH = Reached(
    ("porch.local", "porch", "localhost"),
    tuple(map(ipaddress.ip_address, ("192.168.1.20", "fd00::20", "127.0.0.1"))),
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return rules.make(PORCH, now=NOW)


@pytest.fixture
def judge(tmp_path: Path, authority: Authority):
    """What `openssl verify` says of a certificate that the authority issued."""

    def verify(issued: x509.Certificate, *asked: str, at: datetime = NOW) -> str:
        for name, certificate in (("ca", authority.certificate), ("hub", issued)):
            (tmp_path / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
        command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", *asked]
        command += ["-attime", str(int(at.timestamp())), "-CAfile", str(tmp_path / "ca.crt")]
        told = subprocess.run(
            [*command, str(tmp_path / "hub.crt")], capture_output=True, text=True, check=False
        )
        return told.stdout + told.stderr

    return verify


def test_it_vouches_for_the_hub_under_each_of_its_names(authority: Authority, judge) -> None:
    """By name, by address of either family; and for nobody else's."""
    issued = rules.issue(authority, PORCH, now=NOW).certificate
    for name in PORCH.names:
        assert judge(issued, "-verify_hostname", name).endswith(": OK\n")
    for address in PORCH.addresses:
        assert judge(issued, "-verify_ip", str(address)).endswith(": OK\n")
    assert "hostname mismatch" in judge(issued, "-verify_hostname", "bank.example")
    assert "IP address mismatch" in judge(issued, "-verify_ip", "192.168.1.21")


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8", "evil-porch.local"])
def test_a_stolen_key_is_good_for_nothing_but_this_home(
    authority: Authority, judge, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Name constraints: a device that trusts the authority takes no certificate for another host."""
    monkeypatch.setattr(rules, "vouched_for", lambda _authority, names: list(names))
    is_address = host[0].isdigit()
    elsewhere = Reached(
        ("porch.local",) if is_address else (host,), (ipaddress.ip_address(host),) if is_address else ()
    )
    assert "permitted subtree violation" in judge(rules.issue(authority, elsewhere, now=NOW).certificate)


def test_it_is_as_apples_devices_ask(authority: Authority) -> None:
    """P-256, at most 825 days, a server's purpose, names under subject alternative names; the key signs no other."""
    issued = rules.issue(authority, PORCH, now=NOW).certificate
    assert isinstance(issued.public_key(), ec.EllipticCurvePublicKey)
    assert issued.not_valid_after_utc - issued.not_valid_before_utc <= timedelta(days=397)
    assert issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert authority.fingerprint.count(":") == 31


def test_one_made_under_a_wrong_clock_holds_when_the_clock_is_right(tmp_path: Path) -> None:
    """A small computer without a battery thinks it is 1970 until the network tells it better."""
    early = rules.make(PORCH, now=datetime(1970, 1, 1, tzinfo=UTC))
    assert early.certificate.not_valid_before_utc < NOW
    assert early.certificate.not_valid_after_utc > NOW + timedelta(days=365 * 15)


def test_another_is_due_before_it_ends_and_when_it_says_too_little(authority: Authority) -> None:
    issued = rules.issue(authority, PORCH, now=NOW).certificate

    def due(days: float, found: Reached = PORCH, by: Authority = authority) -> bool:
        return rules.is_due(issued, by, found, now=NOW + timedelta(days=days))

    assert not due(0)
    assert not due(59)
    assert due(61)
    assert due(-2)
    assert due(0, Reached(PORCH.names, (*PORCH.addresses, ipaddress.ip_address("192.168.1.77"))))
    assert not due(0, Reached((*PORCH.names, "later.example"), PORCH.addresses[:1]))
    assert due(0, by=rules.make(PORCH, now=NOW))


def test_a_hub_is_reached_under_names_and_private_addresses_of_its_settings_too() -> None:
    """And never vouches for a public address."""
    found = reached(["Hub.example.", "192.168.5.5", "8.8.8.8", "not a name"])
    assert {"hub.example", "localhost"} < set(found.names)
    assert "192.168.5.5" in found
    assert "127.0.0.1" in found
    assert "8.8.8.8" not in found
    assert "not a name" not in found
