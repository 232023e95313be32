-- Trackers are looked after by shards, of which each gateway leases some; a lease that has gone to another
-- has a higher epoch.
CREATE TABLE shard_lease (
    shard       INTEGER PRIMARY KEY,
    owner       TEXT,
    epoch       INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;

-- The gateways that want some.
CREATE TABLE shard_taker (
    owner      TEXT PRIMARY KEY,
    seen_until INTEGER NOT NULL
) STRICT;

-- The last two digits of its UUID say in which shard a tracker is.
DROP INDEX tracker_due;
CREATE INDEX tracker_shard ON tracker (substr(id, -2), id) WHERE next_check_at IS NOT NULL;

-- When the carrier last told of it by itself, and until when it said it will.
ALTER TABLE tracker ADD COLUMN pushed_at INTEGER;
ALTER TABLE tracker ADD COLUMN push_until INTEGER;

-- Which edition of the carrier's table an event was read by.
ALTER TABLE tracking_event ADD COLUMN mapping INTEGER NOT NULL DEFAULT 1;
