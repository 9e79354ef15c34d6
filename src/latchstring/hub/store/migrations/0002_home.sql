-- The home: its owner, what the network said, and what was answered. Times are microseconds since
-- 1970-01-01T00:00:00Z (`_us`).

CREATE TABLE owner (
    one             INTEGER PRIMARY KEY CHECK (one = 1),  -- a hub has one owner
    password_hash   TEXT NOT NULL,                        -- argon2id, PHC string
    recipient       TEXT NOT NULL,                        -- age recipient of the household
    wrapped         BLOB NOT NULL,                        -- its identity, an age file that the recovery code opens
    set_up_us       INTEGER NOT NULL
) STRICT;

-- What the owner chose on the pages; over the settings file.
CREATE TABLE choice (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    latitude        REAL,                                 -- degrees; the home's place never leaves this file
    longitude       REAL,
    network_url     TEXT,
    network_vkey    TEXT,                                 -- the ledger's verifier key
    retention_days  INTEGER
) STRICT;

CREATE TABLE session (
    token_sha256    TEXT PRIMARY KEY,                     -- the cookie itself is not kept
    csrf            TEXT NOT NULL,
    expires_us      INTEGER NOT NULL
) STRICT;

CREATE TABLE muted_agency (
    agency          TEXT PRIMARY KEY,
    since_us        INTEGER NOT NULL
) STRICT;

-- The newest checkpoint of each ledger that was followed: a log that does not continue it is refused.
CREATE TABLE seen_checkpoint (
    origin          TEXT PRIMARY KEY,
    note            TEXT NOT NULL,                        -- as signed
    seen_us         INTEGER NOT NULL
) STRICT;

-- The last bundle of each coarse cell, once it was checked.
CREATE TABLE seen_bundle (
    origin          TEXT NOT NULL,
    cell            TEXT NOT NULL,
    etag            TEXT,
    issued_us       INTEGER NOT NULL,
    tree_size       INTEGER NOT NULL,                     -- of its checkpoint
    body            BLOB NOT NULL,
    PRIMARY KEY (origin, cell)
) STRICT;

-- Records that did not hold. They never reach the inbox.
CREATE TABLE refused_record (
    statement_sha256 TEXT PRIMARY KEY,                    -- over the signed bytes
    request         TEXT NOT NULL,                        -- as it claims to be called
    step            INTEGER NOT NULL,
    reason          TEXT NOT NULL,                        -- the error's code
    message         TEXT NOT NULL,
    at_us           INTEGER NOT NULL
) STRICT;

-- A verified request that touches this home. What the owner answers stays in this file, unless it is a yes.
CREATE TABLE inbox_item (
    request         TEXT PRIMARY KEY,                     -- rq_...
    agency          TEXT NOT NULL,
    record          BLOB NOT NULL,                        -- statement, votes, policy and proofs, as verified
    steps           TEXT NOT NULL,                        -- JSON list of {n, what}: the checks that held
    tree_size       INTEGER NOT NULL,                     -- of the checkpoint that the proofs lead to
    arrived_us      INTEGER NOT NULL,
    expires_us      INTEGER NOT NULL,
    answer          TEXT CHECK (answer IN ('share', 'not-now'))
) STRICT;

-- The recordings that a request touches.
CREATE TABLE inbox_clip (
    request         TEXT NOT NULL REFERENCES inbox_item (request),
    id              TEXT NOT NULL,                        -- clip-1, clip-2 ...
    camera          TEXT NOT NULL,
    start_us        INTEGER NOT NULL,                     -- [start, end)
    end_us          INTEGER NOT NULL,
    PRIMARY KEY (request, id)
) STRICT, WITHOUT ROWID;

-- A consent and how far it has come. One row a request: a consent is used once.
CREATE TABLE share (
    request         TEXT PRIMARY KEY REFERENCES inbox_item (request),
    consent         TEXT NOT NULL UNIQUE,                 -- names its folder in the outbox
    state           TEXT NOT NULL CHECK (state IN ('consented', 'sealed', 'uploading', 'disclosed', 'failed')),
    since_us        INTEGER NOT NULL,                     -- when it came to this state
    clips           TEXT NOT NULL,                        -- JSON list of the clip ids that the owner agreed to
    agreed_us       INTEGER NOT NULL,
    upload_after_us INTEGER NOT NULL,                     -- until then nothing is sent, and it can be taken back
    disclosure      TEXT,                                 -- ds_..., once sealed
    entry           INTEGER,                              -- its index in the ledger, once entered
    trouble         TEXT                                  -- what it waits for, or why it failed
) STRICT;
