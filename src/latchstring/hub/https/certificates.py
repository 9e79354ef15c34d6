"""The certificate that the hub shows: the owner's own, or one of the home's authority.

Both are looked at when a browser connects, so that a renewed one is shown from the next connection on, and
connections that stand stay.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput
from latchstring.base.files import write_whole
from latchstring.hub.https import authority as rules
from latchstring.hub.https.authority import Authority, Issued
from latchstring.hub.https.machine import Reached

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How soon a new address of this machine is in its certificate."""
_PEM = serialization.Encoding.PEM


class BadCertificate(BadInput):
    """The certificate cannot be used."""


class BadAuthority(BadInput):
    """The home's certificate authority cannot be read."""


class Certificate(Protocol):
    def current(self) -> ssl.SSLContext:
        """What the next connection is answered with."""
        ...


class OwnersCertificate:
    """From two files, which another program renews. Until both fit again, the one before is shown."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._seen = self._look()
        self._context = self._load()

    def current(self) -> ssl.SSLContext:
        if (seen := self._look()) != self._seen:
            self._seen = seen
            try:
                self._context = self._load()
                log.info("the certificate was renewed")
            except BadCertificate as e:
                log.warning("the renewed certificate is not used: %s", e.message)
        return self._context

    def _look(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(self._certificate), _stamp(self._key)]

    def _load(self) -> ssl.SSLContext:
        for what, path in (("certificate", self._certificate), ("key", self._key)):
            try:
                path.read_bytes()
            except OSError as e:
                raise BadCertificate(f"cannot read the {what} {path}: {e.strerror}") from e
        try:
            return _context(self._certificate, self._key)
        except ssl.SSLError as e:
            raise BadCertificate(_why(e, self._certificate, self._key)) from e


class HomeCertificate:
    """From an authority that is made at the first start and stays in `folder`; the key never leaves it."""

    def __init__(self, folder: Path, reached: Callable[[], Reached], clock: Clock) -> None:
        self._reached, self._clock = reached, clock
        self._path = folder / "hub.pem"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.authority = _load_or_make(folder, reached(), clock)
        self._issued = _read_issued(self._path)
        self._looked = clock.monotonic()
        self._context = self._renew_if_due()

    def current(self) -> ssl.SSLContext:
        if self._clock.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = self._clock.monotonic()
            self._context = self._renew_if_due()
        return self._context

    def says(self, host: str) -> bool:
        """Whether the certificate is good for `host`."""
        reached = self._reached()
        return host in Reached(tuple(rules.vouched_for(self.authority, reached.names)), reached.addresses)

    def _renew_if_due(self) -> ssl.SSLContext:
        now, reached = self._clock.now(), self._reached()
        if self._issued is None or rules.is_due(self._issued, self.authority, reached, now=now):
            issued = rules.issue(self.authority, reached, now=now)
            try:
                write_whole(self._path, _pem(issued), mode=0o600)
            except OSError as e:
                if self._issued is None:
                    raise
                log.warning("the hub's certificate cannot be renewed for now: %s", e.strerror)
                return _context(self._path, self._path)
            self._issued = issued.certificate
            for name in set(reached.names) - set(rules.vouched_for(self.authority, reached.names)):
                log.warning(
                    "the home's certificate authority was not made for the name %s; delete %s to have "
                    "another made, which each device then has to trust anew",
                    name,
                    self._path.parent,
                )
        return _context(self._path, self._path)


def front(certificate: Certificate) -> ssl.SSLContext:
    """For a server that lives longer than one certificate: each connection gets the current one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)

    def choose(connection: Any, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = certificate.current()

    context.sni_callback = choose
    return context


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key, password=lambda: b"")  # or OpenSSL would ask the terminal
    return context


def _why(e: ssl.SSLError, certificate: Path, key: Path) -> str:
    if e.reason == "KEY_VALUES_MISMATCH":
        return f"the key {key} does not belong to the certificate {certificate}"
    try:
        x509.load_pem_x509_certificates(certificate.read_bytes())
    except ValueError:
        return f"{certificate} is not a certificate in PEM form"
    return f"{key} is not a key in PEM form without a password"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _load_or_make(folder: Path, reached: Reached, clock: Clock) -> Authority:
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if certificate.exists():
        try:
            read = x509.load_pem_x509_certificate(certificate.read_bytes())
            return Authority(read, _key_of(read, key))
        except (OSError, ValueError, TypeError) as e:
            raise BadAuthority(
                f"the certificate authority in {folder} cannot be read; bring the folder back from a backup, "
                "or delete it to have another one made, which each device then has to trust anew"
            ) from e
    made = rules.make(reached, now=clock.now())
    write_whole(key, _private(made.key), mode=0o600)
    write_whole(certificate, made.certificate.public_bytes(_PEM))
    return made


def _key_of(certificate: x509.Certificate, path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError
    return key


def _read_issued(path: Path) -> x509.Certificate | None:
    """None: there is none, or it is not whole; another one costs nothing."""
    try:
        _context(path, path)
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _pem(issued: Issued) -> bytes:
    return _private(issued.key) + issued.certificate.public_bytes(_PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
