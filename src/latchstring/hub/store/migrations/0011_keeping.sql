-- What deleting by age and room rests on; whom a camera is shown; whether motion is looked for. Times are microseconds since 1970-01-01T00:00:00Z (`_us`).

-- The time that surely has come: it goes on while the hub runs, whatever the machine's clock says.
CREATE TABLE reckoning (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    at_us      INTEGER NOT NULL,
    behind_us  INTEGER NOT NULL                     -- for how long the clock has been behind it
) STRICT;

-- By how much the clock went ahead of it, and how long the hub has run since.
CREATE TABLE clock_step (
    number     INTEGER PRIMARY KEY,                 -- 0, 1, 2 ... the oldest first
    ahead_us   INTEGER NOT NULL,
    ran_us     INTEGER NOT NULL
) STRICT;

-- What each camera's files take together, kept by the triggers below, so that nobody has to add up a month.
CREATE TABLE taken (
    camera     TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO taken (camera, size_bytes) SELECT camera, sum(size_bytes) FROM segment GROUP BY camera;

CREATE TRIGGER segment_added AFTER INSERT ON segment BEGIN
    INSERT INTO taken (camera, size_bytes) VALUES (NEW.camera, NEW.size_bytes)
        ON CONFLICT (camera) DO UPDATE SET size_bytes = size_bytes + excluded.size_bytes;
END;
CREATE TRIGGER segment_grown AFTER UPDATE OF size_bytes ON segment BEGIN
    UPDATE taken SET size_bytes = size_bytes + NEW.size_bytes - OLD.size_bytes WHERE camera = NEW.camera;
END;
CREATE TRIGGER segment_gone AFTER DELETE ON segment BEGIN
    UPDATE taken SET size_bytes = size_bytes - OLD.size_bytes WHERE camera = OLD.camera;
END;

-- The oldest, the newest and the last day of a camera are found here without looking at its files.
CREATE INDEX segment_by_start ON segment (camera, start_us) WHERE size_bytes > 0;
CREATE INDEX segment_by_end ON segment (camera, end_us, start_us, size_bytes) WHERE size_bytes > 0;
DROP INDEX segment_of_camera;

-- The cameras a member or guest may see, as a JSON list; NULL: all, also those that are added later.
ALTER TABLE member ADD COLUMN cameras TEXT;

ALTER TABLE motion ADD COLUMN is_on INTEGER NOT NULL DEFAULT 1;     -- 0: nobody looks for motion there
