-- +goose Up
CREATE TABLE documents_stamps (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  sha TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('approve', 'seal')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'stamped', 'failed', 'overtaken')),
  reason JSON NOT NULL,
  tries BIGINT NOT NULL,
  stamped_sha TEXT NOT NULL,
  tsa TEXT NOT NULL,
  token_us BIGINT NOT NULL,
  ordered_us BIGINT NOT NULL,
  asked_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_stamps_once ON documents_stamps (agency_id, file_id, sha);
CREATE INDEX documents_stamps_document ON documents_stamps (agency_id, outgoing_id);
CREATE INDEX documents_stamps_open ON documents_stamps (agency_id, state, at_us) WHERE state IN ('waiting', 'failed');

CREATE TABLE documents_releases (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  actor JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused', 'withdrawn')),
  reason JSON NOT NULL,
  asked_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id)
) /*STRICT*/;

CREATE TABLE documents_preservations (
  agency_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('issued', 'received')),
  sha TEXT NOT NULL,
  size BIGINT NOT NULL,
  first_verdict TEXT NOT NULL CHECK (first_verdict IN ('passed', 'indeterminate', 'failed')),
  kept_sha TEXT NOT NULL,
  kept_size BIGINT NOT NULL,
  kept_us BIGINT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('', 'B', 'T', 'LT', 'LTA')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'kept', 'failed', 'unfit')),
  reason JSON NOT NULL,
  tries BIGINT NOT NULL,
  renew_us BIGINT NOT NULL,
  extend_us BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'indeterminate', 'failed')),
  report JSON NOT NULL,
  evidence_sha TEXT NOT NULL,
  checked_us BIGINT NOT NULL,
  check_us BIGINT NOT NULL,
  worse_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, file_id)
) /*STRICT*/;
CREATE INDEX documents_preservations_ref ON documents_preservations (agency_id, ref);
CREATE INDEX documents_preservations_extend ON documents_preservations (extend_us) WHERE extend_us > 0;
CREATE INDEX documents_preservations_check ON documents_preservations (check_us) WHERE check_us > 0;
CREATE INDEX documents_preservations_state ON documents_preservations (agency_id, state, level);
CREATE INDEX documents_preservations_renew ON documents_preservations (agency_id, renew_us) WHERE renew_us > 0;
CREATE INDEX documents_preservations_worse ON documents_preservations (agency_id, worse_us) WHERE worse_us > 0;
CREATE INDEX documents_preservations_kept ON documents_preservations (kept_sha) WHERE kept_sha <> '';
CREATE INDEX documents_preservations_evidence ON documents_preservations (evidence_sha) WHERE evidence_sha <> '';
