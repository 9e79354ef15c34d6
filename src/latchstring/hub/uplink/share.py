"""From an owner's yes to an entry in the ledger: once, whatever happens on the way.

consented   the yes is on disk, before anything else is done; until `upload_after` nothing is sent
sealed      clips cut, sealed to the case key and signed, as files in the outbox
uploading   the first byte may have left: it cannot be taken back any more
disclosed   the network has entered it; the sealed file is deleted

Each step may be done again after a crash: sealing starts over or finds its result, an upload goes on where it
stopped, and the same disclosure posted twice is one entry. One row a request, so one consent is used once.
"""

from __future__ import annotations

import logging
import random
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb

from latchstring.base.clock import Clock
from latchstring.base.errors import BadInput, Conflict, LatchstringError, Unavailable
from latchstring.base.ids import RequestId
from latchstring.base.signing import SigningKey
from latchstring.hub.inbox import service as inbox
from latchstring.hub.inbox import store as inbox_rows
from latchstring.hub.inbox.models import AlreadyShared, Answer, InboxItem, MatchedClip, NoLongerOpen
from latchstring.hub.owner.models import Choices
from latchstring.hub.redaction import outgoing
from latchstring.hub.redaction.models import ClipKey
from latchstring.hub.redaction.outgoing import Wanted, WayOut
from latchstring.hub.redaction.redactor import CanCut
from latchstring.hub.store import Store, StoreClosed
from latchstring.hub.uplink import store as rows
from latchstring.hub.uplink.client import NetworkClient, NetworkRefused
from latchstring.hub.uplink.models import Share, ShareState
from latchstring.protocol.messages import DisclosurePost
from latchstring.sealing.manifest import Disclosure, peek_disclosure
from latchstring.sealing.seal import Asked, Sealed, seal_disclosure

_log = logging.getLogger(__name__)
PIECE_BYTES = 4 * 1024 * 1024
SEALED_FILE = "sealed.age"
MOST_IN_VAIN = 3
CLEAN_UP_SECONDS = 3600.0
_SEND_AGAIN = ("upload_incomplete", "upload_damaged")


class NothingChosen(BadInput):
    """Choose at least one of the clips that are offered."""


class OnItsWay(Conflict):
    """This is on its way already and cannot be taken back any more."""


class TakesNoMore(Unavailable):
    """The network asks for the same part of the sealed clips again and again; the hub tries again later."""


class OtherNetworkNow(LatchstringError):
    """This hub follows another network now than the one this request came from."""


def consent(
    store: Store,
    request: RequestId,
    clips: Collection[str],
    *,
    seen: Mapping[str, str] | None = None,
    delay: timedelta,
    now: datetime,
) -> Share:
    """Write down the owner's yes to these clips. Everything else follows from that row.

    Of clips in which something is hidden, `seen` names the SHA-256 of what the owner looked at.
    """
    with store.write() as db:
        item = inbox.find(request, db=db)
        if item.answer is Answer.SHARE:
            raise AlreadyShared
        if now >= item.request.expires_at:
            raise NoLongerOpen
        chosen = tuple(clip.id for clip in item.clips if clip.id in clips)
        if not chosen or len(chosen) != len(set(clips)):
            raise NothingChosen
        share = Share(
            request=request,
            consent=secrets.token_hex(16),
            state=ShareState.CONSENTED,
            since=now,
            clips=chosen,
            agreed_at=now,
            upload_after=now + delay,
        )
        for clip in item.clips:
            if clip.id in chosen:
                wanted = _wanted(request, clip)
                outgoing.approve(store, wanted, (seen or {}).get(clip.id), consent=share.consent, db=db)
        inbox_rows.set_answer(request, Answer.SHARE, db=db)
        rows.add_share(share, db=db)
    return share


def share_of(store: Store, request: RequestId) -> Share | None:
    with store.read() as db:
        return rows.share(request, db=db)


def take_back(store: Store, request: RequestId, outbox: Path) -> None:
    """Undo a yes of which nothing has left yet; the request is new again."""
    with store.write() as db:
        share = rows.share(request, db=db)
        if share is None or not rows.remove_share(share, db=db):
            raise OnItsWay
        inbox_rows.set_answer(request, None, db=db)
        outgoing.forget(share.consent, db=db)
    outgoing.delete_originals(store, share.consent)
    shutil.rmtree(outbox / share.consent, ignore_errors=True)


