-- Other programs of the household that watch live, as a home automation does. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- One stream key each. It goes with the member who made it, as their devices do.
CREATE TABLE program (
    id              TEXT PRIMARY KEY,                     -- pg_...
    key_sha256      TEXT NOT NULL UNIQUE,                 -- the key itself is not kept
    name            TEXT NOT NULL,                        -- e.g. Home Assistant, as its owner calls it
    member          TEXT REFERENCES member (id) ON DELETE CASCADE,  -- the owner who let it in; NULL: the first one
    cameras         TEXT,                                 -- a JSON list; NULL: all, also those that are added later
    made_us         INTEGER NOT NULL,
    used_us         INTEGER                               -- when it was last let in, to the hour; NULL: never
) STRICT;
