"""The inner bag: what an agency finds after opening, and whether it is what the owner agreed to.

bagit.txt bag-info.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha512.txt
data/original/<clip>.mp4           byte for byte as recorded
data/derivative/<clip>.mp4         or redacted before it left; its original stayed at home
data/metadata/acquisition.json     how it was recorded
data/custody/events.jsonl          who had it, each line fixing the one before
data/consent/salts.json            what opens the receipt's commitments
data/verify/README.txt             how to check all this with others' tools
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.time import to_text
from latchstring.sealing import bag, custody
from latchstring.sealing.acquisition import Redaction, evidence_id
from latchstring.sealing.bag import Digest, Files
from latchstring.sealing.custody import CustodyBroken, Event
from latchstring.sealing.errors import PackageError
from latchstring.sealing.manifest import Disclosure
from latchstring.sealing.receipt import Receipt

ACQUISITION = "data/metadata/acquisition.json"
CUSTODY = "data/custody/events.jsonl"
SALTS = "data/consent/salts.json"
README = "data/verify/README.txt"


class ClipNotAgreed(PackageError):
    """This clip is not one that the owner's receipt agrees to."""

    step = 7


class ClipMissing(PackageError):
    """The owner's receipt names a clip that is not here."""

    step = 7


class AcquisitionWrong(PackageError):
    """The record of how the footage was made does not fit the footage."""

    step = 7


class CustodyChanged(PackageError):
    """The chain of custody was changed."""

    step = 8


def original(clip: str) -> str:
    return f"data/original/{clip}.mp4"


def derivative(clip: str) -> str:
    return f"data/derivative/{clip}.mp4"


def redactions(files: Files) -> dict[str, Redaction]:
    """What was done to which clip, as the acquisition record tells."""
    told = _told(_json(files, ACQUISITION))
    try:
        return {
            clip: Redaction.from_json(value["redaction"])
            for clip, value in told.items()
            if "redaction" in value
        }
    except BadInput as e:
        raise AcquisitionWrong(e.message, file=ACQUISITION) from e


def commitment(salt: bytes, digest: Digest) -> str:
    """`canonical.commitment` of a clip that is known by its digest."""
    return canonical.sha256_hex(salt + bytes.fromhex(digest.sha256))


def custody_events(
    disclosure: str,
    receipt: Receipt,
    *,
    device: str,
    sealed_at: datetime,
    redacted: Mapping[str, Redaction],
) -> list[Event]:
    """What happened at home. The place is not stated: it is the owner's."""
    who = f"recorder {device}"
    where = "the owner's recorder; its place is not stated"
    authority = f"the owner's consent, receipt {canonical.sha256_hex(receipt.encode())}"
    everything = [evidence_id(disclosure, clip.id) for clip in receipt.clips]
    recorded = [
        Event(
            what="recorded",
            evidence=[evidence_id(disclosure, clip.id)],
            who=who,
            at=to_text(clip.during.end),
            where=where,
            why="the owner records their own door",
            authority="the owner of the camera",
        )
        for clip in sorted(receipt.clips, key=lambda clip: (clip.during.end, clip.id))
    ]
    painted = [
        Event(
            what="redacted",
            evidence=[evidence_id(disclosure, clip)],
            who=who,
            at=to_text(redaction.made_at),
            where=where,
            why=f"painted over and encoded anew: {', '.join(redaction.kinds)}; the original stays at home",
            authority="the owner of the camera",
        )
        for clip, redaction in sorted(redacted.items(), key=lambda item: (item[1].made_at, item[0]))
    ]
    cut = "cut on keyframes without re-encoding" + (", but for those redacted," if redacted else "")
    return [
        *recorded,
        *painted,
        Event(
            what="agreed",
            evidence=everything,
            who="the owner",
            at=to_text(receipt.at),
            where=where,
            why=f"request {receipt.request} of {receipt.agency}",
            authority=authority,
        ),
        Event(
            what="sealed",
            evidence=everything,
            who=who,
            at=to_text(sealed_at),
            where=where,
            why=f"{cut} and sealed to {receipt.recipient}",
            authority=authority,
        ),
    ]