def random_delay(up_to_seconds: float) -> timedelta:
    """So that the time of an upload does not tell when its owner was at home and looked."""
    return timedelta(seconds=random.SystemRandom().uniform(0, up_to_seconds))


class Sharing:
    """Carries consents to their end, one step at a time."""

    def __init__(
        self,
        store: Store,
        recordings: CanCut,
        device: SigningKey,
        outbox: Path,
        connect: Callable[[str], NetworkClient] = NetworkClient,
    ) -> None:
        self._store, self._way_out, self._device = store, WayOut(store, recordings), device
        self._outbox, self._connect = outbox, connect

    def advance(self, share: Share, choices: Choices, *, now: datetime) -> Share:
        """Do the next step, if it is time; answers the share as it stands then.

        What cannot succeed later either ends in `failed`, with the reason for the owner.
        """
        try:
            match share.state:
                case ShareState.CONSENTED:
                    return self._seal(share, now=now)
                case ShareState.SEALED if now >= share.upload_after:
                    self._check_unchanged(share)
                    return self._move(share, ShareState.UPLOADING, now=now)
                case ShareState.UPLOADING:
                    return self._hand_over(share, choices, now=now)
                case _:
                    return share
        except StoreClosed:
            raise
        except Unavailable as e:
            return self._wait(share, e.message)
        except OSError as e:
            return self._wait(share, f"The hub cannot write to its disk: {e.strerror}.")
        except NetworkRefused as e:
            if e.refusal in _SEND_AGAIN:
                return self._wait(share, e.message)
            return self._fail(share, f"The network did not take it: {e.message}", now=now)
        except LatchstringError as e:
            return self._fail(share, e.message, now=now)

    def clean_up(self, *, old_by: datetime) -> None:
        """Delete what crashes left, such as folders of consents that are gone, and originals that are old."""
        with self._store.read() as db:
            kept = {share.consent: share for share in rows.all_shares(db=db)}
        for folder in self._outbox.glob("*"):
            share = kept.get(folder.name)
            if share is None:
                shutil.rmtree(folder)
            elif share.state is ShareState.DISCLOSED:
                (folder / SEALED_FILE).unlink(missing_ok=True)
        self._way_out.tidy(kept.keys(), old_by=old_by)

    def _check_unchanged(self, share: Share) -> None:
        """A mask that is drawn while the sealed clips wait must hide in them too."""
        clips = inbox.item(self._store, share.request).clips
        cameras = {clip.camera for clip in clips if clip.id in share.clips}
        self._way_out.check_unchanged(cameras, since=share.agreed_at)

    def _seal(self, share: Share, *, now: datetime) -> Share:
        folder = self._outbox / share.consent
        sealed = Sealed.read(folder)
        if sealed is None:
            item = inbox.item(self._store, share.request)
            folder.mkdir(parents=True, exist_ok=True)
            sealed = self._cut_and_seal(item, share, folder, now=now)
        return self._move(share, ShareState.SEALED, now=now, sealed=peek_disclosure(sealed.disclosure))

    def _cut_and_seal(self, item: InboxItem, share: Share, folder: Path, *, now: datetime) -> Sealed:
        chosen = [clip for clip in item.clips if clip.id in share.clips]
        cuttings = folder / "clips"
        try:
            cuttings.mkdir(exist_ok=True)
            return seal_disclosure(
                [
                    self._way_out.take(
                        _wanted(share.request, clip), consent=share.consent, now=now, folder=cuttings
                    )
                    for clip in chosen
                ],
                asked=asked(item),
                device=self._device,
                agreed_at=share.agreed_at,
                now=now,
                folder=folder,
            )
        finally:
            shutil.rmtree(cuttings, ignore_errors=True)

    def _hand_over(self, share: Share, choices: Choices, *, now: datetime) -> Share:
        sealed = Sealed.read(self._outbox / share.consent)
        if sealed is None:
            raise LatchstringError("The sealed clips are missing from the hub's outbox.")
        disclosure = peek_disclosure(sealed.disclosure)
        network = choices.network
        if network is None or network.origin != disclosure.network:
            raise OtherNetworkNow
        post = DisclosurePost(
            disclosure=sealed.disclosure, receipt=sealed.receipt, device_key=sealed.device_key
        )
        with self._connect(network.url) as client:
            _upload(client, disclosure, sealed.path)
            answer = client.disclose(post)
        disclosed = self._move(share, ShareState.DISCLOSED, now=now, entry=answer.index)
        sealed.path.unlink(missing_ok=True)
        return disclosed

    def _move(
        self,
        share: Share,
        to: ShareState,
        *,
        now: datetime,
        sealed: Disclosure | None = None,
        entry: int | None = None,
        trouble: str | None = None,
    ) -> Share:
        """The step's end. Where the owner took it back meanwhile, it comes to nothing."""
        with self._store.write() as db:
            moved = rows.move_share(
                share,
                to,
                now=now,
                disclosure=sealed.id if sealed else None,
                entry=entry,
                trouble=trouble,
                db=db,
            )
        if not moved:
            shutil.rmtree(self._outbox / share.consent, ignore_errors=True)
            return replace(share, state=ShareState.FAILED, since=now)
        return replace(share, state=to, since=now, trouble=trouble)

    def _wait(self, share: Share, why: str) -> Share:
        with self._store.write() as db:
            rows.note_trouble(share, why, db=db)
        return replace(share, trouble=why)

    def _fail(self, share: Share, why: str, *, now: datetime) -> Share:
        _log.warning("sharing for %s failed: %s", share.request, why)
        return self._move(share, ShareState.FAILED, now=now, trouble=why)


