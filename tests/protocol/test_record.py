"""The hub judges: a record that holds every step is answered, and each tampering is named by its step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.geo import Point
from latchstring.base.signing import Envelope, sign
from latchstring.base.time import to_text
from latchstring.ledger.entry import PolicyPublished, RequestApproved
from latchstring.ledger.note import Signer
from latchstring.protocol import policy as policies
from latchstring.protocol.record import (
    STEPS,
    BadRecord,
    CheckpointForged,
    NoQuorum,
    NotApproved,
    NotInLog,
    OtherNetwork,
    OutOfOrder,
    ProvenEntry,
    RecordError,
    RequestExpired,
    RequestRecord,
    RulesBroken,
    StatementForged,
    StatementUnreadable,
    SubmissionDiffers,
    UnknownOfficerKey,
    VoteRefused,
    WrongPolicy,
    check_record,
    submission_of,
    verify_record,
    vote_entry_of,
)
from latchstring.protocol.statements import (
    REQUEST,
    PolicyName,
    Request,
    Vote,
    sign_request,
    sign_vote,
)
from latchstring.testing.town import NOW, ORIGIN, REVIEWERS, Town, key, square

LATER = NOW + timedelta(hours=1)


def judged(town: Town, record: RequestRecord, **changes: Any) -> Request:
    given = {"verifier": town.signer.verifier, "origin": ORIGIN, "now": LATER} | changes
    return verify_record(record, **given)


def resigned(envelope: Envelope, signer: str, **changes: Any) -> Envelope:
    """The statement with changed fields, signed anew by `signer`."""
    value = canonical.decode(envelope.payload) | changes
    return sign(canonical.encode(value), envelope.payload_type, key(signer))


def without(record: RequestRecord, kind: str, **fields: str) -> RequestRecord:
    """The record lacking the entries of a kind (that have these values)."""

    def meant(item: ProvenEntry) -> bool:
        value = canonical.decode(item.entry)
        return value["kind"] == kind and fields.items() <= value.items()

    return replace(record, entries=tuple(item for item in record.entries if not meant(item)))


def read(envelope: Envelope) -> Vote:
    return Vote.from_json(canonical.decode(envelope.payload))


@pytest.fixture
def record(town: Town) -> RequestRecord:
    return town.approve(town.request())


def test_an_honest_record_holds_every_step(town: Town, record: RequestRecord) -> None:
    """The steps come in order, each once, and the request is the one that was signed."""
    steps = list(check_record(record, verifier=town.signer.verifier, origin=ORIGIN, now=LATER))
    assert steps == list(STEPS)
    assert [step.n for step in steps] == list(range(1, len(STEPS) + 1))
    assert judged(town, record).to_json() == canonical.decode(record.request.payload)


def test_each_error_has_its_own_step() -> None:
    kinds = RecordError.__subclasses__()
    assert sorted(kind.step for kind in kinds) == [step.n for step in STEPS]
    assert all(kind.__doc__ and kind.status == 422 for kind in kinds)


def test_order_of_entries_and_strangers_among_them_do_not_matter(town: Town, record: RequestRecord) -> None:
    judged(town, replace(record, entries=record.entries[::-1]))


def test_a_record_in_a_grown_log_with_other_requests(town: Town, record: RequestRecord) -> None:
    """Proofs may be renewed under a later checkpoint."""
    town.approve(town.request())
    again = town.record(record.request, record.votes)
    assert again.entries != record.entries
    assert judged(town, again) == judged(town, record)


def test_nothing_after_a_failed_step_is_looked_at(town: Town, record: RequestRecord) -> None:
    """With two faults, the earlier step speaks, and the steps before it were reported."""
    doubly = replace(record, policy=b"", votes=record.votes[:1])
    checking = check_record(doubly, verifier=town.signer.verifier, origin=ORIGIN, now=LATER)
    assert [next(checking).n for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(WrongPolicy):
        next(checking)


def test_step_1_statement_that_is_none(town: Town, record: RequestRecord) -> None:
    for payload in (b"", b"[]", b"{}", b'{"id":1}'):
        spoiled = sign(payload, REQUEST, key("officer-7"))
        with pytest.raises(StatementUnreadable):
            judged(town, replace(record, request=spoiled))
    with pytest.raises(StatementUnreadable, match="unknown field 'urgent'"):
        judged(town, replace(record, request=resigned(record.request, "officer-7", urgent=True)))
    with pytest.raises(StatementUnreadable):
        judged(town, replace(record, request=record.votes[0]))


def test_step_2_other_network(town: Town) -> None:
    """A request made elsewhere does not travel; nor does a key for another log open this one."""
    with pytest.raises(OtherNetwork):
        judged(town, town.approve(town.request(network="elsewhere.test/ledger")))
    elsewhere = Town("elsewhere.test/ledger")
    foreign = elsewhere.approve(elsewhere.request())
    with pytest.raises(OtherNetwork):
        judged(town, foreign)
    with pytest.raises(OtherNetwork):
        judged(town, foreign, verifier=elsewhere.signer.verifier)
    with pytest.raises(OtherNetwork, match="the log key is of"):
        judged(town, town.approve(town.request()), verifier=elsewhere.signer.verifier)
    judged(elsewhere, foreign, verifier=elsewhere.signer.verifier, origin="elsewhere.test/ledger")


def test_step_3_checkpoint_forged(town: Town, record: RequestRecord) -> None:
    """Signed by another key of the same name, changed, or several of them."""
    forger = Town()
    forger.signer = Signer(ORIGIN, key("forger"))
    forged = forger.approve(forger.request())
    with pytest.raises(CheckpointForged):
        judged(town, forged)

    longer = tuple(
        replace(item, proof=item.proof.replace(f"\n{town.checkpoint.size}\n", "\n999\n"))
        for item in record.entries
    )
    with pytest.raises(CheckpointForged):
        judged(town, replace(record, entries=longer))

    town.approve(town.request())
    renewed = town.record(record.request, record.votes)
    mixed = replace(record, entries=(*record.entries[:-1], renewed.entries[-1]))
    with pytest.raises(CheckpointForged, match="under 2"):
        judged(town, mixed)
    with pytest.raises(CheckpointForged):
        judged(town, replace(record, entries=()))


@pytest.mark.parametrize("which", range(7))
def test_step_4_proof_changed(town: Town, record: RequestRecord, which: int) -> None:
    """Any one proof with another index, hash, or entry."""
    item = record.entries[which]
    lines = item.proof.split("\n")
    elsewhere = record.entries[which - 1]
    for spoiled in (
        replace(item, proof=item.proof.replace(lines[1], f"index {99 - which}", 1)),
        replace(item, proof=item.proof.replace(lines[2], canonical.to_base64(bytes(32)), 1)),
        replace(item, proof="\n".join([*lines[:2], *lines[3:]])),
        replace(item, proof=elsewhere.proof),
        replace(item, entry=item.entry.replace(b'"v":1', b'"v":2')),
        replace(item, entry=item.entry[:-1]),
    ):
        entries = (*record.entries[:which], spoiled, *record.entries[which + 1 :])
        with pytest.raises(NotInLog):
            judged(town, replace(record, entries=entries))


def test_step_5_officer_key_unknown_of_another_agency_or_role(town: Town, record: RequestRecord) -> None:
    with pytest.raises(UnknownOfficerKey):
        judged(town, without(record, "key-enrolled", holder="officer-7"))

    with pytest.raises(UnknownOfficerKey):  # a key that nobody enrolled
        judged(town, replace(record, request=resigned(record.request, "nobody")))

    with pytest.raises(UnknownOfficerKey, match="reviewer 'reviewer-a'"):
        judged(town, replace(record, request=resigned(record.request, "reviewer-a")))

    town.enter(town.enrolment("officer-9", "officer", "harbour-police"))
    other = sign_request(town.request(), key("officer-9"))
    town.enter_request(town.request(), other, ())
    with pytest.raises(UnknownOfficerKey, match="'officer-9' of agency 'harbour-police'"):
        judged(town, town.record(other, ()))


def test_step_6_statement_changed_after_signing(town: Town, record: RequestRecord) -> None:
    """One byte more of area, time or text, under the old signature."""
    envelope = record.request
    payload = envelope.payload.replace(b'"post_number":1', b'"post_number":2')
    assert payload != envelope.payload
    with pytest.raises(StatementForged):
        judged(town, replace(record, request=replace(envelope, payload=payload)))


def test_step_7_submission_differs_or_is_missing(town: Town, record: RequestRecord) -> None:
    """A statement signed again with a wider window is not the one in the log."""
    with pytest.raises(SubmissionDiffers, match="missing"):
        judged(town, without(record, "request-submitted"))
    changed = resigned(record.request, "officer-7", recipient="age1" + "q" * 58)
    with pytest.raises(SubmissionDiffers, match="recipient, statement_sha256"):
        judged(town, replace(record, request=changed))


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("agency", "harbour-police"), ("officer", "officer-9"), ("offence", "robbery"), ("cells", []),
        ("policy_sha256", "0" * 64), ("case_commitment", "0" * 64), ("recipient", "age1" + "q" * 58),
        ("statement_sha256", "0" * 64),
    ],
)  # fmt: skip
def test_step_7_every_field_of_the_submission_counts(town: Town, field: str, other: Any) -> None:
    request = town.request()
    envelope = sign_request(request, key("officer-7"))
    entry = submission_of(request, canonical.sha256_hex(envelope.payload), at=to_text(NOW))
    town.enter(replace(entry, **{field: other}))
    with pytest.raises(SubmissionDiffers, match=field):
        judged(town, town.record(envelope, ()))


def test_step_8_policy_swapped(town: Town, record: RequestRecord) -> None:
    """Other bytes; published but not the named one; never published; named otherwise."""
    lenient = policies.policy_bytes().replace(b"lookback_days = 30", b"lookback_days = 90")
    with pytest.raises(WrongPolicy, match="not the one that the request names"):
        judged(town, replace(record, policy=lenient))
    with pytest.raises(WrongPolicy, match="never published"):
        judged(town, without(record, "policy-published"))

    unpublished = replace(town.policy.name, sha256=canonical.sha256_hex(lenient))
    sneaked = town.approve(town.request(policy=unpublished))
    with pytest.raises(WrongPolicy, match="never published"):
        judged(town, replace(sneaked, policy=lenient))

    town.enter(
        PolicyPublished(at=to_text(NOW), policy="footage-request", version=2, sha256=unpublished.sha256)
    )
    misnamed = town.approve(town.request(policy=replace(unpublished, version=2)))
    with pytest.raises(WrongPolicy, match="calls itself otherwise"):
        judged(town, replace(misnamed, policy=lenient))


def test_step_8_policy_with_an_unknown_rule(town: Town) -> None:
    """A hub does not judge by rules that it does not know."""
    newer = policies.policy_bytes() + b"\n[rules.R99]\n"
    name = PolicyName(id="footage-request", version=1, sha256=canonical.sha256_hex(newer))
    town.enter(PolicyPublished(at=to_text(NOW), policy=name.id, version=name.version, sha256=name.sha256))
    record = town.approve(town.request(policy=name))
    with pytest.raises(WrongPolicy, match="unknown rule 'R99'"):
        judged(town, replace(record, policy=newer))


def entered(town: Town, *votes: Callable[[Envelope], Envelope]) -> RequestRecord:
    """A request with votes made from its envelope, all of them entered in the log."""
    request = town.request()
    envelope = sign_request(request, key("officer-7"))
    cast = tuple(vote(envelope) for vote in votes)
    town.enter_request(request, envelope, cast)
    return town.record(envelope, cast)


def test_step_9_vote_changed(town: Town, record: RequestRecord) -> None:
    first, second = record.votes
    payload = first.payload.replace(b'"at":"2026', b'"at":"2025')
    with pytest.raises(VoteRefused, match="does not fit"):
        judged(town, replace(record, votes=(replace(first, payload=payload), second)))


def test_step_9_duplicate_voter(town: Town, record: RequestRecord) -> None:
    """The same vote twice, or two votes of one reviewer."""
    with pytest.raises(VoteRefused, match="'reviewer-a' votes twice"):
        judged(town, replace(record, votes=(record.votes[0], record.votes[0])))
    twice = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: town.vote(e, "reviewer-a", at=NOW + timedelta(minutes=9)),
    )
    with pytest.raises(VoteRefused, match="votes twice"):
        judged(town, twice)


def test_step_9_one_key_under_two_names(town: Town) -> None:
    """A network that enrols one key for two reviewers gains nothing."""
    second = replace(
        town.enrolment("reviewer-z", "reviewer", ""), public_key=key("reviewer-a").verify_key.to_text()
    )
    town.enter(second)
    record = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: sign_vote(read(town.vote(e, "reviewer-z")), key("reviewer-a")),
    )
    with pytest.raises(VoteRefused):
        judged(town, record)


def test_step_9_wrong_role(town: Town) -> None:
    """Officers do not vote, of this agency or another."""
    town.enter(town.enrolment("officer-9", "officer", "harbour-police"))
    for voter in ("officer-9", "officer-7"):
        record = entered(
            town, lambda e: town.vote(e, "reviewer-a"), lambda e, voter=voter: town.vote(e, voter)
        )
        with pytest.raises(VoteRefused, match="does not have for a reviewer"):
            judged(town, record)


def test_step_9_nobody_votes_on_their_own_request(town: Town) -> None:
    """Also not with a second key, enrolled as a reviewer's."""
    second = key("officer-7 as reviewer")
    enrolment = town.enrolment("officer-7", "reviewer", "")
    town.enter(replace(enrolment, public_key=second.verify_key.to_text()))
    record = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: sign_vote(read(town.vote(e, "officer-7")), second),
    )
    with pytest.raises(VoteRefused, match="on a request of their own"):
        judged(town, record)