def check_clips(
    files: Files, digests: Mapping[str, Digest], disclosure: Disclosure, receipt: Receipt
) -> None:
    """The clips are those of the receipt, no more and no fewer, and the acquisition record is about them."""
    agreed = {_file(clip.id, digests): clip for clip in receipt.clips}
    present = {name for name in digests if name.startswith(("data/original/", "data/derivative/"))}
    if missing := sorted(agreed.keys() - present):
        raise ClipMissing(file=missing[0])
    sidecars = {f"{name}.c2pa" for name in agreed}
    if extra := sorted(present - agreed.keys() - sidecars):
        raise ClipNotAgreed(file=extra[0])
    salts = _json(files, SALTS)
    for name, clip in agreed.items():
        try:
            salt = bytes.fromhex(str(salts[clip.id]))
        except (KeyError, ValueError) as e:
            raise ClipNotAgreed(f"there is no salt for {clip.id}", file=SALTS) from e
        if commitment(salt, digests[name]) != clip.commitment:
            raise ClipNotAgreed(file=name)
    _check_acquisition(_json(files, ACQUISITION), digests, disclosure, receipt)


def check_custody(files: Files, disclosure: Disclosure, receipt: Receipt) -> None:
    """The chain holds, line by line, and tells what the receipt and the disclosure tell."""
    try:
        events = custody.check(bag.read_tag(files, CUSTODY))
    except CustodyBroken as e:
        raise CustodyChanged(e.message, file=CUSTODY) from e
    told = custody_events(
        disclosure.id,
        receipt,
        device=disclosure.device,
        sealed_at=disclosure.created_at,
        redacted=redactions(files),
    )
    if missing := [event for event in told if event not in events]:
        raise CustodyChanged(
            f"it does not tell what the receipt does: {missing[0].what} at {missing[0].at}", file=CUSTODY
        )


def _check_acquisition(
    document: Mapping[str, object], digests: Mapping[str, Digest], disclosure: Disclosure, receipt: Receipt
) -> None:
    if document.get("device_id") != disclosure.device:
        raise AcquisitionWrong("it names another device than the one that signed", file=ACQUISITION)
    if document.get("disclosure") != disclosure.id or document.get("request") != receipt.request:
        raise AcquisitionWrong("it is of another disclosure", file=ACQUISITION)
    told = _told(document)
    if told.keys() != {clip.id for clip in receipt.clips}:
        raise AcquisitionWrong("it does not tell of the clips that are here", file=ACQUISITION)
    for clip in receipt.clips:
        file = _file(clip.id, digests)
        if ("redaction" in told[clip.id]) != (file == derivative(clip.id)):
            raise AcquisitionWrong(f"it does not say truly whether {clip.id} is redacted", file=ACQUISITION)
        digest = digests[file]
        expected = {
            "evidence_id": evidence_id(disclosure.id, clip.id),
            "camera": clip.camera,
            "file": file,
            "recorded_start": to_text(clip.during.start),
            "recorded_end": to_text(clip.during.end),
            "size": digest.size,
            "sha256": digest.sha256,
            "sha512": digest.sha512,
        }
        for name, value in expected.items():
            if told[clip.id].get(name) != value:
                raise AcquisitionWrong(f"{name!r} of {clip.id} is not that of the clip", file=ACQUISITION)


def _file(clip: str, digests: Mapping[str, Digest]) -> str:
    """Where this clip lies: redacted, or else as it was recorded."""
    return derivative(clip) if derivative(clip) in digests else original(clip)


def _told(document: Mapping[str, object]) -> dict[str, dict[str, object]]:
    clips = document.get("clips")
    return {str(c.get("clip")): c for c in clips if isinstance(c, dict)} if isinstance(clips, list) else {}


def _json(files: Files, name: str) -> dict[str, object]:
    try:
        return canonical.decode(bag.read_tag(files, name))
    except BadInput as e:
        raise AcquisitionWrong(e.message, file=name) from e
