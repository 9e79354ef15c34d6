"""The main job without hands, told step by step; each step checks what it says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from latchstring.base import canonical
from latchstring.base.geo import COARSE_RESOLUTION, FINE_RESOLUTION, Area, Point
from latchstring.base.time import TimeRange, to_text
from latchstring.demo import accounts
from latchstring.demo.accounts import OFFICER, REVIEWERS
from latchstring.demo.owner import Owner
from latchstring.demo.patience import PatientTransport
from latchstring.demo.public import Public, files_below
from latchstring.demo.stage import Stage
from latchstring.demo.story import Story
from latchstring.demo.town import AREA, CENTRE, HOMES, INCIDENT
from latchstring.ledger.note import Verifier
from latchstring.ledger.storage import DirectoryStorage
from latchstring.ledger.verify import verify_log
from latchstring.protocol.statements import peek_request
from latchstring.sealing.container import unpack
from latchstring.sealing.keys import CaseKey
from latchstring.testing.people import Officer, Refused, Reviewer
from latchstring.testing.waiting import until

RECORD_SECONDS = 10
LOOK_BACK = timedelta(minutes=30)
CASE = "HP-2026-00417"


class Party(Protocol):
    """Somebody with an open connection."""

    def close(self) -> None: ...


P = TypeVar("P", bound=Party)


class Walkthrough:
    """One run of the main job on a stage that has started. What is worth keeping goes to `out`.

    `out` then holds `ledger/`, `package/`, `case-key.txt`, `opened/` and `recorded.mp4`.
    """

    def __init__(self, stage: Stage, story: Story, out: Path) -> None:
        self._stage = stage
        self._story = story
        self._out = out
        self._parties = ExitStack()
        self._public = self._joins(Public(stage.network_url))
        self._owners: dict[str, Owner] = {}
        self._reviewers: list[Reviewer] = []
        self._case_key = CaseKey.generate()

    def run(self) -> None:
        """All steps; raises at the first that does not hold."""
        with self._parties:
            for step in (
                self._meet,
                self._record,
                self._refuse_a_bad_draft,
                self._ask,
                self._review,
                self._log,
                self._bundle,
                self._match,
                self._consent,
                self._disclose,
                self._verify_package,
                self._open,
                self._refuse_a_changed_package,
                self._conclude,
                self._verify_everything,
            ):
                step()

    def _meet(self) -> None:
        with self._story.step(
            "Everybody meets: one network, three homes, an officer, three reviewers."
        ) as step:
            url, logins = self._stage.network_url, accounts.enrol(self._stage)
            officer = Officer(url, *logins[OFFICER].typed, transport=PatientTransport())
            self._officer = self._joins(officer).enrol()
            for name in REVIEWERS:
                reviewer = Reviewer(url, *logins[name].typed, transport=PatientTransport())
                self._reviewers.append(self._joins(reviewer).enrol())
            for home in HOMES:
                owner = Owner(self._stage.hub_url(home.key), home.password)
                self._owners[home.key] = self._joins(owner)
            enrolled = self._public.wait_for("key-enrolled", count=4)
            step.check(enrolled, "the keys of the officer and three reviewers stand in the public log")
            step.check(
                all(len(code.split("-")) > 3 for code in self._stage.recovery_codes.values()),
                "each hub made its keys and showed a recovery code, once",
            )
            step.saw("network", "four people and their public keys; no home has told it anything")

    def _record(self) -> None:
        how = "over RTSP with a Digest login" if self._stage.cameras_are_rtsp else "in the hub's own process"
        with self._story.step(f"Cameras record at home, {how}.") as step:
            for home in HOMES:
                owner = self._owners[home.key]
                if home.filmed:
                    until(partial(_has_recorded_enough, owner), f"recording at {home.title}")
                    step.check(True, f"{home.title} has recorded {RECORD_SECONDS} seconds or more")
                else:
                    seconds = _recorded_seconds(owner)
                    step.check(not seconds, f"{home.title} has recorded nothing: its camera is unplugged")
            step.saw("network", "nothing")

    def _refuse_a_bad_draft(self) -> None:
        with self._story.step("An officer asks for far too much, and is told why not.") as step:
            now = _second(datetime.now(UTC))
            draft = self._draft(TimeRange(now - timedelta(hours=13), now + timedelta(hours=1)))
            draft |= {"offence": "noise", "area": _town_square(0.03).to_geojson(), "case_reference": ""}
            broken = self._officer.check(draft)["broken"]
            named = {b["rule"] for b in broken}
            step.check(
                named == {"R01", "R02", "R04", "R05", "R06"}, "five rules are broken, and each is named"
            )
            step.check(all(b["mend"] for b in broken), "each comes with a way to mend it")
            for b in broken:
                step.saw(b["rule"], f"{b['what']} {b['mend']}")

    def _ask(self) -> None:
        with self._story.step("The officer makes a case key, asks within the rules and signs.") as step:
            key_file = self._out / "case-key.txt"
            key_file.write_text(self._case_key.to_text(datetime.now(UTC)))
            key_file.chmod(0o600)
            now = _second(datetime.now(UTC))
            draft = self._draft(TimeRange(now - LOOK_BACK, now))
            check = self._officer.check(draft)
            step.check(check["broken"] == [], "no rule is broken")
            step.check(check["votes_needed"] == 2, "two of three reviewers are enough for it")
            self._request = self._officer.ask(draft)
            step.check(
                self._public.wait_for("request-submitted", self._request), "the log says that it was asked"
            )
            step.saw("public", "agency, offence, coarse cell, and the case only as a commitment")
            step.saw("homes", "nothing yet")

    def _review(self) -> None:
        with self._story.step(
            "Reviewers decide, each with a key of their own: one against, two for."
        ) as step:
            first, second, third = self._reviewers
            item = next(i for i in first.queue() if i["id"] == self._request)
            step.check(item["case_reference"] == CASE, "reviewers see the case reference")
            for reviewer, verdict in ((first, "against"), (second, "for"), (third, "for")):
                reviewer.vote(self._request, verdict, now=datetime.now(UTC))
            step.check(
                self._public.wait_for("vote-cast", self._request, count=3),
                "three signed votes are in the log",
            )
            step.check(self._public.wait_for("request-approved", self._request), "two of three approve it")

    def _log(self) -> None:
        with self._story.step("Everything so far stands in a public log that anyone can verify.") as step:
            report = verify_log(DirectoryStorage(self._ledger), Verifier.from_vkey(self._public.vkey))
            step.check(report.size == 11, f"all {report.size} entries hash to the signed root")
            entries = files_below(self._ledger / "tile" / "entries")
            step.check(CASE.encode() not in entries, "the case reference is nowhere in it")
            step.check(b"Okafor" not in entries, "the officer's name is nowhere in it")

    def _bundle(self) -> None:
        with self._story.step(
            "The request is published for its coarse cell: one static file for everybody."
        ) as step:
            cell = CENTRE.cell(COARSE_RESOLUTION)
            bundle, etag = self._public.bundle_with(self._request, cell)
            [record] = [r for r in bundle.records if peek_request(r.request).id == self._request]
            step.check(
                len(record.votes) >= 2 and len(record.entries) >= 7,
                f"bundle {cell} carries it with its votes, its policy and {len(record.entries)} log proofs",
            )
            step.check(
                self._public.is_unchanged(cell, etag), "asked again, the answer is 304: caches may carry it"
            )
            step.saw("network", "that some hub in a cell of 36 square kilometres fetched a public file")

    def _match(self) -> None:
        with self._story.step(
            "Each hub judges the request by itself; only one finds that it is meant."
        ) as step:
            self._item = until(self._inbox_item, "the entry in Lamp House's inbox")
            verified = self._item["verified"]
            step.check(len(verified) >= 10, f"Lamp House's hub made {len(verified)} checks before it looked")
            size = self._item["checkpoint_size"]
            for home in HOMES[1:]:
                owner = self._owners[home.key]
                until(partial(_has_followed, owner, size), f"{home.title} to follow")
                step.check(not owner.inbox(), f"{home.title}: no match, and nothing in its inbox")
            step.saw("network", "the same fetches from all three homes")
            step.saw("officer", "nothing: not who was asked, nor how many")

    def _consent(self) -> None:
        with self._story.step("The owner of Lamp House watches the clips and shares them.") as step:
            lamp, clips = self._owners["lamp"], self._item["clips"]
            recorded = lamp.download(clips[0]["preview_url"])
            (self._out / "recorded.mp4").write_bytes(recorded)
            step.check(
                recorded[4:8] == b"ftyp", f"the owner sees who asks, for what, and {len(clips)} clip(s)"
            )
            lamp.share(self._request, [clip["id"] for clip in clips])
            step.saw("Quay Cottage, Mill Farm", "nothing; and nobody can tell their silence from a no")

    def _disclose(self) -> None:
        with self._story.step("The hub cuts, seals to the case key, and sends ciphertext.") as step:
            until(lambda: self._owners["lamp"].item(self._request)["state"] == "shared", "the disclosure")
            step.check(
                self._public.wait_for("disclosure-made", self._request), "the log says that somebody shared"
            )
            [made] = until(lambda: self._officer.disclosures(self._request), "the package")
            self._disclosure = made["id"]
            step.saw("network", "a blob that it cannot open, and two commitments")
            step.saw("public", "that one disclosure was made; not by whom, nor what it shows")

    def _verify_package(self) -> None:
        with self._story.step("The officer fetches the package, and it verifies offline.") as step:
            package = until(self._fetch_package, "the package")
            self._unpack(package)
            done = self._latchstring(
                "verify", str(self._out / "package"), "--vkey", self._public.vkey, "--json"
            )
            report = json.loads(done.stdout)
            step.check(done.returncode == 0 and report["ok"], f"{len(report['steps'])} numbered checks hold")
            (sealed,) = (self._out / "package" / "data").iterdir()
            step.check(b"ftyp" not in sealed.read_bytes()[:4096], "outside there is no plaintext")

    def _open(self) -> None:
        with self._story.step(
            "The case key opens it; the clip inside is the recording, byte for byte."
        ) as step:
            done = self._agency_open(self._out / "case-key.txt", self._out / "opened")
            step.check(done.returncode == 0, "it was checked first, then opened")
            originals = (self._out / "opened" / "data" / "original").glob("*.mp4")
            recorded = (self._out / "recorded.mp4").read_bytes()
            step.check(
                any(path.read_bytes() == recorded for path in originals),
                "the original is byte for byte what the hub recorded",
            )
            other = self._out / "other-key.txt"
            other.write_text(CaseKey.generate().to_text(datetime.now(UTC)))
            refused = self._agency_open(other, self._out / "never")
            other.unlink()
            step.check(
                refused.returncode != 0 and not (self._out / "never").exists(), "another key opens nothing"
            )

    def _refuse_a_changed_package(self) -> None:
        with self._story.step("One flipped bit, and the package is refused.") as step:
            changed = self._out / "changed"
            shutil.copytree(self._out / "package", changed)
            sealed = changed / "data" / "sealed.age"
            data = bytearray(sealed.read_bytes())
            data[len(data) // 2] ^= 1
            sealed.write_bytes(data)
            done = self._latchstring("verify", str(changed), "--vkey", self._public.vkey, "--json")
            shutil.rmtree(changed)
            report = json.loads(done.stdout)
            step.check(done.returncode == 1 and not report["ok"], "refused")
            step.saw("anyone", str(report["error"]))

    def _conclude(self) -> None:
        with self._story.step("The officer says that it was opened, and what came of it.") as step:
            envelope = json.loads((self._out / "package" / "public" / "disclosure.dsse.json").read_bytes())
            digest = canonical.sha256_hex(canonical.from_base64(envelope["payload"]))
            now = datetime.now(UTC)
            self._officer.opened(self._request, self._disclosure, digest, now=now)
            step.check(self._public.wait_for("disclosure-opened", self._request), "the opening is in the log")
            self._officer.conclude(self._request, "used", now=now)
            step.check(self._public.wait_for("outcome-entered", self._request), "the outcome is in the log")

    def _verify_everything(self) -> None:
        with self._story.step("Anyone derives the whole log again, from its files alone.") as step:
            folder = self._out / "ledger"
            shutil.copytree(self._ledger, folder, dirs_exist_ok=True)
            (folder / "vkey").write_text(self._public.vkey + "\n")
            done = self._latchstring("ledger", "verify", str(folder), "--vkey", self._public.vkey)
            step.check(done.returncode == 0, "every entry, every tile and the root fit")
            report = verify_log(DirectoryStorage(folder), Verifier.from_vkey(self._public.vkey))
            step.check(
                report.kinds.get("disclosure-made") == 1 and report.kinds.get("outcome-entered") == 1,
                f"{report.size} entries, from the policy to the outcome",
            )
            step.saw("anyone", "who asked, who decided, that something was shared, opened and used")
            step.saw("nobody", "who else was asked, who said no, where a camera hangs")

    def _draft(self, window: TimeRange) -> dict[str, Any]:
        return {
            "case_reference": CASE,
            "offence": "burglary",
            "incident_cell": INCIDENT.cell(FINE_RESOLUTION),
            "area": AREA.to_geojson(),
            "window": {"start": to_text(window.start), "end": to_text(window.end)},
            "template": "on-foot",
            "recipient": self._case_key.recipient,
            "expires_at": to_text(_second(datetime.now(UTC)) + timedelta(days=3)),
        }

    @property
    def _ledger(self) -> Path:
        """The files that the network serves as its ledger."""
        return self._stage.folder("network") / "store" / "ledger"

    def _inbox_item(self) -> dict[str, Any] | None:
        return next((item for item in self._owners["lamp"].inbox() if item["id"] == self._request), None)

    def _fetch_package(self) -> bytes | None:
        """The outer bag, once the proof of its own entry can be in it."""
        try:
            return self._officer.package(self._disclosure)
        except Refused as e:
            if e.status in (404, 409):
                return None
            raise

    def _unpack(self, package: bytes) -> None:
        """Put the outer bag, which comes as a tar with one folder in it, into `package/`."""
        with tempfile.TemporaryDirectory(dir=self._out) as temporary:
            tar = Path(temporary) / "package.tar"
            tar.write_bytes(package)
            unpack(tar, Path(temporary) / "unpacked")
            [bag] = (Path(temporary) / "unpacked").iterdir()
            bag.rename(self._out / "package")

    def _agency_open(self, key: Path, into: Path) -> subprocess.CompletedProcess[str]:
        package = str(self._out / "package")
        return self._latchstring(
            "agency", "open", package, "--key", str(key), "--out", str(into), "--vkey", self._public.vkey
        )

    def _latchstring(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line, as the agency or anyone would run it."""
        command = [sys.executable, "-m", "latchstring.cli.main", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def _joins(self, party: P) -> P:
        """`party` itself, which leaves when the story ends."""
        self._parties.callback(party.close)
        return party


def _recorded_seconds(owner: Owner) -> float:
    """How much the home's cameras have recorded in the last half hour."""
    now = datetime.now(UTC)
    spans = owner.recorded(TimeRange(now - LOOK_BACK, now))
    return sum(span.duration.total_seconds() for span in spans)


def _has_recorded_enough(owner: Owner) -> bool:
    return _recorded_seconds(owner) >= RECORD_SECONDS


def _has_followed(owner: Owner, size: int) -> bool:
    """Whether the hub has followed its network up to a log of `size` entries."""
    return (owner.status()["network"]["checkpoint_size"] or 0) >= size


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def _town_square(half_degrees: float) -> Area:
    """A square around the whole town."""
    lat, lon = CENTRE.latitude, CENTRE.longitude
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return Area(tuple(Point(lat + y * half_degrees, lon + x * half_degrees) for y, x in corners))
