-- Brokers that were away when their channel was removed: they still keep what was announced there.
CREATE TABLE notify_farewell (
    channel         TEXT PRIMARY KEY,                     -- ch_..., which is removed by now
    secret          TEXT NOT NULL,                        -- JSON, as of the channel: forgotten with the row
    since_us        INTEGER NOT NULL
) STRICT;
