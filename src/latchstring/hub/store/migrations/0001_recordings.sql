-- Cameras, what they recorded, and what moved. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

CREATE TABLE camera (
    id         TEXT PRIMARY KEY,                    -- cam_...
    name       TEXT NOT NULL,                       -- what the owner calls it
    url        TEXT NOT NULL,                       -- main stream, with its login: never shown, never logged
    sub_url    TEXT,                                -- small stream for analysis, if the camera has one
    added_us   INTEGER NOT NULL,
    removed_us INTEGER                              -- set when removed; its recordings age out by retention
) STRICT;

-- A run is one unbroken stretch of one camera under one init segment; media time counts from its start.
CREATE TABLE run (
    camera     TEXT NOT NULL,
    start_us   INTEGER NOT NULL,                    -- UTC of media time 0; also stands in the file names
    codec      TEXT NOT NULL,                       -- RFC 6381, e.g. avc1.64001f
    width      INTEGER NOT NULL,                    -- pixels
    height     INTEGER NOT NULL,
    timescale  INTEGER NOT NULL,                    -- media ticks per second
    init       BLOB NOT NULL,                       -- ftyp + moov, as at the head of each of its files
    PRIMARY KEY (camera, start_us)
) STRICT;

-- A segment is one file: the init segment, then whole GOPs.
CREATE TABLE segment (
    id         INTEGER PRIMARY KEY,
    camera     TEXT NOT NULL,
    run_us     INTEGER NOT NULL,                    -- its run
    number     INTEGER NOT NULL,                    -- 0, 1, 2 ... within the run
    path       TEXT NOT NULL UNIQUE,                -- under the recordings folder, with forward slashes
    FOREIGN KEY (camera, run_us) REFERENCES run (camera, start_us)
) STRICT;

-- A GOP is written after its bytes are on disk, so a row always has its data.
CREATE TABLE gop (
    camera      TEXT NOT NULL,
    start_us    INTEGER NOT NULL,                   -- UTC of its keyframe; [start, end)
    end_us      INTEGER NOT NULL,
    segment     INTEGER NOT NULL REFERENCES segment (id),
    byte_offset INTEGER NOT NULL,                   -- where its first box starts in the file
    size_bytes  INTEGER NOT NULL,
    frames      INTEGER NOT NULL,
    media_start INTEGER NOT NULL,                   -- decode time of its keyframe, in ticks of the run
    PRIMARY KEY (camera, start_us)
) STRICT, WITHOUT ROWID;
CREATE INDEX gop_by_segment ON gop (segment);

-- Something moved. Open while it lasts: the end grows with it.
CREATE TABLE event (
    id         TEXT PRIMARY KEY,                    -- ev_...
    camera     TEXT NOT NULL,
    start_us   INTEGER NOT NULL,
    end_us     INTEGER NOT NULL,
    peak_us    INTEGER NOT NULL,                    -- when most of the picture moved: the thumbnail's time
    score      REAL NOT NULL,                       -- largest share of the picture that moved, 0 to 1
    is_open    INTEGER NOT NULL CHECK (is_open IN (0, 1))
) STRICT;
CREATE INDEX event_by_time ON event (start_us);
CREATE INDEX event_by_camera ON event (camera, start_us);

-- How much moved, minute by minute, for the timeline's heat.
CREATE TABLE activity (
    camera     TEXT NOT NULL,
    minute_us  INTEGER NOT NULL,                    -- start of the minute
    peak       REAL NOT NULL,                       -- largest share of the picture that moved, 0 to 1
    PRIMARY KEY (camera, minute_us)
) STRICT, WITHOUT ROWID;
