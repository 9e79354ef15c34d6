-- Retention by rule. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- What a file holds, so that nobody has to look at every GOP of a month to know.
ALTER TABLE segment ADD COLUMN start_us INTEGER NOT NULL DEFAULT 0;    -- of its first GOP
ALTER TABLE segment ADD COLUMN end_us INTEGER NOT NULL DEFAULT 0;      -- of its last GOP
ALTER TABLE segment ADD COLUMN size_bytes INTEGER NOT NULL DEFAULT 0;  -- up to the end of its last GOP
UPDATE segment SET
    start_us = (SELECT coalesce(min(start_us), 0) FROM gop WHERE gop.segment = segment.id),
    end_us = (SELECT coalesce(max(end_us), 0) FROM gop WHERE gop.segment = segment.id),
    size_bytes = (SELECT coalesce(max(byte_offset + size_bytes), 0) FROM gop WHERE gop.segment = segment.id);
CREATE INDEX segment_of_camera ON segment (camera, end_us);

-- How long one camera's recordings stay, where its owner wants it otherwise than for the rest.
CREATE TABLE keep_rule (
    camera     TEXT PRIMARY KEY REFERENCES camera (id),
    days       INTEGER,                             -- NULL: as the other cameras
    event_days INTEGER,                             -- files in which something happened; NULL: as the others
    max_bytes  INTEGER                              -- NULL: as much as there is
) STRICT;

ALTER TABLE choice ADD COLUMN event_days INTEGER;   -- as retention_days, for files in which something happened
