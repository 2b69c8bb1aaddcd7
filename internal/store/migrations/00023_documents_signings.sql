-- +goose Up
ALTER TABLE documents_certificates ADD COLUMN der TEXT NOT NULL DEFAULT '';

CREATE TABLE documents_signings (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('approve', 'seal')),
  way TEXT NOT NULL CHECK (way IN ('value', 'agent')),
  method TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared', 'waiting', 'done', 'refused', 'expired', 'cancelled', 'failed')),
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  actor JSON NOT NULL,
  certificate_id BIGINT NOT NULL,
  chain JSON NOT NULL,
  capacity TEXT NOT NULL,
  revision BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  expires_us BIGINT NOT NULL,
  value_hash TEXT NOT NULL,
  reason JSON NOT NULL,
  address TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_signings_document ON documents_signings (agency_id, outgoing_id, id);
CREATE INDEX documents_signings_person ON documents_signings (agency_id, person_id, id);

CREATE TABLE documents_signing_parts (
  agency_id BIGINT NOT NULL,
  signing_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  main BOOLEAN NOT NULL,
  operation TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  was_sha TEXT NOT NULL,
  prepared_sha TEXT NOT NULL,
  prepared_size BIGINT NOT NULL,
  hole_start BIGINT NOT NULL,
  hole_end BIGINT NOT NULL,
  digest TEXT NOT NULL,
  to_sign TEXT NOT NULL,
  result_sha TEXT NOT NULL,
  result JSON NOT NULL,
  PRIMARY KEY (agency_id, signing_id, ordinal)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_signing_parts_token ON documents_signing_parts (token_hash) WHERE token_hash <> '';
CREATE INDEX documents_signing_parts_prepared ON documents_signing_parts (prepared_sha) WHERE prepared_sha <> '';
CREATE INDEX documents_signing_parts_result ON documents_signing_parts (result_sha) WHERE result_sha <> '';

CREATE TABLE documents_batches (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('sign', 'release')),
  state TEXT NOT NULL CHECK (state IN ('running', 'ended')),
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  actor JSON NOT NULL,
  total BIGINT NOT NULL,
  open_n BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_batches_person ON documents_batches (agency_id, person_id, id);

CREATE TABLE documents_batch_items (
  agency_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  type_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  capacity TEXT NOT NULL,
  pages BIGINT NOT NULL,
  sha TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'working', 'done', 'failed', 'cancelled')),
  reason JSON NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, batch_id, ordinal)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_batch_items_document ON documents_batch_items (agency_id, batch_id, outgoing_id);
