"""A request from its draft to its decision, over HTTP, as an officer and reviewers live it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from latchstring.base import canonical, geo
from latchstring.base.signing import SigningKey, sign
from latchstring.base.time import TimeRange, to_text
from latchstring.protocol.statements import REQUEST, Vote, peek_request, sign_request, sign_vote
from latchstring.testing.network import TOWN, square
from latchstring.testing.people import Officer, Refused

_cases = count(1)


@pytest.fixture
def case() -> str:
    """A case that no other test has used."""
    return f"2026-{next(_cases):06}"


@pytest.fixture
def draft(network, case):
    return network.draft(case=case)


@pytest.fixture
def asked(staff, draft):
    return staff.officer.ask(draft)


def rules(checked) -> list[str]:
    return [broken["rule"] for broken in checked["broken"]]


def test_a_draft_that_keeps_the_rules_says_how_many_votes_it_needs(staff, draft):
    """Before anything is signed the officer sees who will be reached, in a bucket."""
    checked = staff.officer.check(draft)

    assert checked["broken"] == []
    assert (checked["wide"], checked["votes_needed"], checked["audience_bucket"]) == (False, 2, "100-249")


@pytest.mark.parametrize(("changes", "broken"), [
    ({"case_reference": ""}, ["R01"]),
    ({"offence": "noise"}, ["R02"]),
    ({"offence": "protest"}, ["R02"]),
    ({"area": square(TOWN, metres=100).to_geojson()}, ["R06"]),
    ({"area": square(TOWN, metres=2000).to_geojson()}, ["R06"]),
    ({"template": "own-words"}, ["R14"]),
    ({"offence": None, "template": None, "area": None}, ["R02", "R06", "R07", "R14"]),
])  # fmt: skip
def test_every_broken_rule_of_a_draft_is_named(staff, draft, changes, broken):
    """A refusal says which rule and how to mend it; it is an answer, not an error."""
    checked = staff.officer.check(draft | changes)

    assert set(rules(checked)) <= set(broken)
    assert checked["broken"]
    assert all(b["what"] and b["mend"] for b in checked["broken"])
    with pytest.raises(Refused) as refused:
        staff.officer.prepare(draft | changes)
    assert refused.value.error == "rules_broken"
    assert [b["rule"] for b in refused.value.details["broken"]] == rules(checked)


def test_a_self_crossing_area_and_one_at_the_antimeridian_are_explained(staff, draft):
    """What cannot be drawn is said in words."""
    a, b, c, d, _ = draft["area"]["coordinates"][0]
    bow = {"type": "Polygon", "coordinates": [[a, c, b, d, a]]}
    seam = {
        "type": "Polygon",
        "coordinates": [[[179.999, 0], [-179.999, 0], [-179.999, 0.004], [179.999, 0.004], [179.999, 0]]],
    }

    assert "crosses" in str(staff.officer.check(draft | {"area": bow})["broken"])
    assert "antimeridian" in str(staff.officer.check(draft | {"area": seam})["broken"])


def test_a_window_in_the_future_is_refused(network, staff, draft):
    """Neighbours are not asked to watch."""
    ahead = TimeRange(network.now, network.now + timedelta(hours=1))

    checked = staff.officer.check(
        draft | {"window": {"start": to_text(ahead.start), "end": to_text(ahead.end)}}
    )

    assert rules(checked) == ["R05"]


def test_the_public_learns_that_something_was_asked_but_not_the_case_or_the_place(
    network, staff, draft, case, asked
):
    """The log holds a salted commitment, the coarse cell and pseudonyms."""
    network.wait_for_kind("request-submitted", asked)
    page = network.http.get("/api/log").json()
    [entry] = [e for e in page["entries"] if e["entry"].get("request") == asked]
    raw = canonical.from_base64(entry["raw"])

    assert TOWN.cell(geo.COARSE_RESOLUTION) in entry["entry"]["cells"]
    assert all(len(cell) == 15 and cell[1] == "6" for cell in entry["entry"]["cells"])
    assert entry["entry"]["officer"] == staff.officer.holder
    for secret in (case.encode(), b"Jordan", b"coordinates", draft["incident_cell"].encode()):
        assert secret not in raw
    assert network.http.get(f"/api/requests/{asked}").status_code == 401


def test_the_same_case_gives_the_same_commitment_and_another_another(network, staff):
    """So that posts of a case can be counted by anybody, and cases not be guessed."""
    one, again, other = (
        peek_request(staff.officer.prepare(network.draft(case=c))) for c in ("A-1", "A-1", "A-2")
    )

    assert one.case_commitment == again.case_commitment != other.case_commitment
    assert (one.post_number, again.post_number) == (1, 1)


def test_handing_in_the_same_statement_twice_asks_once(network, staff, draft):
    """After a broken connection the officer's page may simply try again."""
    envelope = staff.officer.prepare(draft)

    first, second = staff.officer.hand_in(envelope), staff.officer.hand_in(envelope)

    assert first["id"] == second["id"]
    assert [t["entry"]["kind"] for t in second["timeline"]] == ["request-submitted"]


