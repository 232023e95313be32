-- What the gateway keeps. The tenant stands first in every key; indexes without it serve the
-- gateway's own sweeps over all tenants. Times are microseconds since 1970, ids are text. Text is
-- ordered by its bytes, whatever the locale of the database. JSON is kept as the text it was.

CREATE TABLE api_key (
    tenant       TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    name         TEXT COLLATE "C" NOT NULL,
    hash         BYTEA NOT NULL,
    scopes       TEXT COLLATE "C" NOT NULL, -- JSON
    spend_limit_minor    BIGINT,
    spend_limit_currency TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE quote (
    tenant     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    carrier    TEXT COLLATE "C" NOT NULL,
    body       TEXT COLLATE "C" NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX quote_expired ON quote (expires_at);

-- Never deleted: a late retry must never buy again.
CREATE TABLE reservation (
    tenant      TEXT COLLATE "C" NOT NULL,
    method      TEXT COLLATE "C" NOT NULL,
    request_id  TEXT COLLATE "C" NOT NULL,
    body_sha256 BYTEA NOT NULL,
    subject     TEXT COLLATE "C" NOT NULL,
    answer      BYTEA,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, method, request_id)
);

CREATE TABLE shipment (
    tenant           TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    reference        TEXT COLLATE "C" NOT NULL,
    account          TEXT COLLATE "C" NOT NULL,
    carrier          TEXT COLLATE "C" NOT NULL,
    service_code     TEXT COLLATE "C" NOT NULL,
    service_name     TEXT COLLATE "C" NOT NULL,
    state            TEXT COLLATE "C" NOT NULL,
    epoch            BIGINT NOT NULL,
    carrier_number   TEXT COLLATE "C",
    parcels          TEXT COLLATE "C" NOT NULL, -- JSON
    charged_minor    BIGINT,
    charged_currency TEXT COLLATE "C",
    quoted_minor     BIGINT,
    quoted_currency  TEXT COLLATE "C",
    invoiced         TEXT COLLATE "C" NOT NULL, -- JSON
    order_number     TEXT COLLATE "C",
    twin             TEXT COLLATE "C",
    fault            TEXT COLLATE "C", -- JSON
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    lease_until      BIGINT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, reference)
);
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
    tenant   TEXT COLLATE "C" NOT NULL,
    shipment TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    api_key  TEXT COLLATE "C",
    made_at  BIGINT NOT NULL,
    lines    TEXT COLLATE "C" NOT NULL, -- JSON
    PRIMARY KEY (tenant, shipment, number)
);

-- What the purchases of a day come to, for the limit of the key that they were made with.
CREATE TABLE api_key_spend (
    tenant   TEXT COLLATE "C" NOT NULL,
    api_key  TEXT COLLATE "C" NOT NULL,
    spent_on TEXT COLLATE "C" NOT NULL, -- a day in UTC
    currency TEXT COLLATE "C" NOT NULL,
    minor    BIGINT NOT NULL,
    PRIMARY KEY (tenant, api_key, spent_on, currency)
);

-- What carriers' invoices charge, line by line. Never changed, but for a purchase that is found.
CREATE TABLE invoice_line (
    tenant         TEXT COLLATE "C" NOT NULL,
    account        TEXT COLLATE "C" NOT NULL,
    invoice        TEXT COLLATE "C" NOT NULL,
    line           TEXT COLLATE "C" NOT NULL,
    invoiced_on    TEXT COLLATE "C" NOT NULL,
    number         TEXT COLLATE "C",
    carrier_number TEXT COLLATE "C",
    reference      TEXT COLLATE "C",
    kind           TEXT COLLATE "C" NOT NULL,
    minor          BIGINT NOT NULL,
    currency       TEXT COLLATE "C" NOT NULL,
    shipment       TEXT COLLATE "C",
    imported_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, invoice, line)
);
CREATE INDEX invoice_line_shipment ON invoice_line (tenant, shipment) WHERE shipment IS NOT NULL;

-- Names and addresses, apart from the rest: read by few, to be purged early.
CREATE TABLE shipment_order (
    tenant   TEXT COLLATE "C" NOT NULL,
    shipment TEXT COLLATE "C" NOT NULL,
    body     TEXT COLLATE "C" NOT NULL, -- JSON
    PRIMARY KEY (tenant, shipment)
);

-- Word for word what a carrier answered, in the order it came.
CREATE TABLE evidence (
    ordinal  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant   TEXT COLLATE "C" NOT NULL,
    shipment TEXT COLLATE "C" NOT NULL,
    epoch    BIGINT NOT NULL,
    sent_at  BIGINT NOT NULL,
    reply    BYTEA NOT NULL
);
CREATE INDEX evidence_shipment ON evidence (tenant, shipment, ordinal);