def test_step_9_reviewer_unknown_to_the_log(town: Town, record: RequestRecord) -> None:
    with pytest.raises(VoteRefused):
        judged(town, without(record, "key-enrolled", holder="reviewer-b"))


def test_step_9_vote_in_anothers_name(town: Town) -> None:
    record = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: sign_vote(read(town.vote(e, "reviewer-b")), key("reviewer-c")),
    )
    with pytest.raises(VoteRefused, match="'reviewer-b' is signed with the key of 'reviewer-c'"):
        judged(town, record)


def test_step_9_vote_about_another_statement(town: Town, record: RequestRecord) -> None:
    """A vote for one request does not count for another, nor for a changed statement of the same."""
    other = town.approve(town.request())
    merged = replace(
        town.record(record.request, record.votes),
        votes=(record.votes[0], other.votes[1]),
        entries=town.record(record.request, record.votes).entries
        + town.record(other.request, other.votes).entries,
    )
    with pytest.raises(VoteRefused, match="about another statement"):
        judged(town, merged)
    changed = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: town.vote(e, "reviewer-b", statement_sha256="0" * 64),
    )
    with pytest.raises(VoteRefused, match="about another statement"):
        judged(town, changed)


def test_step_9_vote_missing_from_the_log_or_entered_otherwise(town: Town, record: RequestRecord) -> None:
    with pytest.raises(VoteRefused, match="'reviewer-b' is not in the log"):
        judged(town, without(record, "vote-cast", reviewer="reviewer-b"))
    against = town.vote(record.request, "reviewer-b", verdict="against", reason="pressure")
    with pytest.raises(VoteRefused, match="not in the log as it was signed"):
        judged(town, replace(record, votes=(record.votes[0], against)))


