-- +goose Up
CREATE TABLE exchange_parcels (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  sender_code TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  parcel TEXT NOT NULL,
  document_id TEXT NOT NULL,
  number TEXT NOT NULL,
  notation TEXT NOT NULL,
  issued TEXT NOT NULL,
  title TEXT NOT NULL,
  ref TEXT NOT NULL,
  sha TEXT NOT NULL,
  size BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'packed', 'failed', 'opened', 'duplicate', 'suspected')),
  signature TEXT NOT NULL,
  warnings JSON NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, direction, sender_code, parcel)
) /*STRICT*/;
CREATE UNIQUE INDEX exchange_parcels_document ON exchange_parcels (agency_id, sender_code, document_id, sha)
  WHERE direction = 'in' AND state = 'opened';
CREATE INDEX exchange_parcels_ref ON exchange_parcels (agency_id, ref, direction);

CREATE TABLE exchange_deliveries (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  parcel_id BIGINT NOT NULL,
  document_id TEXT NOT NULL,
  number TEXT NOT NULL,
  notation TEXT NOT NULL,
  issued TEXT NOT NULL,
  title TEXT NOT NULL,
  receiver_id BIGINT NOT NULL,
  receiver_code TEXT NOT NULL,
  receiver_name TEXT NOT NULL,
  role TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('not_sent', 'queued', 'on_exchange', 'arrived', 'registered', 'assigned', 'in_progress', 'done', 'refused',
    'recall_requested', 'recalled', 'recall_declined', 'failed', 'cancelled')),
  state_us BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  by_unit TEXT NOT NULL,
  description TEXT NOT NULL,
  args JSON NOT NULL,
  flagged BOOLEAN NOT NULL,
  sends BIGINT NOT NULL,
  sent_us BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  warn_us BIGINT NOT NULL,
  warned BOOLEAN NOT NULL,
  arrived_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, outgoing_id, receiver_code, receiver_name)
) /*STRICT*/;
CREATE INDEX exchange_deliveries_due ON exchange_deliveries (due_us, id) WHERE due_us > 0;
CREATE INDEX exchange_deliveries_late ON exchange_deliveries (warn_us) WHERE NOT warned;
CREATE INDEX exchange_deliveries_document ON exchange_deliveries (agency_id, document_id);
CREATE INDEX exchange_deliveries_number ON exchange_deliveries (agency_id, number, notation, issued);
CREATE INDEX exchange_deliveries_parcel ON exchange_deliveries (agency_id, parcel_id);
CREATE INDEX exchange_deliveries_undelivered ON exchange_deliveries (agency_id, id)
  WHERE flagged OR state IN ('not_sent', 'queued', 'on_exchange', 'refused', 'failed');

CREATE TABLE exchange_answers (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  peer_code TEXT NOT NULL,
  document_id TEXT NOT NULL,
  code TEXT NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('applied', 'applied_flagged', 'logged', 'flagged')),
  stated_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  by_unit TEXT NOT NULL,
  description TEXT NOT NULL,
  sha TEXT NOT NULL,
  agreed BOOLEAN NOT NULL,
  signature TEXT NOT NULL,
  parcel TEXT NOT NULL,
  raw TEXT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, peer_code, document_id, code, stated_us)
) /*STRICT*/;
CREATE INDEX exchange_answers_parcel ON exchange_answers (agency_id, peer_code, parcel);
CREATE INDEX exchange_answers_delivery ON exchange_answers (agency_id, delivery_id, id);

CREATE TABLE exchange_statuses (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  receipt TEXT NOT NULL,
  code TEXT NOT NULL,
  peer_code TEXT NOT NULL,
  document_id TEXT NOT NULL,
  number TEXT NOT NULL,
  notation TEXT NOT NULL,
  issued TEXT NOT NULL,
  parcel TEXT NOT NULL,
  sha TEXT NOT NULL,
  entry TEXT NOT NULL,
  stated_us BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  by_unit TEXT NOT NULL,
  by_email TEXT NOT NULL,
  by_phone TEXT NOT NULL,
  description TEXT NOT NULL,
  raw TEXT NOT NULL,
  sent_us BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, receipt, code)
) /*STRICT*/;
CREATE INDEX exchange_statuses_due ON exchange_statuses (due_us, id) WHERE due_us > 0;

CREATE TABLE exchange_quarantine (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parcel TEXT NOT NULL,
  peer_code TEXT NOT NULL,
  receiver_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  document_id TEXT NOT NULL,
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  text TEXT NOT NULL,
  args JSON NOT NULL,
  sha TEXT NOT NULL,
  size BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'retrying', 'accepted', 'refused')),
  at_us BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  decided_us BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decision TEXT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, peer_code, receiver_code, parcel)
) /*STRICT*/;
CREATE INDEX exchange_quarantine_waiting ON exchange_quarantine (agency_id, state, id);
