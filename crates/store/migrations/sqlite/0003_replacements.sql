-- What a shipment is made instead of, and why; whether it waits for the void of that; and what is made
-- instead of it.
ALTER TABLE shipment ADD COLUMN replaces TEXT;
ALTER TABLE shipment ADD COLUMN replace_reason TEXT;
ALTER TABLE shipment ADD COLUMN awaits_void INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shipment ADD COLUMN replaced_by TEXT;
