-- With what a receiver's deliveries are signed besides its secret, and what was replaced and still signs
-- for a while; whether only the latest of each subject is wanted; how hard it is to deliver to, and until
-- when nobody tries.
ALTER TABLE subscription ADD COLUMN signing_key TEXT COLLATE "C";
ALTER TABLE subscription ADD COLUMN retired TEXT COLLATE "C" NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE subscription ADD COLUMN latest_only BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN strain BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN rest_until BIGINT;

-- Whether the receiver was told that a delivery given up is missing.
ALTER TABLE delivery ADD COLUMN missed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX delivery_dead ON delivery (tenant, subscription, subject, seq)
    WHERE state = 'DEAD' AND missed = 0;
CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;

-- The log by time, to deliver a span of it again.
CREATE INDEX event_at ON event (tenant, at, seq);
