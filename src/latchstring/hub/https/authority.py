"""A certificate authority of one home, and the certificates that it issues to the hub (RFC 5280).

A device that trusts it trusts it for this home only: its name constraints permit the hub's own names and
private addresses, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from latchstring.hub.https.machine import PRIVATE, Reached

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
"""From when every authority holds, so that one made by a machine that thinks it is 1970 holds, too."""
AUTHORITY_YEARS = 20
LASTS = timedelta(days=90)
"""Of the hub's certificate. Apple's devices take none that lasts more than 825 days."""
RENEWED_BEFORE = timedelta(days=30)
_A_DAY = timedelta(days=1)
_SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True)
class Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        """As devices list it."""
        return _common_name(self.certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as devices show it: `0F:A2:…`."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True)
class Issued:
    """The hub's own certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make(reached: Reached, *, now: datetime) -> Authority:
    """A new authority, for names that the hub has now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Latchstring at {reached.names[0].partition('.')[0]}")
    permitted = [*map(x509.DNSName, reached.names), *map(x509.IPAddress, PRIVATE)]
    certificate = (
        _begun(name, name, key, begins=SINCE, ends=max(now, SINCE) + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_SERVER, critical=False)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def issue(authority: Authority, reached: Reached, *, now: datetime) -> Issued:
    """A certificate for the hub, for what the authority may vouch for."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = vouched_for(authority, reached.names)
    alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, reached.addresses)]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    ends = min(now + LASTS, authority.certificate.not_valid_after_utc)
    certificate = (
        _begun(_name(names[0]), authority.certificate.subject, key, begins=now - _A_DAY, ends=ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(_SERVER, critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Issued(certificate, key)


def is_due(certificate: x509.Certificate, authority: Authority, reached: Reached, *, now: datetime) -> bool:
    """Whether the hub needs another certificate: it ends soon, begins later, or says too little."""
    if certificate.extensions.get_extension_for_class(
        x509.AuthorityKeyIdentifier
    ).value != x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()):
        return True
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWED_BEFORE:
        return True
    said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return not (
        set(said.get_values_for_type(x509.DNSName)) >= set(vouched_for(authority, reached.names))
        and set(said.get_values_for_type(x509.IPAddress)) >= set(reached.addresses)
    )


def vouched_for(authority: Authority, names: Iterable[str]) -> list[str]:
    """Those `names` that the authority was made for, or that lie below one it was made for."""
    constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    roots = [each.value for each in constraints.permitted_subtrees or [] if isinstance(each, x509.DNSName)]
    return [name for name in names if any(name == root or name.endswith(f".{root}") for root in roots)]


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
