-- +goose Up
-- What we ask receivers about documents we sent them, one row a receiver (exchange.md §9).
CREATE TABLE exchange_requests (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('give_back', 'recall', 'update', 'replace')),
  carrier_id BIGINT NOT NULL,
  parcel_id BIGINT NOT NULL,
  receiver_code TEXT NOT NULL,
  receiver_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  basis TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'agreed', 'declined', 'failed')),
  at_us BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  sent_us BIGINT NOT NULL,
  answered_us BIGINT NOT NULL,
  answer_by TEXT NOT NULL,
  answer_unit TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX exchange_requests_document ON exchange_requests (agency_id, outgoing_id, id);
CREATE INDEX exchange_requests_delivery ON exchange_requests (agency_id, delivery_id, id);

ALTER TABLE exchange_parcels ADD COLUMN destroyed_us BIGINT NOT NULL DEFAULT 0;
