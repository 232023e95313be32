-- When a shipment was put in doubt because the database was restored from a backup. Before, that was told
-- as if its carrier had said so.
ALTER TABLE shipment ADD COLUMN restored_at BIGINT;
UPDATE shipment SET restored_at = updated_at WHERE fault LIKE '%"code":"RESTORED"%';

-- What somebody must see to is looked through for each account by itself.
DROP INDEX shipment_unsettled;
CREATE INDEX shipment_unsettled ON shipment (account, updated_at, id)
    WHERE state IN ('ACCEPTED', 'SENDING', 'UNKNOWN', 'PURCHASED_NO_LABEL', 'VOID_WANTED',
                    'VOIDING', 'VOID_UNKNOWN');