def _wanted(request: RequestId, clip: MatchedClip) -> Wanted:
    return Wanted(key=ClipKey(request, clip.id), camera=clip.camera, during=clip.during)


def asked(item: InboxItem) -> Asked:
    """The parts of the request that a consent is bound to."""
    request = item.request
    return Asked(
        request=request.id,
        network=request.network,
        agency=request.agency,
        statement_sha256=item.record.statement_sha256,
        policy_sha256=request.policy.sha256,
        recipient=request.recipient,
        expires_at=request.expires_at,
    )


def _upload(client: NetworkClient, disclosure: Disclosure, path: Path) -> None:
    """Send what the network does not have yet; `TakesNoMore` where that does not become less."""
    sha256, size = disclosure.ciphertext.sha256, disclosure.ciphertext.size
    offset = furthest = client.upload_offset(sha256)
    in_vain = 0
    with path.open("rb") as f:
        while offset < size:
            f.seek(offset)
            offset = client.upload(sha256, offset, f.read(PIECE_BYTES))
            in_vain = in_vain + 1 if offset <= furthest else 0
            furthest = max(furthest, offset)
            if in_vain == MOST_IN_VAIN:
                raise TakesNoMore


class Sender:
    """A thread that carries every consent to its end, from `start` until `stop`.

    `old_by` is the time by which the age of what is kept is judged; without it, the clock's.
    """

    def __init__(
        self,
        sharing: Sharing,
        store: Store,
        choices: Callable[[], Choices],
        *,
        clock: Clock,
        old_by: Callable[[], datetime] | None = None,
        look_again_seconds: float = 30.0,
    ) -> None:
        self._look_again = look_again_seconds
        self._old_by = old_by or clock.now
        self._sharing, self._store, self._choices, self._clock = sharing, store, choices, clock
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="share", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After the step that is under way; the next start goes on from there."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """There is a new consent."""
        self._wake.set()

    def _run(self) -> None:
        clean_at = self._clock.monotonic()
        while not self._stopping:
            self._wake.clear()
            seconds = self._look_again
            try:
                with self._store.read() as db:
                    under_way = rows.shares_under_way(db=db)
                for share in under_way:
                    seconds = min(seconds, self._carry_on(share))
                if (running := self._clock.monotonic()) >= clean_at:
                    self._sharing.clean_up(old_by=self._old_by())
                    clean_at = running + CLEAN_UP_SECONDS
            except Exception as e:  # noqa: BLE001  a disk that is full now must not end this thread for good
                _log.error("sharing: %s at %s", type(e).__name__, extract_tb(e.__traceback__)[-1])
            if not self._stopping:
                self._wake.wait(seconds)

    def _carry_on(self, share: Share) -> float:
        """Go as far as it goes now; answers in how many seconds to look again."""
        while not self._stopping:
            now = self._clock.now()
            try:
                after = self._sharing.advance(share, self._choices(), now=now)
            except Exception as e:  # noqa: BLE001  one share in trouble must not stop the others
                _log.error("sharing: %s at %s", type(e).__name__, extract_tb(e.__traceback__)[-1])
                return self._look_again
            if after.state is share.state:
                waits = (after.upload_after - now).total_seconds()
                return max(waits, 0.05) if after.state is ShareState.SEALED else self._look_again
            share = after
        return self._look_again
