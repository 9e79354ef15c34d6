-- Places that copies went to before another one was chosen, or none. Forgotten with the last copy there.
CREATE TABLE offsite_before (
    url             TEXT PRIMARY KEY,
    options         TEXT NOT NULL,                        -- JSON object, as the object store calls them
    keep_days       INTEGER NOT NULL                      -- how long a copy stays there
) STRICT;

-- As before, and in which place: an event may have copies in two.
CREATE TABLE offsite_copy_there (
    name            TEXT NOT NULL,                        -- of the object; says nothing about what is in it
    place           TEXT NOT NULL,                        -- the url of its target, without a slash at its end
    event           TEXT NOT NULL,                        -- ev_..., which may be forgotten here by now
    end_us          INTEGER NOT NULL,                     -- of the event
    size_bytes      INTEGER NOT NULL,
    put_us          INTEGER NOT NULL,
    PRIMARY KEY (name, place)
) STRICT;
INSERT INTO offsite_copy_there
    SELECT name, rtrim(url, '/'), event, end_us, size_bytes, put_us FROM offsite_copy, offsite_target;
DROP TABLE offsite_copy;
ALTER TABLE offsite_copy_there RENAME TO offsite_copy;
