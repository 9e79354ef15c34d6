"""From an owner's yes to the agency's open package."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from latchstring.base import canonical
from latchstring.base.signing import SigningKey
from latchstring.hub.uplink.client import NetworkRefused, NetworkUnreachable
from latchstring.protocol.messages import DisclosurePost
from latchstring.protocol.statements import Opening, sign_opening
from latchstring.sealing.manifest import sign_disclosure
from latchstring.sealing.receipt import Receipt, sign_receipt
from latchstring.sealing.verify import verify_package
from latchstring.testing.forgery import resigned
from latchstring.testing.network import case_key
from latchstring.testing.people import Refused
from latchstring.testing.waiting import until
from network.disclosures.conftest import approve_one, seal


def send(hub, shared) -> None:
    hub.upload(shared.sha256, 0, shared.ciphertext)


def test_a_disclosure_goes_from_hub_to_agency_and_every_check_holds(
    network, staff, approved, shared, hub, tmp_path
):
    """The officer fetches a package that verifies offline and opens with the case key."""
    send(hub, shared)
    answer = hub.disclose(shared.post)
    request = approved.asked.request
    until(lambda: hub.disclose(shared.post).index, "the disclosure's place in the log")

    package = tmp_path / "package.tar"
    package.write_bytes(staff.officer.package(answer.disclosure))

    steps = verify_package(package, vkey=network.verifier.vkey, now=network.now, identity=approved.identity)
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    [listed] = [d for d in staff.officer.disclosures(request) if d["id"] == answer.disclosure]
    opened = staff.officer.opened(request, answer.disclosure, listed["disclosure_sha256"], now=network.now)
    assert [o["officer"] for o in opened["openings"]] == [staff.officer.holder]
    assert staff.officer.conclude(request, "used", now=network.now)["outcome"] == "used"
    network.wait_for_kind("outcome-entered", request)
    kinds = network.verify_ledger().kinds
    assert min(kinds[k] for k in ("disclosure-made", "disclosure-opened", "outcome-entered")) >= 1


def test_the_same_disclosure_again_gives_the_same_answer(network, shared, hub):
    """A hub that lost the connection simply sends again; the log tells of it once."""
    send(hub, shared)

    first = hub.disclose(shared.post)
    again = until(lambda: (a := hub.disclose(shared.post)).index is not None and a, "its place")

    assert again.disclosure == first.disclosure
    page = network.http.get("/api/log", params={"limit": 500}).json()
    sha256 = canonical.sha256_hex(shared.post.disclosure.payload)
    assert [e["entry"].get("disclosure_sha256") for e in page["entries"]].count(sha256) == 1


def test_a_receipt_is_used_once(shared, hub):
    """Another disclosure with the same consent is refused as a conflict, whatever else it says."""
    send(hub, shared)
    hub.disclose(shared.post)
    other = sign_disclosure(
        replace(shared.disclosure, id="ds_" + "a" * 26, created_at=shared.disclosure.created_at), shared.key
    )

    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(replace(shared.post, disclosure=other))
    assert (refused.value.http_status, refused.value.refusal) == (409, "receipt_used")


def changed(shared, *, disclosure=None, receipt=None) -> DisclosurePost:
    """The same consent with fields changed in one or both documents, signed anew and consistent."""
    receipt_envelope = resigned(shared.post.receipt, receipt or {}, shared.key)
    fixed = {"receipt_sha256": canonical.sha256_hex(receipt_envelope.payload)} | (disclosure or {})
    return DisclosurePost(
        resigned(shared.post.disclosure, fixed, shared.key), receipt_envelope, shared.post.device_key
    )


OTHER_RECIPIENT = case_key()[1]


@pytest.mark.parametrize(("disclosure", "receipt", "says"), [
    ({"recipient": OTHER_RECIPIENT}, {"recipient": OTHER_RECIPIENT}, "recipient is not the request's"),
    ({"recipient": OTHER_RECIPIENT}, {}, "recipient is not the request's"),
    ({}, {"recipient": OTHER_RECIPIENT}, "recipient is not the request's"),
    ({"policy_sha256": "0" * 64}, {"policy_sha256": "0" * 64}, "policy_sha256 is not the request's"),
    ({"statement_sha256": "0" * 64}, {"statement_sha256": "0" * 64}, "statement_sha256 is not"),
    ({}, {"agency": "other-pd"}, "for another agency"),
    ({"network": "other.example/ledger"}, {}, "for another network"),
    ({"nonce": "0" * 64}, {}, "names another receipt"),
    ({"receipt_sha256": "0" * 64}, {}, "names another receipt"),
    ({"expires_at": "2020-01-01T00:00:00Z"}, {}, "has expired"),
    ({}, {"expires_at": "2020-01-01T00:00:00Z"}, "has expired"),
    ({}, {"expires_at": "2090-01-01T00:00:00Z"}, "longer than the request"),
    ({"created_at": "2020-01-01T00:00:00Z"}, {}, "dated before its request"),
])  # fmt: skip
def test_a_consent_for_something_else_is_refused(shared, hub, disclosure, receipt, says):
    """Each sentence of the documents has to be about this request; nothing is entered."""
    send(hub, shared)

    with pytest.raises(NetworkRefused, match=says) as refused:
        hub.disclose(changed(shared, disclosure=disclosure, receipt=receipt))

    assert refused.value.refusal == "disclosure_refused"
    assert hub.disclose(shared.post).disclosure == shared.disclosure.id


def test_a_consent_replayed_on_another_request_is_refused(network, staff, shared, hub, tmp_path):
    """Even by whoever holds the disclosure's key: the statement it names is another one."""
    other = approve_one(network, staff)
    send(hub, shared)

    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(
            changed(
                shared, disclosure={"request": other.asked.request}, receipt={"request": other.asked.request}
            )
        )
    assert refused.value.refusal == "disclosure_refused"
    allowed = seal(other, tmp_path / "other", network)
    send(hub, allowed)
    assert hub.disclose(allowed.post).disclosure == allowed.disclosure.id


