-- What was promised for a shipment, and how it stands with that. One row for each that was bought since.
CREATE TABLE risk (
    tenant     TEXT NOT NULL,
    shipment   TEXT NOT NULL,
    ship_by    INTEGER,
    deliver_by INTEGER,
    level      TEXT NOT NULL,
    reason     TEXT,
    since      INTEGER NOT NULL,
    look_at    INTEGER, -- never again, when absent
    told       INTEGER NOT NULL,
    PRIMARY KEY (tenant, shipment)
) STRICT;
CREATE INDEX risk_due ON risk (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX risk_open ON risk (tenant, shipment) WHERE level <> 'GREEN';