def test_step_9_reason_outside_the_list(town: Town) -> None:
    for changes in ({"reason": "because"}, {"verdict": "for", "reason": "pressure"}):
        record = entered(
            town,
            lambda e: town.vote(e, "reviewer-a"),
            lambda e, changes=changes: town.vote(e, "reviewer-b", **changes),
        )
        with pytest.raises(VoteRefused, match="no reason"):
            judged(town, record)


def test_step_10_no_quorum(town: Town) -> None:
    """One vote, or two of which one is against; two of three are enough."""
    one = town.approve(town.request(), REVIEWERS[:1])
    with pytest.raises(NoQuorum, match="1 reviewers are for this request; 2"):
        judged(town, one)
    split = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: town.vote(e, "reviewer-b", verdict="against", reason="too-wide"),
    )
    with pytest.raises(NoQuorum):
        judged(town, split)
    two_of_three = entered(
        town,
        lambda e: town.vote(e, "reviewer-a"),
        lambda e: town.vote(e, "reviewer-b", verdict="against", reason="too-wide"),
        lambda e: town.vote(e, "reviewer-c"),
    )
    judged(town, two_of_three)


def test_step_10_a_wide_request_needs_three(town: Town) -> None:
    wide = town.request(area=square(side_degrees=0.008))
    with pytest.raises(NoQuorum, match="2 reviewers are for this request; 3"):
        judged(town, town.approve(wide))
    judged(town, town.approve(town.request(area=square(side_degrees=0.008)), REVIEWERS))


