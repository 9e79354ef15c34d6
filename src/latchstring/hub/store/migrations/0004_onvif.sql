-- How cameras are reached through ONVIF: what they say by themselves, and what they hide.
CREATE TABLE onvif (
    camera          TEXT PRIMARY KEY REFERENCES camera (id),
    address         TEXT NOT NULL,                        -- of its device service
    user            TEXT NOT NULL,
    password        TEXT NOT NULL,                        -- never shown, never logged
    maker           TEXT NOT NULL,
    model           TEXT NOT NULL,
    source          TEXT NOT NULL,                        -- its token for the lens that is recorded
    tells_events    INTEGER NOT NULL CHECK (tells_events IN (0, 1)),
    can_hide        INTEGER NOT NULL CHECK (can_hide IN (0, 1)),
    hides           INTEGER NOT NULL DEFAULT 0 CHECK (hides IN (0, 1)), -- the owner wants masks in the camera too
    mask_tokens     TEXT NOT NULL DEFAULT '[]'            -- JSON: its tokens for the masks that the hub made there
) STRICT;
