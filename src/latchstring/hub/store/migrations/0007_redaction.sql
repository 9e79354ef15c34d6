-- Privacy masks, burned in when a clip leaves. The recording itself stays as it is. Times are microseconds since
-- 1970-01-01T00:00:00Z (`_us`).

-- One mask over one stretch of time. A mask that is changed ends, and another begins: what held is never forgotten.
CREATE TABLE privacy_mask (
    id              INTEGER PRIMARY KEY,
    camera          TEXT NOT NULL REFERENCES camera (id),
    name            TEXT NOT NULL,
    corners         TEXT NOT NULL,                        -- JSON list of [x, y], shares of the picture, 0 to 1
    from_us         INTEGER NOT NULL,                     -- [from, until)
    until_us        INTEGER                               -- NULL: it holds now
) STRICT;
CREATE INDEX privacy_mask_of_camera ON privacy_mask (camera, until_us);

-- What the owner wants hidden in one clip of a request, besides the masks.
CREATE TABLE hiding_wish (
    request         TEXT NOT NULL REFERENCES inbox_item (request),
    clip            TEXT NOT NULL,                        -- clip-1, clip-2 ... of the request
    faces           INTEGER NOT NULL CHECK (faces IN (0, 1)),
    regions         TEXT NOT NULL,                        -- JSON list of {name, corners}, drawn for this clip
    PRIMARY KEY (request, clip)
) STRICT, WITHOUT ROWID;

-- A clip that is to be made ready for looking at; gone once it is made. It outlives a crash.
CREATE TABLE redaction_job (
    request         TEXT NOT NULL REFERENCES inbox_item (request),
    clip            TEXT NOT NULL,
    camera          TEXT NOT NULL,
    start_us        INTEGER NOT NULL,                     -- [start, end)
    end_us          INTEGER NOT NULL,
    asked_us        INTEGER NOT NULL,
    trouble         TEXT,                                 -- why it failed; NULL: it waits, or is being worked on
    PRIMARY KEY (request, clip)
) STRICT, WITHOUT ROWID;

-- A redacted clip as it lies on disk, ready to be looked at.
CREATE TABLE redacted_clip (
    request         TEXT NOT NULL REFERENCES inbox_item (request),
    clip            TEXT NOT NULL,
    plan            TEXT NOT NULL,                        -- fingerprint of what was hidden in which recording
    sha256          TEXT NOT NULL,                        -- of the file, hex
    made_us         INTEGER NOT NULL,
    PRIMARY KEY (request, clip)
) STRICT, WITHOUT ROWID;

-- The very bytes of a redacted clip that the owner said yes to. Nothing else may be sealed in its place.
CREATE TABLE approved_clip (
    consent         TEXT NOT NULL,                        -- share.consent
    clip            TEXT NOT NULL,
    plan            TEXT NOT NULL,
    sha256          TEXT NOT NULL,                        -- of the redacted file, hex
    made_us         INTEGER NOT NULL,
    PRIMARY KEY (consent, clip)
) STRICT, WITHOUT ROWID;

-- What a redacted clip was made from, kept at home, so that it can be shown later if the owner wants to.
CREATE TABLE kept_original (
    consent         TEXT NOT NULL,
    clip            TEXT NOT NULL,
    salt            BLOB NOT NULL,                        -- opens `made_from` of the package
    sha256          TEXT NOT NULL,                        -- of the original, hex
    kept_us         INTEGER NOT NULL,
    PRIMARY KEY (consent, clip)
) STRICT, WITHOUT ROWID;