def test_step_11_no_approval(town: Town, record: RequestRecord) -> None:
    """Missing, or of another statement."""
    with pytest.raises(NotApproved):
        judged(town, without(record, "request-approved"))
    request_id = canonical.decode(record.request.payload)["id"]
    town.enter(RequestApproved(at=to_text(NOW), request=request_id, statement_sha256="0" * 64))
    with pytest.raises(NotApproved):
        judged(
            town,
            without(
                town.record(record.request, record.votes),
                "request-approved",
                statement_sha256=record.statement_sha256,
            ),
        )


@pytest.mark.parametrize("late", ["policy", "officer", "reviewer", "submission", "vote"])
def test_step_12_what_came_too_late(late: str) -> None:
    """Each thing must stand in the log before what rests on it; in the right order the same things hold."""
    for wrong in (True, False):
        town = Town()
        request = town.request()
        envelope = sign_request(request, key("officer-7"))
        votes = tuple(town.vote(envelope, voter) for voter in REVIEWERS[:2])
        sha256 = canonical.sha256_hex(envelope.payload)
        submitted = submission_of(request, sha256, at=to_text(NOW))
        cast = [vote_entry_of(read(v), canonical.sha256_hex(v.payload), at=to_text(NOW)) for v in votes]
        approved = RequestApproved(at=to_text(NOW), request=request.id, statement_sha256=sha256)
        order = {
            "submission": (cast[0], submitted, cast[1], approved),
            "vote": (submitted, cast[0], approved, cast[1]),
        }.get(late, (submitted, *cast, approved))
        town.enter(*(order if wrong else (submitted, *cast, approved)))
        record = town.record(envelope, votes)
        if wrong and late == "policy":
            name = town.policy.name
            again = PolicyPublished(
                at=to_text(NOW + timedelta(hours=1)), policy=name.id, version=1, sha256=name.sha256
            )
            town.enter(again)
            record = only_last(town.record(envelope, votes), "policy-published")
        if wrong and late == "officer":
            town.enter(replace(town.enrolment("officer-7", "officer", "riverside-police"), at=to_text(LATER)))
            record = only_last(town.record(envelope, votes), "key-enrolled", holder="officer-7")
        if wrong and late == "reviewer":
            town.enter(replace(town.enrolment("reviewer-a", "reviewer", ""), at=to_text(LATER)))
            record = only_last(town.record(envelope, votes), "key-enrolled", holder="reviewer-a")
        if wrong:
            with pytest.raises(OutOfOrder):
                judged(town, record)
        else:
            judged(town, record)


