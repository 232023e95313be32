-- What a purchase came to when its caller could first be told an end: given again word for word for
-- a while, whatever becomes of the shipment.
CREATE TABLE purchase_reply (
    tenant   TEXT COLLATE "C" NOT NULL,
    shipment TEXT COLLATE "C" NOT NULL,
    body     TEXT COLLATE "C" NOT NULL, -- JSON
    made_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, shipment)
);
CREATE INDEX purchase_reply_made ON purchase_reply (made_at);

-- Of which version the tables are: who writes reads it with the end of the log, and prepares its
-- statements anew when another program has changed the tables.
ALTER TABLE log_head ADD COLUMN tables BIGINT NOT NULL DEFAULT 0;