def test_a_case_has_two_posts_and_not_three(network, staff, case):
    """R09, counted in the database."""
    staff.officer.ask(network.draft(case=case))
    staff.officer.ask(network.draft(case=case))

    with pytest.raises(Refused) as refused:
        staff.officer.ask(network.draft(case=case))

    assert [b["rule"] for b in refused.value.details["broken"]] == ["R09"]


@pytest.mark.parametrize("changes", [
    {"network": "other.example/ledger"}, {"agency": "other-pd"}, {"officer": "officer-somebodyelse"}, {"post_number": 2},
    {"text": "Please call the station."}, {"case_commitment": "0" * 64},
])  # fmt: skip
def test_a_statement_that_was_changed_before_signing_is_refused(staff, draft, changes):
    """The officer's own signature does not help: what was prepared is judged again."""
    request = peek_request(staff.officer.prepare(draft))

    with pytest.raises(Refused):
        staff.officer.hand_in(sign_request(replace(request, **changes), staff.officer.key))
    assert staff.officer.hand_in(sign_request(request, staff.officer.key))["state"] == "pending"


def test_a_statement_signed_by_another_key_is_refused(staff, draft):
    """A stolen session is not enough; the key never leaves the officer's browser."""
    envelope = staff.officer.prepare(draft)

    with pytest.raises(Refused) as refused:
        staff.officer.hand_in(sign(envelope.payload, REQUEST, SigningKey.generate()))
    assert refused.value.error == "bad_signature"


def test_two_of_three_reviewers_approve_and_the_bundle_carries_it(network, staff, asked):
    """With the second vote it is decided, entered and published."""
    first = staff.reviewers[0].vote(asked, now=network.now)
    assert (first["state"], first["my_vote"]["verdict"], first["broken"]) == ("pending", "for", [])

    assert staff.reviewers[1].vote(asked, now=network.now)["state"] == "approved"

    network.wait_for_bundle(asked, TOWN.cell(6))
    kinds = [t["entry"]["kind"] for t in staff.officer.request(asked)["timeline"]]
    assert kinds == ["request-submitted", "vote-cast", "vote-cast", "request-approved"]
    assert network.verify_ledger().size == network.checkpoint().size


def test_two_against_reject_it_and_the_log_says_so(network, staff, asked):
    """A rejection is public too, and the request reaches no home."""
    staff.reviewers[0].vote(asked, "against", now=network.now)
    assert staff.reviewers[2].vote(asked, "against", "no-case-shown", now=network.now)["state"] == "rejected"

    network.wait_for_kind("request-rejected", asked)
    assert all(asked.encode() not in r.request.payload for r in network.bundle(TOWN.cell(6)).records)
    with pytest.raises(Refused) as late:
        staff.reviewers[1].vote(asked, now=network.now)
    assert "rejected already" in late.value.message


