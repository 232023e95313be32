-- What the gateway keeps. The tenant stands first in every key; indexes without it serve the
-- gateway's own sweeps over all tenants. Times are microseconds since 1970, ids are text.

CREATE TABLE api_key (
    tenant       TEXT NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL,
    scopes       TEXT NOT NULL, -- JSON
    spend_limit_minor    INTEGER,
    spend_limit_currency TEXT,
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    last_used_at INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE quote (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL,
    account    TEXT NOT NULL,
    carrier    TEXT NOT NULL,
    body       TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX quote_expired ON quote (expires_at);

-- Never deleted: a late retry must never buy again.
CREATE TABLE reservation (
    tenant      TEXT NOT NULL,
    method      TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    body_sha256 BLOB NOT NULL,
    subject     TEXT NOT NULL,
    answer      BLOB,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, method, request_id)
) STRICT;

CREATE TABLE shipment (
    tenant           TEXT NOT NULL,
    id               TEXT NOT NULL,
    reference        TEXT NOT NULL,
    account          TEXT NOT NULL,
    carrier          TEXT NOT NULL,
    service_code     TEXT NOT NULL,
    service_name     TEXT NOT NULL,
    state            TEXT NOT NULL,
    epoch            INTEGER NOT NULL,
    carrier_number   TEXT,
    parcels          TEXT NOT NULL, -- JSON
    charged_minor    INTEGER,
    charged_currency TEXT,
    quoted_minor     INTEGER,
    quoted_currency  TEXT,
    invoiced         TEXT NOT NULL, -- JSON
    order_number     TEXT,
    twin             TEXT,
    fault            TEXT, -- JSON
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    lease_until      INTEGER,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, reference)
) STRICT;
CREATE INDEX shipment_order_number ON shipment (tenant, order_number, id)
    WHERE order_number IS NOT NULL;
CREATE INDEX shipment_unsettled ON shipment (updated_at)
    WHERE state IN ('ACCEPTED', 'SENDING', 'UNKNOWN', 'PURCHASED_NO_LABEL', 'VOID_WANTED',
                    'VOIDING', 'VOID_UNKNOWN');
CREATE INDEX shipment_twin ON shipment (tenant, twin)
    WHERE twin IS NOT NULL AND state NOT IN ('REJECTED', 'CANCELLED', 'ABSENT', 'VOIDED');
CREATE INDEX shipment_review ON shipment (tenant, id) WHERE state = 'NEEDS_REVIEW';

-- The ledger of purchases: one row is one entry, whose lines sum to zero. Never changed.
CREATE TABLE money_entry (
    tenant   TEXT NOT NULL,
    shipment TEXT NOT NULL,
    number   INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    account  TEXT NOT NULL,
    api_key  TEXT,
    made_at  INTEGER NOT NULL,
    lines    TEXT NOT NULL, -- JSON
    PRIMARY KEY (tenant, shipment, number)
) STRICT;

-- What the purchases of a day come to, for the limit of the key that they were made with.
CREATE TABLE api_key_spend (
    tenant   TEXT NOT NULL,
    api_key  TEXT NOT NULL,
    spent_on TEXT NOT NULL, -- a day in UTC
    currency TEXT NOT NULL,
    minor    INTEGER NOT NULL,
    PRIMARY KEY (tenant, api_key, spent_on, currency)
) STRICT;

-- What carriers' invoices charge, line by line. Never changed, but for a purchase that is found.
CREATE TABLE invoice_line (
    tenant         TEXT NOT NULL,
    account        TEXT NOT NULL,
    invoice        TEXT NOT NULL,
    line           TEXT NOT NULL,
    invoiced_on    TEXT NOT NULL,
    number         TEXT,
    carrier_number TEXT,
    reference      TEXT,
    kind           TEXT NOT NULL,
    minor          INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    shipment       TEXT,
    imported_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, invoice, line)
) STRICT;
CREATE INDEX invoice_line_shipment ON invoice_line (tenant, shipment) WHERE shipment IS NOT NULL;

-- Names and addresses, apart from the rest: read by few, to be purged early.
CREATE TABLE shipment_order (
    tenant   TEXT NOT NULL,
    shipment TEXT NOT NULL,
    body     TEXT NOT NULL, -- JSON
    PRIMARY KEY (tenant, shipment)
) STRICT;