def test_a_request_that_is_not_approved_cannot_be_answered(network, staff, shared, hub):
    """Not even by an eager home."""
    pending = staff.officer.ask(network.draft(case="D-pending"))
    send(hub, shared)

    with pytest.raises(NetworkRefused, match="only an approved one"):
        hub.disclose(changed(shared, disclosure={"request": pending}, receipt={"request": pending}))


def test_documents_signed_by_another_key_are_refused(shared, hub):
    """The device key that comes along has to be the one that signed both."""
    send(hub, shared)

    with pytest.raises(NetworkRefused):
        hub.disclose(replace(shared.post, device_key=SigningKey.generate().verify_key))
    receipt = Receipt.from_json(canonical.decode(shared.post.receipt.payload))
    with pytest.raises(NetworkRefused):
        hub.disclose(replace(shared.post, receipt=sign_receipt(receipt, SigningKey.generate())))


def test_a_disclosure_before_its_ciphertext_says_how_much_is_missing(shared, hub):
    """The hub goes on from there."""
    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(shared.post)
    assert (refused.value.http_status, refused.value.refusal_details["offset"]) == (409, 0)

    hub.upload(shared.sha256, 0, shared.ciphertext[:100])
    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(shared.post)
    assert refused.value.refusal_details["offset"] == 100

    hub.upload(shared.sha256, 100, shared.ciphertext[100:])
    assert hub.disclose(shared.post).disclosure == shared.disclosure.id


def test_an_upload_cut_in_half_and_sent_again_goes_on_where_it_stopped(shared, hub):
    """Nothing that arrived is sent twice; a wrong start is told the right one."""
    half = len(shared.ciphertext) // 2
    assert hub.upload_offset(shared.sha256) == 0

    hub.upload(shared.sha256, 0, shared.ciphertext[:half])
    assert hub.upload_offset(shared.sha256) == half
    assert hub.upload(shared.sha256, 0, shared.ciphertext) == half
    hub.upload(shared.sha256, half, shared.ciphertext[half:])

    assert hub.disclose(shared.post).disclosure == shared.disclosure.id
    assert hub.upload_offset(shared.sha256) == len(shared.ciphertext)


def test_a_connection_that_breaks_keeps_what_has_come(network, shared, hub):
    """The sender asks where to go on."""
    address = urlsplit(network.url)
    with socket.create_connection((address.hostname, address.port)) as wire:
        head = f"PUT /api/uploads/{shared.sha256}?offset=0 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(shared.ciphertext)}\r\n\r\n"
        wire.sendall(head.encode() + shared.ciphertext[:5000])
        until(lambda: hub.upload_offset(shared.sha256) == 5000, "the first 5000 bytes")

    def rest_is_taken() -> bool:
        try:
            return hub.upload(shared.sha256, 5000, shared.ciphertext[5000:]) == len(shared.ciphertext)
        except NetworkUnreachable:  # busy, until the broken connection has been noticed
            return False

    until(rest_is_taken, "the rest")
    assert hub.disclose(shared.post).disclosure == shared.disclosure.id