def test_a_wide_request_needs_all_three(network, staff, case):
    """Five hours instead of four: every reviewer has to agree."""
    window = TimeRange(network.now - timedelta(hours=6), network.now - timedelta(hours=1))
    asked = staff.officer.ask(network.draft(case=case, window=window))

    states = [reviewer.vote(asked, now=network.now)["state"] for reviewer in staff.reviewers]

    assert states == ["pending", "pending", "approved"]


def test_a_reviewer_votes_once(network, staff, asked):
    """The same vote again is the same vote; a second one is refused."""
    reviewer = staff.reviewers[0]
    item = reviewer.get(f"/api/review/{asked}")
    vote = Vote(request=asked, statement_sha256=item["statement_sha256"], reviewer=reviewer.holder,
                verdict="for", reason="within-the-rules", at=network.now)  # fmt: skip
    envelope = sign_vote(vote, reviewer.key)

    reviewer.hand_in(asked, envelope)
    assert len(reviewer.hand_in(asked, envelope)["votes"]) == 1
    with pytest.raises(Refused) as refused:
        reviewer.hand_in(asked, sign_vote(replace(vote, verdict="against", reason="too-wide"), reviewer.key))
    assert refused.value.error == "already_voted"


def test_officers_and_operators_cannot_vote(network, staff, asked):
    """Who asks, or who runs the network, does not decide."""
    vote = Vote(request=asked, statement_sha256="0" * 64, reviewer=staff.officer.holder,
                verdict="for", reason="within-the-rules", at=network.now)  # fmt: skip
    for person in (staff.officer, staff.operator):
        with pytest.raises(Refused) as refused:
            person.post(
                f"/api/review/{asked}/vote", {"envelope": sign_vote(vote, staff.officer.key).to_json()}
            )
        assert refused.value.error == "wrong_role"


@pytest.mark.parametrize("changes", [
    {"statement_sha256": "0" * 64}, {"reason": "too-wide"}, {"reason": "because"}, {"reviewer": "reviewer-other"},
    {"at": -timedelta(hours=1)},
])  # fmt: skip
def test_a_vote_that_does_not_fit_is_refused(network, staff, asked, changes):
    """It has to be about exactly this statement, by this reviewer, now, for a reason on the list."""
    reviewer = staff.reviewers[1]
    item = reviewer.get(f"/api/review/{asked}")
    good = Vote(request=asked, statement_sha256=item["statement_sha256"], reviewer=reviewer.holder,
                verdict="for", reason="within-the-rules", at=network.now)  # fmt: skip
    bad = replace(good, **{name: good.at + v if name == "at" else v for name, v in changes.items()})

    with pytest.raises(Refused) as refused:
        reviewer.hand_in(asked, sign_vote(bad, reviewer.key))
    assert refused.value.error == "cannot_vote"
    assert reviewer.hand_in(asked, sign_vote(good, reviewer.key))["my_vote"]["verdict"] == "for"


def test_another_agency_does_not_see_the_request(network, staff, asked):
    """Private rows are reached only by those they belong to."""
    staff.operator.enrol_agency("hillside-fire", "Hillside Fire", "fire")
    name = f"Casey {asked[-6:]}"
    other = Officer(network.url, name, staff.operator.create(name, "officer", "hillside-fire")).enrol()

    assert other.get("/api/requests") == []
    with pytest.raises(Refused) as refused:
        other.request(asked)
    assert refused.value.status == 404
    other.close()


def test_the_queue_shows_what_waits_and_done_what_is_decided(network, staff, asked, case):
    """Reviewers see the case reference; it is for them to ask whether the case exists."""
    [waiting] = [item for item in staff.reviewers[0].queue() if item["id"] == asked]
    assert (waiting["case_reference"], waiting["my_vote"], waiting["reviewers"]) == (case, None, 3)

    network.approve(asked, staff)

    assert asked not in [item["id"] for item in staff.reviewers[0].queue()]
    assert asked in [item["id"] for item in staff.reviewers[0].get("/api/review/done")]