CREATE TABLE label (
    tenant   TEXT COLLATE "C" NOT NULL,
    shipment TEXT COLLATE "C" NOT NULL,
    parcel   BIGINT NOT NULL,
    format   TEXT COLLATE "C" NOT NULL,
    sha256   BYTEA NOT NULL,
    bytes    BYTEA NOT NULL,
    PRIMARY KEY (tenant, shipment, parcel, format)
);

CREATE TABLE tracker (
    tenant           TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    account          TEXT COLLATE "C",
    carrier          TEXT COLLATE "C" NOT NULL,
    number           TEXT COLLATE "C" NOT NULL,
    shipment         TEXT COLLATE "C",
    state            TEXT COLLATE "C" NOT NULL, -- JSON
    estimate         TEXT COLLATE "C",
    last_mile_number TEXT COLLATE "C",
    created_at       BIGINT NOT NULL,
    last_checked_at  BIGINT,
    next_check_at    BIGINT,
    checking_until   BIGINT,
    failures         BIGINT NOT NULL,
    ended            TEXT COLLATE "C",
    told             BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number, carrier)
);
CREATE INDEX tracker_shipment ON tracker (tenant, shipment, id) WHERE shipment IS NOT NULL;
CREATE INDEX tracker_due ON tracker (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE tracking_event (
    tenant  TEXT COLLATE "C" NOT NULL,
    tracker TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    body    TEXT COLLATE "C" NOT NULL, -- JSON
    PRIMARY KEY (tenant, tracker, id)
);

-- The log. `seq` and `subject_seq` are given by the one that writes, without gaps.
CREATE TABLE event (
    seq         BIGINT PRIMARY KEY,
    uid         TEXT COLLATE "C" NOT NULL,
    tenant      TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    subject     TEXT COLLATE "C" NOT NULL,
    subject_seq BIGINT NOT NULL,
    carrier     TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    data        TEXT COLLATE "C" NOT NULL, -- JSON
    UNIQUE (tenant, subject, subject_seq)
);
CREATE INDEX event_tenant ON event (tenant, seq);

CREATE TABLE subscription (
    tenant        TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    url           TEXT COLLATE "C" NOT NULL,
    secret        TEXT COLLATE "C" NOT NULL,
    filter        TEXT COLLATE "C" NOT NULL, -- JSON
    state         TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C",
    cursor        BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    failing_since BIGINT,
    PRIMARY KEY (tenant, id)
);

-- Of each subscription and subject only the first that is PENDING has `next_attempt_at`.
CREATE TABLE delivery (
    ordinal         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant          TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    subscription    TEXT COLLATE "C" NOT NULL,
    seq             BIGINT NOT NULL,
    subject         TEXT COLLATE "C" NOT NULL,
    replay          BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT,
    lease_until     BIGINT,
    last_status     BIGINT,
    last_error      TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    UNIQUE (tenant, id)
);
CREATE INDEX delivery_subscription ON delivery (tenant, subscription, id);
CREATE INDEX delivery_lane ON delivery (tenant, subscription, subject, ordinal)
    WHERE state = 'PENDING';
CREATE INDEX delivery_due ON delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX delivery_leased ON delivery (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE job (
    tenant      TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    payload     TEXT COLLATE "C" NOT NULL, -- JSON
    run_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    lease_until BIGINT,
    owner       TEXT COLLATE "C",
    dedupe_key  TEXT COLLATE "C",
    rerun_at    BIGINT,
    last_error  TEXT COLLATE "C",
    dead        BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
-- Not unique: a job may be done and asked for anew in one commit. The rules see to it.
CREATE INDEX job_dedupe ON job (tenant, name, dedupe_key)
    WHERE dedupe_key IS NOT NULL AND dead = 0;
CREATE INDEX job_due ON job (run_at) WHERE dead = 0;

-- One row that `ready` writes to, to see whether the disk still takes it.
CREATE TABLE pulse (
    id    BIGINT PRIMARY KEY CHECK (id = 1),
    beats BIGINT NOT NULL
);
INSERT INTO pulse VALUES (1, 0);

-- Where the log stands. Whoever writes locks this row first, so of all replicas one writes at a
-- time; `work` grows with every commit that may have made work to claim.
CREATE TABLE log_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    work BIGINT NOT NULL
);
INSERT INTO log_head VALUES (1, 0, 0);
