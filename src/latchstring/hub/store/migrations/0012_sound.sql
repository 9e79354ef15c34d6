-- A camera's sound. It is recorded only where its owner wants it.
ALTER TABLE camera ADD COLUMN records_sound INTEGER NOT NULL DEFAULT 0;  -- 1: yes
ALTER TABLE gop ADD COLUMN sound_bytes INTEGER NOT NULL DEFAULT 0;       -- of its sound, before its seal
ALTER TABLE segment ADD COLUMN has_sound INTEGER NOT NULL DEFAULT 0;     -- 1: a GOP of it has