-- Word for word what a carrier answered, in the order it came.
CREATE TABLE evidence (
    ordinal  INTEGER PRIMARY KEY,
    tenant   TEXT NOT NULL,
    shipment TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    sent_at  INTEGER NOT NULL,
    reply    BLOB NOT NULL
) STRICT;
CREATE INDEX evidence_shipment ON evidence (tenant, shipment, ordinal);

CREATE TABLE label (
    tenant   TEXT NOT NULL,
    shipment TEXT NOT NULL,
    parcel   INTEGER NOT NULL,
    format   TEXT NOT NULL,
    sha256   BLOB NOT NULL,
    bytes    BLOB NOT NULL,
    PRIMARY KEY (tenant, shipment, parcel, format)
) STRICT;

CREATE TABLE tracker (
    tenant           TEXT NOT NULL,
    id               TEXT NOT NULL,
    account          TEXT,
    carrier          TEXT NOT NULL,
    number           TEXT NOT NULL,
    shipment         TEXT,
    state            TEXT NOT NULL, -- JSON
    estimate         TEXT,
    last_mile_number TEXT,
    created_at       INTEGER NOT NULL,
    last_checked_at  INTEGER,
    next_check_at    INTEGER,
    checking_until   INTEGER,
    failures         INTEGER NOT NULL,
    ended            TEXT,
    told             INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number, carrier)
) STRICT;
CREATE INDEX tracker_shipment ON tracker (tenant, shipment, id) WHERE shipment IS NOT NULL;
CREATE INDEX tracker_due ON tracker (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE tracking_event (
    tenant  TEXT NOT NULL,
    tracker TEXT NOT NULL,
    id      TEXT NOT NULL,
    body    TEXT NOT NULL, -- JSON
    PRIMARY KEY (tenant, tracker, id)
) STRICT;

-- The log. `seq` and `subject_seq` are given by the one that writes, without gaps.
CREATE TABLE event (
    seq         INTEGER PRIMARY KEY,
    uid         TEXT NOT NULL,
    tenant      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    subject_seq INTEGER NOT NULL,
    carrier     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    data        TEXT NOT NULL, -- JSON
    UNIQUE (tenant, subject, subject_seq)
) STRICT;
CREATE INDEX event_tenant ON event (tenant, seq);

CREATE TABLE subscription (
    tenant        TEXT NOT NULL,
    id            TEXT NOT NULL,
    url           TEXT NOT NULL,
    secret        TEXT NOT NULL,
    filter        TEXT NOT NULL, -- JSON
    state         TEXT NOT NULL,
    reason        TEXT,
    cursor        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    failing_since INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

-- Of each subscription and subject only the first that is PENDING has `next_attempt_at`.
CREATE TABLE delivery (
    ordinal         INTEGER PRIMARY KEY,
    tenant          TEXT NOT NULL,
    id              TEXT NOT NULL,
    subscription    TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    subject         TEXT NOT NULL,
    replay          INTEGER NOT NULL,
    state           TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    next_attempt_at INTEGER,
    lease_until     INTEGER,
    last_status     INTEGER,
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX delivery_subscription ON delivery (tenant, subscription, id);
CREATE INDEX delivery_lane ON delivery (tenant, subscription, subject, ordinal)
    WHERE state = 'PENDING';
CREATE INDEX delivery_due ON delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX delivery_leased ON delivery (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE job (
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    payload     TEXT NOT NULL, -- JSON
    run_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    lease_until INTEGER,
    owner       TEXT,
    dedupe_key  TEXT,
    rerun_at    INTEGER,
    last_error  TEXT,
    dead        INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
-- Not unique: a job may be done and asked for anew in one commit. The rules see to it.
CREATE INDEX job_dedupe ON job (tenant, name, dedupe_key)
    WHERE dedupe_key IS NOT NULL AND dead = 0;
CREATE INDEX job_due ON job (run_at) WHERE dead = 0;

-- One row that `ready` writes to, to see whether the disk still takes it.
CREATE TABLE pulse (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    beats INTEGER NOT NULL
) STRICT;
INSERT INTO pulse VALUES (1, 0);
