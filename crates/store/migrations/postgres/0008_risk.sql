-- What was promised for a shipment, and how it stands with that. One row for each that was bought since.
CREATE TABLE risk (
    tenant     TEXT COLLATE "C" NOT NULL,
    shipment   TEXT COLLATE "C" NOT NULL,
    ship_by    BIGINT,
    deliver_by BIGINT,
    level      TEXT COLLATE "C" NOT NULL,
    reason     TEXT COLLATE "C",
    since      BIGINT NOT NULL,
    look_at    BIGINT, -- never again, when absent
    told       BIGINT NOT NULL,
    PRIMARY KEY (tenant, shipment)
);
CREATE INDEX risk_due ON risk (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX risk_open ON risk (tenant, shipment) WHERE level <> 'GREEN';
