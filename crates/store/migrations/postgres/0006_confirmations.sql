-- What order systems are told of boxes that left: one row for each box and order.
CREATE TABLE confirmation (
    tenant       TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    shop         TEXT COLLATE "C" NOT NULL,
    shop_order   TEXT COLLATE "C" NOT NULL,
    marketplace  TEXT COLLATE "C",
    package      BIGINT NOT NULL,
    items        TEXT COLLATE "C" NOT NULL, -- JSON
    shipment     TEXT COLLATE "C" NOT NULL,
    parcel       BIGINT NOT NULL,
    moment       TEXT COLLATE "C" NOT NULL,
    ship_by      BIGINT,
    state        TEXT COLLATE "C" NOT NULL,
    told         TEXT COLLATE "C", -- JSON
    told_number  TEXT COLLATE "C",
    handle       TEXT COLLATE "C",
    news         TEXT COLLATE "C" NOT NULL, -- JSON
    doubtful     BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    next_try_at  BIGINT,
    fault        TEXT COLLATE "C", -- JSON
    at_risk      BIGINT NOT NULL,
    noted        BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, shop, shop_order, package)
);
CREATE INDEX confirmation_shipment ON confirmation (tenant, shipment, id);
CREATE INDEX confirmation_number ON confirmation (tenant, told_number, id)
    WHERE told_number IS NOT NULL;
CREATE INDEX confirmation_review ON confirmation (tenant, id) WHERE state = 'NEEDS_REVIEW';
CREATE INDEX confirmation_late ON confirmation (ship_by)
    WHERE ship_by IS NOT NULL AND state IN ('WAITING', 'NEEDS_REVIEW');

-- How far who reads the log for work of its own has come.
CREATE TABLE log_reader (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL
);
