-- Sealed copies away from home. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- Where copies go. The options may hold a key of the object store: never shown, never logged.
CREATE TABLE offsite_target (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    url             TEXT NOT NULL,                        -- s3://..., gs://..., az://..., file:///...
    options         TEXT NOT NULL,                        -- JSON object, as the object store calls them
    keep_days       INTEGER NOT NULL,                     -- how long a copy stays there
    since_us        INTEGER NOT NULL                      -- events that ended before are not copied
) STRICT;

-- One sealed object: an event's clip, or one unbroken part of it.
CREATE TABLE offsite_copy (
    name            TEXT PRIMARY KEY,                     -- of the object; says nothing about what is in it
    event           TEXT NOT NULL,                        -- ev_..., which may be forgotten here by now
    end_us          INTEGER NOT NULL,                     -- of the event
    size_bytes      INTEGER NOT NULL,
    put_us          INTEGER NOT NULL
) STRICT;
CREATE INDEX offsite_copy_of_event ON offsite_copy (event);

-- Events that have been dealt with: copied, or nothing of them was recorded.
CREATE TABLE offsite_done (
    event           TEXT PRIMARY KEY,
    end_us          INTEGER NOT NULL
) STRICT;
