-- The doorbell: presses, quick replies, chimes. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- What an event is: something moved, or somebody pressed the button. A press is told as one second long.
ALTER TABLE event ADD COLUMN kind TEXT NOT NULL DEFAULT 'motion' CHECK (kind IN ('motion', 'press'));

-- The picture of the very moment of a press; it goes with its event.
CREATE TABLE press_picture (
    event           TEXT PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE,
    jpeg            BLOB NOT NULL
) STRICT;

-- Something to say at the door.
CREATE TABLE quick_reply (
    id              TEXT PRIMARY KEY,                     -- qr_...
    name            TEXT NOT NULL,                        -- what the owner calls it
    pcm             BLOB NOT NULL,                        -- signed 16-bit little-endian, one channel, 8000 a second
    added_us        INTEGER NOT NULL,
    removed_us      INTEGER                               -- set when removed, so that it can be taken back
) STRICT;

-- A camera that is a doorbell, or was one.
CREATE TABLE doorbell (
    camera          TEXT PRIMARY KEY REFERENCES camera (id),
    is_on           INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    token           TEXT NOT NULL,                        -- in the address that a press is sent to
    reply           TEXT REFERENCES quick_reply (id),     -- said by itself when nobody reacts; NULL: none
    reply_after_s   INTEGER NOT NULL DEFAULT 15,          -- seconds from the press on
    chime_url       TEXT,                                 -- called at a press; NULL: none
    chime_method    TEXT NOT NULL DEFAULT 'POST' CHECK (chime_method IN ('GET', 'POST')),
    chimed_us       INTEGER,                              -- when it was last called
    chime_ok        INTEGER CHECK (chime_ok IN (0, 1)),   -- whether it answered well
    chime_message   TEXT                                  -- how it went, in words
) STRICT;

-- How the pages ring.
CREATE TABLE ringing (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    sound           TEXT NOT NULL CHECK (sound IN ('two-tone', 'bell', 'knock', 'none'))
) STRICT;