def test_a_damaged_upload_is_thrown_away_and_may_be_sent_again(shared, hub):
    """A flipped bit on the way does not end the disclosure."""
    broken = bytearray(shared.ciphertext)
    broken[-1] ^= 1
    hub.upload(shared.sha256, 0, bytes(broken))

    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(shared.post)

    assert refused.value.refusal == "upload_damaged"
    assert hub.upload_offset(shared.sha256) == 0
    send(hub, shared)
    assert hub.disclose(shared.post).disclosure == shared.disclosure.id


def test_what_is_not_sealed_is_not_taken(shared, hub):
    """A hub that forgot to seal cannot hand plain footage to the network."""
    plain = b"\x00\x00\x00\x18ftypisom plain video"
    ciphertext = {
        "sha256": canonical.sha256_hex(plain),
        "sha512": hashlib.sha512(plain).hexdigest(),
        "size": len(plain),
    }
    hub.upload(ciphertext["sha256"], 0, plain)

    with pytest.raises(NetworkRefused) as refused:
        hub.disclose(changed(shared, disclosure={"ciphertext": ciphertext}))

    assert refused.value.refusal == "not_sealed"
    assert hub.upload_offset(ciphertext["sha256"]) == 0


def test_only_the_agency_that_asked_fetches_the_package(network, staff, shared, hub):
    """Not another agency, not a reviewer, not somebody without an account."""
    send(hub, shared)
    path = f"/api/disclosures/{hub.disclose(shared.post).disclosure}/package.tar"

    assert network.http.get(path).status_code == 401
    for person in (staff.operator, staff.reviewers[0]):
        assert person.http.get(path).status_code == 403
    until(lambda: staff.officer.http.get(path).status_code == 200, "the package")


def test_a_package_is_the_same_size_as_announced_and_can_be_fetched_again(staff, shared, hub):
    """Progress can be shown while it comes."""
    send(hub, shared)
    path = f"/api/disclosures/{hub.disclose(shared.post).disclosure}/package.tar"
    answer = until(lambda: (a := staff.officer.http.get(path)).status_code == 200 and a, "the package")

    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert answer.headers["Content-Type"] == "application/x-tar"
    assert answer.content.startswith(shared.disclosure.id.encode())


def test_an_opening_is_entered_once_for_each_officer(network, staff, approved, shared, hub):
    """Opening a package twice is one opening."""
    send(hub, shared)
    made = hub.disclose(shared.post).disclosure
    sha256 = canonical.sha256_hex(shared.post.disclosure.payload)

    for _ in range(2):
        opened = staff.officer.opened(approved.asked.request, made, sha256, now=network.now)

    assert len(opened["openings"]) == 1


@pytest.mark.parametrize("changes", [
    {"officer": "officer-other"}, {"disclosure_sha256": "0" * 64}, {"at": timedelta(hours=-2)},
])  # fmt: skip
def test_an_opening_that_does_not_fit_is_refused(network, staff, approved, shared, hub, changes):
    """It is a statement about this disclosure, by this officer, now."""
    send(hub, shared)
    made = hub.disclose(shared.post).disclosure
    good = Opening(
        request=approved.asked.request,
        disclosure_sha256=canonical.sha256_hex(shared.post.disclosure.payload),
        officer=staff.officer.holder,
        at=network.now,
    )
    bad = replace(good, **{name: good.at + v if name == "at" else v for name, v in changes.items()})
    path = f"/api/disclosures/{made}/opening"

    with pytest.raises(Refused) as refused:
        staff.officer.post(path, {"envelope": sign_opening(bad, staff.officer.key).to_json()})
    assert refused.value.error == "not_yours"
    staff.officer.post(path, {"envelope": sign_opening(good, staff.officer.key).to_json()})


def test_a_request_that_was_not_approved_has_no_outcome(network, staff):
    """There was no footage."""
    pending = staff.officer.ask(network.draft(case="D-no-outcome"))

    with pytest.raises(Refused, match="was not approved"):
        staff.officer.conclude(pending, "used", now=network.now)
