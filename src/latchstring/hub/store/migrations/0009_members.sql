-- The household: who else may use this hub, from which devices. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- Everybody but the first owner, whose password stands in `owner`.
CREATE TABLE member (
    id              TEXT PRIMARY KEY,                     -- mb_...
    name            TEXT NOT NULL UNIQUE COLLATE NOCASE,  -- they sign in with it
    role            TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')),
    password_hash   TEXT,                                 -- argon2id; NULL until the invitation is taken up
    invitation      TEXT UNIQUE,                          -- SHA-256 of its token; NULL once it was taken up
    invited_until_us INTEGER,
    until_us        INTEGER,                              -- from then on they have no rights; NULL: no end
    added_us        INTEGER NOT NULL
) STRICT;

-- A browser that somebody signed in with. It is recognised by a cookie of its own when they sign in again.
CREATE TABLE device (
    id              TEXT PRIMARY KEY,                     -- dv_...
    token_sha256    TEXT NOT NULL UNIQUE,                 -- the cookie itself is not kept
    member          TEXT REFERENCES member (id) ON DELETE CASCADE,  -- NULL: the first owner
    name            TEXT NOT NULL,                        -- e.g. Chrome on Android, as the browser says
    first_us        INTEGER NOT NULL,
    last_us         INTEGER NOT NULL                      -- when it was last signed in with
) STRICT;

-- A session ends with its device, and a device with its member: taking somebody's rights is one statement.
DROP TABLE session;
CREATE TABLE session (
    token_sha256    TEXT PRIMARY KEY,                     -- the cookie itself is not kept
    csrf            TEXT NOT NULL,
    device          TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    expires_us      INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of_device ON session (device);

-- Each new device is told to everybody for a week, also when it is gone by then.
CREATE TABLE device_news (
    device          TEXT PRIMARY KEY,
    person          TEXT NOT NULL,                        -- whose name was signed in with
    name            TEXT NOT NULL,
    at_us           INTEGER NOT NULL
) STRICT;
