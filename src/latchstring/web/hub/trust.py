"""How a phone or computer comes to trust this hub: what it needs to see stands open, also over plain http."""

from __future__ import annotations

import plistlib
import uuid
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from latchstring.base.errors import NotFound
from latchstring.hub.daemon import Hub
from latchstring.hub.https.authority import Authority
from latchstring.hub.https.certificates import HomeCertificate
from latchstring.hub.https.machine import reached
from latchstring.hub.settings import is_this_machine
from latchstring.web.hub import qr
from latchstring.web.hub.plain import host_of, link

CERTIFICATE = "application/x-x509-ca-cert"
_SAVED_AS = {"Content-Disposition": 'attachment; filename="latchstring-ca.crt"'}
PROFILE = "application/x-apple-aspen-config"
_PROFILES = uuid.UUID("5b9df4a4-2f5e-4f6e-9c1c-0f4a6a3f9c55")


class NothingToTrust(NotFound):
    """This hub has no certificate authority of its own that devices would have to trust."""


class Trust(BaseModel):
    """`address` is the plain one to open on a device, `secure` where the hub then is.

    `covered`: the certificate is good for the name or address under which this was asked.
    """

    name: str
    fingerprint: str
    ends: datetime
    address: str
    secure: str
    covered: bool


def router(hub: Hub) -> APIRouter:
    router = APIRouter(tags=["trust"])

    def own() -> HomeCertificate | None:
        return hub.certificate if isinstance(hub.certificate, HomeCertificate) else None

    def home() -> HomeCertificate:
        if (certificate := own()) is None:
            raise NothingToTrust
        return certificate

    def elsewhere(host: str) -> str:
        """`host`, or if that means this machine to every device: where other devices find it."""
        return (is_this_machine(host) and reached(hub.settings.names).elsewhere) or host

    @router.get("/api/trust")
    def get_trust(request: Request) -> Trust | None:
        """What to trust, and where to go then; null: nothing. Everybody who connects is shown as much."""
        if (certificate := own()) is None:
            return None
        host = host_of(request)
        return Trust(
            name=certificate.authority.name,
            fingerprint=certificate.authority.fingerprint,
            ends=certificate.authority.certificate.not_valid_after_utc,
            address=link("http", elsewhere(host), hub.settings.port),
            secure=link("https", host, hub.settings.https_port),
            covered=certificate.says(host),
        )

    @router.get(
        "/api/trust/qr.svg", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}}
    )
    def get_trust_qr(request: Request) -> Response:
        """The address to open on a device, for its camera."""
        home()
        address = link("http", elsewhere(host_of(request)), hub.settings.port)
        return Response(qr.svg(address), media_type="image/svg+xml")

    @router.get("/ca.crt", response_class=Response, include_in_schema=False)
    def get_authority() -> Response:
        """The certificate of the home's authority, in PEM form."""
        pem = home().authority.certificate.public_bytes(Encoding.PEM)
        return Response(pem, media_type=CERTIFICATE, headers=_SAVED_AS)

    @router.get("/ca.mobileconfig", response_class=Response, include_in_schema=False)
    def get_profile() -> Response:
        """The same as a profile, which Apple's devices ask for."""
        return Response(_profile(home().authority), media_type=PROFILE)

    return router


def _profile(authority: Authority) -> bytes:
    """Apple, "Configuration Profile Reference": one root certificate; the same each time it is asked for."""
    one = uuid.uuid5(_PROFILES, authority.fingerprint)
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"latchstring.{one}.root",
        "PayloadUUID": str(uuid.uuid5(one, "root")).upper(),
        "PayloadDisplayName": authority.name,
        "PayloadContent": authority.certificate.public_bytes(Encoding.DER),
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"latchstring.{one}",
            "PayloadUUID": str(one).upper(),
            "PayloadDisplayName": authority.name,
            "PayloadDescription": "Lets this device open your hub by https. It is good for your home only.",
            "PayloadContent": [root],
        }
    )