def only_last(record: RequestRecord, kind: str, **fields: str) -> RequestRecord:
    """Of the entries of a kind (with these values), only the last."""
    rest = without(record, kind, **fields)
    *_, last = [item for item in record.entries if item not in rest.entries]
    return replace(rest, entries=(*rest.entries, last))


def test_step_13_expired(town: Town, record: RequestRecord) -> None:
    expires_at = judged(town, record).expires_at
    judged(town, record, now=expires_at - timedelta(seconds=1))
    with pytest.raises(RequestExpired):
        judged(town, record, now=expires_at)


def test_step_14_rules_broken_though_signed_voted_and_logged(town: Town) -> None:
    """Officer, reviewers and network together cannot make a hub break the rules."""
    request = town.request(area=square(side_degrees=0.03))
    with pytest.raises(RulesBroken, match="R06: The area has") as raised:
        judged(town, town.approve(request, REVIEWERS))
    assert [b.rule for b in raised.value.details["broken"]] == ["R06"]  # type: ignore[attr-defined]
    away = town.request(area=square(Point(51.6, -0.12)))
    with pytest.raises(RulesBroken, match="R07: The incident lies outside"):
        judged(town, town.approve(away))


def test_round_trip(record: RequestRecord) -> None:
    assert RequestRecord.from_json(record.to_json()) == record
    assert RequestRecord.from_json(canonical.decode(canonical.encode(record.to_json()))) == record


@pytest.mark.parametrize("value", [None, [], {}, {"request": {}}, "text"])
def test_what_is_no_record_is_refused(value: Any) -> None:
    with pytest.raises(BadInput):
        RequestRecord.from_json(value)


def test_a_record_with_a_missing_part_says_so(record: RequestRecord) -> None:
    for name in ("request", "votes", "policy", "entries"):
        value = record.to_json()
        del value[name]
        with pytest.raises(BadRecord):
            RequestRecord.from_json(value)


TOWN = Town()
RECORD = TOWN.approve(TOWN.request())


@settings(max_examples=300)
@given(st.data())
def test_any_single_changed_byte_is_refused(data: st.DataObject) -> None:
    """Of the record as it travels: it no longer reads, or some step says no. Never another crash, never a yes."""
    raw = bytearray(canonical.encode(RECORD.to_json()))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255).filter(lambda b: b != raw[at]))
    with contextlib.suppress(BadInput, RecordError):
        changed = RequestRecord.from_json(canonical.decode(bytes(raw)))
        if changed != RECORD:
            judged(TOWN, changed)
            pytest.fail(f"accepted with byte {at} changed")
