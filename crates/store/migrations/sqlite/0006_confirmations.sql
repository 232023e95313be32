-- What order systems are told of boxes that left: one row for each box and order.
CREATE TABLE confirmation (
    tenant       TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,
    shop         TEXT NOT NULL,
    shop_order   TEXT NOT NULL,
    marketplace  TEXT,
    package      INTEGER NOT NULL,
    items        TEXT NOT NULL, -- JSON
    shipment     TEXT NOT NULL,
    parcel       INTEGER NOT NULL,
    moment       TEXT NOT NULL,
    ship_by      INTEGER,
    state        TEXT NOT NULL,
    told         TEXT, -- JSON
    told_number  TEXT,
    handle       TEXT,
    news         TEXT NOT NULL, -- JSON
    doubtful     INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    next_try_at  INTEGER,
    fault        TEXT, -- JSON
    at_risk      INTEGER NOT NULL,
    noted        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, shop, shop_order, package)
) STRICT;
CREATE INDEX confirmation_shipment ON confirmation (tenant, shipment, id);
CREATE INDEX confirmation_number ON confirmation (tenant, told_number, id)
    WHERE told_number IS NOT NULL;
CREATE INDEX confirmation_review ON confirmation (tenant, id) WHERE state = 'NEEDS_REVIEW';
CREATE INDEX confirmation_late ON confirmation (ship_by)
    WHERE ship_by IS NOT NULL AND state IN ('WAITING', 'NEEDS_REVIEW');

-- How far who reads the log for work of its own has come.
CREATE TABLE log_reader (
    name TEXT NOT NULL PRIMARY KEY,
    seq  INTEGER NOT NULL
) STRICT;
