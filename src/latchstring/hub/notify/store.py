"""The rows of notifications."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.notify.models import (
    Channel,
    ChannelId,
    ChannelKind,
    Delivery,
    NoSuchChannel,
    Notice,
    NoticeId,
    State,
    Subject,
    Told,
    Went,
)
from latchstring.hub.notify.policy import COUNTED, Before, Tell
from latchstring.hub.notify.quiet import QuietHours
from latchstring.hub.store import Store

HISTORY = 500
"""How many of the newest notices are remembered."""


# Channels


def add_channel(channel: Channel, *, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT INTO notify_channel (id, kind, name, about, secret, device, is_on, added_us)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            channel.id,
            channel.kind,
            channel.name,
            channel.about,
            json.dumps(dict(channel.secret)),
            channel.device,
            int(channel.is_on),
            to_micros(now),
        ),
    )


def change_channel(channel: Channel, *, db: sqlite3.Connection) -> None:
    """Its name, and whether it is used."""
    db.execute(
        "UPDATE notify_channel SET name = ?, is_on = ? WHERE id = ?",
        (channel.name, int(channel.is_on), channel.id),
    )


def remove_channel(channel: ChannelId, *, db: sqlite3.Connection) -> None:
    """Forget its address; the history keeps its name."""
    db.execute("DELETE FROM notify_channel WHERE id = ?", (channel,))
    db.execute(
        """UPDATE delivery SET state = 'failed', message = 'It was removed.'
           WHERE channel = ? AND state = 'waiting'""",
        (channel,),
    )


def channels(*, db: sqlite3.Connection) -> list[Channel]:
    """In the order in which they were added."""
    return [_channel(row) for row in db.execute("SELECT * FROM notify_channel ORDER BY added_us, id")]


def channel(channel: ChannelId, *, db: sqlite3.Connection) -> Channel:
    row = db.execute("SELECT * FROM notify_channel WHERE id = ?", (channel,)).fetchone()
    if row is None:
        raise NoSuchChannel
    return _channel(row)


def note_use(channel: ChannelId, went: Went, *, db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE notify_channel SET last_us = ?, last_ok = ?, last_message = ? WHERE id = ?",
        (to_micros(went.at), int(went.ok), went.message, channel),
    )


def _channel(row: sqlite3.Row) -> Channel:
    last = None
    if row["last_us"] is not None:
        last = Went(at=from_micros(row["last_us"]), ok=bool(row["last_ok"]), message=row["last_message"])
    return Channel(
        id=ChannelId(row["id"]),
        kind=row["kind"],
        name=row["name"],
        about=row["about"],
        secret=json.loads(row["secret"]),
        device=row["device"],
        is_on=bool(row["is_on"]),
        last=last,
    )


def owe_farewell(channel: Channel, *, now: datetime, db: sqlite3.Connection) -> None:
    """Its broker is away, and keeps what was announced there until it is back."""
    db.execute(
        "INSERT OR REPLACE INTO notify_farewell (channel, secret, since_us) VALUES (?, ?, ?)",
        (channel.id, json.dumps(dict(channel.secret)), to_micros(now)),
    )


def owed_farewells(*, since: datetime, db: sqlite3.Connection) -> list[Channel]:
    """Those that may still be said; a broker that has been away for longer is let go."""
    db.execute("DELETE FROM notify_farewell WHERE since_us < ?", (to_micros(since),))
    return [
        Channel(
            id=ChannelId(row["channel"]), kind="mqtt", name="", about="", secret=json.loads(row["secret"])
        )
        for row in db.execute("SELECT channel, secret FROM notify_farewell")
    ]


def farewell_said(channel: ChannelId, *, db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM notify_farewell WHERE channel = ?", (channel,))


def removed_cameras(*, db: sqlite3.Connection) -> list[CameraId]:
    return [CameraId(row["id"]) for row in db.execute("SELECT id FROM camera WHERE removed_us IS NOT NULL")]


# Rules


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The owner's rules as they are stored; `zone` None is the machine's own."""

    quiet: QuietHours | None = None
    rings_in_quiet: bool = True
    per_hour: int = 12
    zone: str | None = None
    off: frozenset[tuple[CameraId | None, Subject]] = frozenset()


def chosen(*, db: sqlite3.Connection) -> Chosen:
    off = frozenset(
        (CameraId(row["camera"]) if row["camera"] else None, row["subject"])
        for row in db.execute("SELECT camera, subject FROM notify_off")
    )
    row = db.execute("SELECT * FROM notify_rules").fetchone()
    if row is None:
        return Chosen(off=off)
    quiet = None
    if row["quiet_from_min"] is not None:
        quiet = QuietHours(begin=_clock(row["quiet_from_min"]), end=_clock(row["quiet_until_min"]))
    return Chosen(
        quiet=quiet,
        rings_in_quiet=bool(row["rings_in_quiet"]),
        per_hour=row["per_hour"],
        zone=row["zone"],
        off=off,
    )


