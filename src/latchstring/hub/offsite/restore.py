"""A new hub from the recovery code and the copies: the household's key, its recordings and events."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from latchstring.base import canonical
from latchstring.base.errors import BadInput
from latchstring.base.ids import CameraId
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.events import store as event_rows
from latchstring.hub.events.models import Event
from latchstring.hub.offsite import parcel
from latchstring.hub.offsite.models import Contents, NoHousehold, OtherHousehold, PlaceEmpty, Restored, Target
from latchstring.hub.offsite.target import HOUSEHOLD, ObjectTarget
from latchstring.hub.owner import store as owner_rows
from latchstring.hub.owner.models import Choices
from latchstring.hub.owner.password import hash_password
from latchstring.hub.recording.adopt import adopt
from latchstring.hub.recording.fmp4 import BadSegment
from latchstring.hub.recording.repair import repair
from latchstring.hub.redaction import masks
from latchstring.hub.store import Store
from latchstring.sealing import keys
from latchstring.sealing.errors import PackageError
from latchstring.sealing.keys import Household
from latchstring.sealing.recovery import RecoveryCode
from latchstring.sealing.unseal import decrypt

_WORK = ".restoring-"
Tell = Callable[[int, int], None]
"""How many copies are back, of how many."""


def restore(
    store: Store, target: Target, code: RecoveryCode, *, password: str, now: datetime, tell: Tell
) -> Restored:
    """Bring everything back that the code opens. Safe to repeat: what is here already stays as it is.

    A hub without an owner gets the household's key, and `password` for its owner. Objects that cannot be used
    are named and passed over.
    """
    try:
        opened = ObjectTarget(target)
    except PlaceEmpty as e:
        raise NoHousehold from e
    household = _household(opened)
    identity = keys.unwrap_household(household, code)
    _take_over(store, household, password, now=now)
    repair(store)  # a file without its rows, where a restore was interrupted before
    names = list(opened.names())
    restored = Restored()
    tidy(store.path.parent)
    with tempfile.TemporaryDirectory(dir=store.path.parent, prefix=_WORK) as work:
        for number, name in enumerate(names, 1):
            try:
                contents, clip = _open(opened, name, identity, Path(work))
            except (PackageError, BadInput):
                restored = _with(restored, bad=(*restored.bad, name))
            else:
                restored = _bring_in(store, contents, clip, name, restored, now=now)
            tell(number, len(names))
    return restored


def tidy(data: Path) -> None:
    """Delete what a restore had opened when it was killed. For who holds the folder."""
    for left in data.glob(f"{_WORK}*"):
        shutil.rmtree(left)


def _household(opened: ObjectTarget) -> Household:
    data = opened.get_bytes(HOUSEHOLD)
    if data is None:
        raise NoHousehold
    try:
        record = json.loads(data)
        return Household(str(record["recipient"]), canonical.from_base64(record["wrapped"]))
    except (KeyError, TypeError, ValueError, BadInput) as e:
        raise NoHousehold("the household's record in this place cannot be read") from e


def _take_over(store: Store, household: Household, password: str, *, now: datetime) -> None:
    with store.read() as db:
        here = owner_rows.household(db=db)
    if here is not None:
        if here.recipient != household.recipient:
            raise OtherHousehold
        return
    hashed = hash_password(password)
    with store.write() as db:
        owner_rows.add_owner(hashed, household, now=now, db=db)
        owner_rows.keep_choices(Choices(), db=db)


def _open(opened: ObjectTarget, name: str, identity: str, work: Path) -> tuple[Contents, bytes]:
    sealed, plain, clip = work / "sealed", work / "plain", work / "clip"
    opened.get_file(name, sealed)
    with sealed.open("rb") as source:
        decrypt(source, identity, plain)
    contents = parcel.read(plain, clip)
    plain.unlink()
    return contents, clip.read_bytes()


def _bring_in(
    store: Store, contents: Contents, clip: bytes, name: str, restored: Restored, *, now: datetime
) -> Restored:
    camera = CameraId(contents.camera)
    _know_camera(store, camera, contents, now=now)
    try:
        gops = adopt(store, camera, contents.run_us, clip)
    except BadSegment:
        return _with(restored, bad=(*restored.bad, name))
    event = _event(camera, contents)
    with store.write() as db:
        is_new = db.execute("SELECT 1 FROM event WHERE id = ?", (event.id,)).fetchone() is None
        event_rows.save(event, db=db)
    return _with(restored, copies=1, gops=gops, events=int(is_new))


def _know_camera(store: Store, camera: CameraId, contents: Contents, *, now: datetime) -> None:
    """The camera's name and masks come back; its address was never copied."""
    with store.write() as db:
        if camera not in camera_rows.ids(db=db):
            gone = CameraSettings(id=camera, name=contents.camera_name, url="")
            camera_rows.add(gone, now=now, db=db)
            camera_rows.remove(camera, now=now, db=db)
    held = masks.holding(store, camera)
    wanted = list(dict.fromkeys([*held, *contents.masks]))
    if wanted != held:
        masks.set_masks(store, camera, wanted, now=now)


def _event(camera: CameraId, contents: Contents) -> Event:
    return Event(camera=camera, is_open=False, **contents.event)  # type: ignore[arg-type]


def _with(
    restored: Restored, *, copies: int = 0, gops: int = 0, events: int = 0, bad: tuple[str, ...] | None = None
) -> Restored:
    return Restored(
        copies=restored.copies + copies,
        gops=restored.gops + gops,
        events=restored.events + events,
        bad=restored.bad if bad is None else bad,
    )
