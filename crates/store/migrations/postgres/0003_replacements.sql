-- What a shipment is made instead of, and why; whether it waits for the void of that; and what is made
-- instead of it.
ALTER TABLE shipment ADD COLUMN replaces TEXT COLLATE "C";
ALTER TABLE shipment ADD COLUMN replace_reason TEXT COLLATE "C";
ALTER TABLE shipment ADD COLUMN awaits_void BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shipment ADD COLUMN replaced_by TEXT COLLATE "C";
