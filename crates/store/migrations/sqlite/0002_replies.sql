-- What a purchase came to when its caller could first be told an end: given again word for word for
-- a while, whatever becomes of the shipment.
CREATE TABLE purchase_reply (
    tenant   TEXT NOT NULL,
    shipment TEXT NOT NULL,
    body     TEXT NOT NULL, -- JSON
    made_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, shipment)
) STRICT;
CREATE INDEX purchase_reply_made ON purchase_reply (made_at);