def choose(chosen: Chosen, *, db: sqlite3.Connection) -> None:
    """All but what is switched off."""
    quiet = chosen.quiet
    db.execute(
        """INSERT OR REPLACE INTO notify_rules
               (one, quiet_from_min, quiet_until_min, rings_in_quiet, per_hour, zone)
           VALUES (1, ?, ?, ?, ?, ?)""",
        (
            quiet and _minutes(quiet.begin),
            quiet and _minutes(quiet.end),
            int(chosen.rings_in_quiet),
            chosen.per_hour,
            chosen.zone,
        ),
    )


def switch(camera: CameraId | None, subject: Subject, *, is_on: bool, db: sqlite3.Connection) -> None:
    if is_on:
        db.execute("DELETE FROM notify_off WHERE camera = ? AND subject = ?", (camera or "", subject))
    else:
        db.execute(
            "INSERT OR IGNORE INTO notify_off (camera, subject) VALUES (?, ?)", (camera or "", subject)
        )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


# Notices and their deliveries


def before(camera: CameraId | None, *, now: datetime, db: sqlite3.Connection) -> Before:
    """What was decided after `now` counts for nothing: the clock was wrong then, and has been set back."""
    marks = ", ".join("?" * len(COUNTED))
    counted = db.execute(
        f"""SELECT count(*) FROM notice
            WHERE silent IS NULL AND decided_us > ? AND decided_us <= ? AND subject IN ({marks})""",  # noqa: S608
        (to_micros(now - timedelta(hours=1)), to_micros(now), *sorted(COUNTED)),
    ).fetchone()[0]
    rang_us, rings = db.execute(
        """SELECT max(at_us), count(*) FILTER (WHERE decided_us > :since) FROM notice
           WHERE subject = 'press' AND silent IS NULL AND camera = :camera AND decided_us <= :now""",
        {"camera": camera, "now": to_micros(now), "since": to_micros(now - timedelta(hours=1))},
    ).fetchone()
    return Before(counted=counted, rang_at=None if rang_us is None else from_micros(rang_us), rings=rings)


def is_known(event: EventId, *, db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM notice WHERE event = ?", (event,)).fetchone() is not None


def add_notice(notice: Notice, *, silent: str | None, now: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT INTO notice (id, subject, at_us, camera, event, title, body, link, jpeg, silent, decided_us)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            notice.id,
            notice.subject,
            to_micros(notice.at),
            notice.camera,
            notice.event,
            notice.title,
            notice.body,
            notice.link,
            notice.jpeg,
            silent,
            to_micros(now),
        ),
    )
    db.execute(
        """DELETE FROM notice WHERE id IN (SELECT id FROM notice ORDER BY rowid DESC LIMIT -1 OFFSET ?)
           AND NOT EXISTS (SELECT 1 FROM delivery
                           WHERE notice = notice.id AND state IN ('waiting', 'sending'))""",
        (HISTORY,),
    )


def add_delivery(notice: NoticeId, channel: Channel, tell: Tell, *, db: sqlite3.Connection) -> None:
    db.execute(
        """INSERT INTO delivery (notice, channel, channel_name, state, after_us, until_us)
           VALUES (?, ?, ?, 'waiting', ?, ?)""",
        (notice, channel.id, channel.name, to_micros(tell.after), to_micros(tell.until)),
    )


def add_picture(notice: NoticeId, jpeg: bytes, *, db: sqlite3.Connection) -> None:
    db.execute("UPDATE notice SET jpeg = ? WHERE id = ?", (jpeg, notice))


def let_go(camera: CameraId | None, subject: Subject, *, now: datetime, db: sqlite3.Connection) -> None:
    """What waits to be told of this is no longer how things stand."""
    db.execute(
        """UPDATE delivery SET state = 'late', message = 'Something newer was told instead.', done_us = ?
           WHERE state = 'waiting' AND notice IN (SELECT id FROM notice WHERE subject = ? AND camera IS ?)""",
        (to_micros(now), subject, camera),
    )


def release(notice: NoticeId, after: datetime, *, db: sqlite3.Connection) -> None:
    """What is ready may be sent from `after` on."""
    db.execute(
        "UPDATE delivery SET after_us = ? WHERE notice = ? AND state = 'waiting'", (to_micros(after), notice)
    )


def notice(notice: NoticeId, *, db: sqlite3.Connection) -> Notice:
    return _notice(db.execute("SELECT * FROM notice WHERE id = ?", (notice,)).fetchone())


