-- Trackers are looked after by shards, of which each gateway leases some; a lease that has gone to another
-- has a higher epoch.
CREATE TABLE shard_lease (
    shard       BIGINT PRIMARY KEY,
    owner       TEXT COLLATE "C",
    epoch       BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- The gateways that want some.
CREATE TABLE shard_taker (
    owner      TEXT COLLATE "C" PRIMARY KEY,
    seen_until BIGINT NOT NULL
);

-- The last two digits of its UUID say in which shard a tracker is.
DROP INDEX tracker_due;
CREATE INDEX tracker_shard ON tracker (right(id, 2), id) WHERE next_check_at IS NOT NULL;

-- When the carrier last told of it by itself, and until when it said it will.
ALTER TABLE tracker ADD COLUMN pushed_at BIGINT;
ALTER TABLE tracker ADD COLUMN push_until BIGINT;

-- Which edition of the carrier's table an event was read by.
ALTER TABLE tracking_event ADD COLUMN mapping BIGINT NOT NULL DEFAULT 1;
