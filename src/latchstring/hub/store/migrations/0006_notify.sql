-- Notifications: who is told, what, when, and how it went. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- Somewhere that the owner wants to be told.
CREATE TABLE notify_channel (
    id              TEXT PRIMARY KEY,                     -- ch_...
    kind            TEXT NOT NULL CHECK (kind IN ('push', 'apprise', 'webhook', 'mqtt')),
    name            TEXT NOT NULL,                        -- what the owner calls it
    about           TEXT NOT NULL,                        -- where it leads, without anything secret
    secret          TEXT NOT NULL,                        -- JSON: addresses, keys, logins; never shown again
    device          TEXT REFERENCES device (id) ON DELETE CASCADE,  -- of push: it ends with this device's rights
    is_on           INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    added_us        INTEGER NOT NULL,
    last_us         INTEGER,                              -- when it was last used
    last_ok         INTEGER CHECK (last_ok IN (0, 1)),
    last_message    TEXT                                  -- how that went, in words
) STRICT;

CREATE TABLE notify_rules (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    quiet_from_min  INTEGER,                              -- minutes after midnight in `zone`; NULL: no quiet hours
    quiet_until_min INTEGER,
    rings_in_quiet  INTEGER NOT NULL CHECK (rings_in_quiet IN (0, 1)),
    per_hour        INTEGER NOT NULL,                     -- of what may wait; presses and requests are not counted
    zone            TEXT                                  -- IANA name; NULL: the machine's own
) STRICT;

-- What the owner does not want to be told of. What is not here is told.
CREATE TABLE notify_off (
    camera          TEXT NOT NULL,                        -- '': of the home
    subject         TEXT NOT NULL,
    PRIMARY KEY (camera, subject)
) STRICT, WITHOUT ROWID;

-- Something that happened, and whether it was told.
CREATE TABLE notice (
    id              TEXT PRIMARY KEY,                     -- nt_...
    subject         TEXT NOT NULL CHECK (subject IN ('press', 'motion', 'camera', 'request', 'device', 'disk')),
    at_us           INTEGER NOT NULL,
    camera          TEXT,
    event           TEXT UNIQUE,                          -- an event is told once
    title           TEXT NOT NULL,
    body            TEXT NOT NULL,
    link            TEXT NOT NULL,                        -- a page of the hub, from # on
    jpeg            BLOB,                                 -- until it is told everywhere
    silent          TEXT,                                 -- why nobody was told; NULL: it was
    decided_us      INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_decided ON notice (decided_us);

-- A notice on its way through one channel. It is written before anything is sent.
CREATE TABLE delivery (
    notice          TEXT NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    channel         TEXT NOT NULL,                        -- stays when the channel is removed
    channel_name    TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'told', 'failed', 'late', 'unsure')),
    tries           INTEGER NOT NULL DEFAULT 0,
    after_us        INTEGER NOT NULL,                     -- not before
    until_us        INTEGER NOT NULL,                     -- later it would say nothing new
    done_us         INTEGER,
    message         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (notice, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (after_us) WHERE state IN ('waiting', 'sending');

-- What this hub signs its calls to push services with (RFC 8292); made when the first browser asks.
CREATE TABLE push_key (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    private_pem     TEXT NOT NULL
) STRICT;
