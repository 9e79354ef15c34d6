-- Motion: zones and sensitivity of each camera, and what moved whether it was told or not.

-- What the owner chose for a camera; without a row the defaults hold.
CREATE TABLE motion (
    camera       TEXT PRIMARY KEY,
    sensitivity  REAL NOT NULL CHECK (sensitivity BETWEEN 0 AND 1),
    zones        TEXT NOT NULL,                     -- JSON: [[name, [[x, y], ...]], ...]; none: the whole picture
    always_awake INTEGER NOT NULL CHECK (always_awake IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What moved for some looks in a row, minute by minute, for the sensitivity's slider. Only the last day is kept.
CREATE TABLE stirring (
    camera       TEXT NOT NULL,
    minute_us    INTEGER NOT NULL,                  -- start of the minute
    share        REAL NOT NULL,                     -- of the picture, 0 to 1: the largest that lasted
    PRIMARY KEY (camera, minute_us)
) STRICT, WITHOUT ROWID;