def due(*, now: datetime, busy: Collection[ChannelId], db: sqlite3.Connection) -> list[Delivery]:
    """Of each idle channel the one that has waited longest.

    What was decided later than `now`, by a clock that has been set back since, waits no longer.
    """
    found: dict[ChannelId, Delivery] = {}
    for row in db.execute(
        """SELECT delivery.* FROM delivery JOIN notice ON notice.id = delivery.notice
           WHERE state = 'waiting' AND (after_us <= :now OR decided_us > :now) ORDER BY after_us""",
        {"now": to_micros(now)},
    ):
        delivery = _delivery(row)
        if delivery.channel not in busy:
            found.setdefault(delivery.channel, delivery)
    return list(found.values())


def next_due(*, after: datetime, db: sqlite3.Connection) -> datetime | None:
    """When something that is not due yet will be."""
    (next_us,) = db.execute(
        "SELECT min(after_us) FROM delivery WHERE state = 'waiting' AND after_us > ?", (to_micros(after),)
    ).fetchone()
    return None if next_us is None else from_micros(next_us)


def begin(delivery: Delivery, *, db: sqlite3.Connection) -> bool:
    """It is being sent from now on; False when it no longer waits."""
    return bool(
        db.execute(
            """UPDATE delivery SET state = 'sending', tries = tries + 1
               WHERE notice = ? AND channel = ? AND state = 'waiting'""",
            (delivery.notice, delivery.channel),
        ).rowcount
    )


def take_back(delivery: Delivery, *, db: sqlite3.Connection) -> None:
    """It waits again, in its old place."""
    db.execute(
        "UPDATE delivery SET state = 'waiting' WHERE notice = ? AND channel = ?",
        (delivery.notice, delivery.channel),
    )


def wait_again(delivery: Delivery, message: str, *, after: datetime, db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE delivery SET state = 'waiting', after_us = ?, message = ? WHERE notice = ? AND channel = ?",
        (to_micros(after), message, delivery.notice, delivery.channel),
    )


def end(delivery: Delivery, state: State, message: str, *, now: datetime, db: sqlite3.Connection) -> None:
    """Nothing more is done about it; the picture goes with the last of a notice's deliveries."""
    db.execute(
        """UPDATE delivery SET state = ?, message = ?, done_us = ? WHERE notice = ? AND channel = ?""",
        (state, message, to_micros(now), delivery.notice, delivery.channel),
    )
    db.execute(
        """UPDATE notice SET jpeg = NULL WHERE id = ? AND jpeg IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM delivery WHERE notice = notice.id AND state IN ('waiting', 'sending'))""",
        (delivery.notice,),
    )


def cut_off(*, db: sqlite3.Connection) -> list[tuple[Delivery, ChannelKind | None]]:
    """What was being sent when the hub stopped."""
    return [
        (_delivery(row), row["kind"])
        for row in db.execute(
            """SELECT delivery.*, notify_channel.kind FROM delivery
               LEFT JOIN notify_channel ON notify_channel.id = delivery.channel
               WHERE delivery.state = 'sending'"""
        )
    ]


def history(*, limit: int, db: sqlite3.Connection) -> list[Told]:
    """The newest first."""
    found = db.execute("SELECT * FROM notice ORDER BY decided_us DESC, id LIMIT ?", (limit,)).fetchall()
    told = []
    for row in found:
        deliveries = db.execute("SELECT * FROM delivery WHERE notice = ? ORDER BY channel", (row["id"],))
        told.append(
            Told(
                notice=replace(_notice(row), jpeg=None),
                silent=row["silent"],
                deliveries=tuple(_delivery(each) for each in deliveries),
            )
        )
    return told


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=NoticeId(row["id"]),
        subject=row["subject"],
        at=from_micros(row["at_us"]),
        title=row["title"],
        body=row["body"],
        link=row["link"],
        camera=row["camera"] and CameraId(row["camera"]),
        event=row["event"] and EventId(row["event"]),
        jpeg=None if row["jpeg"] is None else bytes(row["jpeg"]),
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        notice=NoticeId(row["notice"]),
        channel=ChannelId(row["channel"]),
        channel_name=row["channel_name"],
        state=row["state"],
        tries=row["tries"],
        until=from_micros(row["until_us"]),
        message=row["message"],
    )


# The key that push services know this hub by


def push_key(store: Store) -> str | None:
    with store.read() as db:
        row = db.execute("SELECT private_pem FROM push_key").fetchone()
    return None if row is None else str(row["private_pem"])


def keep_push_key(private_pem: str, *, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO push_key (one, private_pem) VALUES (1, ?)", (private_pem,))
