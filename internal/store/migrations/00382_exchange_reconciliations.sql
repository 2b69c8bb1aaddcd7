-- +goose Up
-- What comparing with each peer gave: what we sent, what it holds, what it has acknowledged.
CREATE TABLE exchange_reconciliations (
  agency_id BIGINT NOT NULL,
  peer_code TEXT NOT NULL,
  peer_name TEXT NOT NULL,
  round TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'differs', 'silent', 'unable')),
  began_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  since_us BIGINT NOT NULL,
  until_us BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  held BIGINT NOT NULL,
  receipts BIGINT NOT NULL,
  open BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (agency_id, peer_code)
) /*STRICT*/;
CREATE INDEX exchange_reconciliations_odd ON exchange_reconciliations (agency_id, peer_code) WHERE state <> 'agreed';

CREATE TABLE exchange_differences (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  peer_code TEXT NOT NULL,
  delivery_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  parcel TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('missing', 'receipt', 'bytes', 'quarantined', 'refused', 'unknown')),
  state TEXT NOT NULL CHECK (state IN ('healing', 'person', 'healed')),
  round TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  healed_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, peer_code, parcel, kind)
) /*STRICT*/;
CREATE INDEX exchange_differences_open ON exchange_differences (agency_id, id) WHERE state <> 'healed';

CREATE INDEX exchange_parcels_peer ON exchange_parcels (agency_id, sender_code, id) WHERE direction = 'in';
