-- +goose Up
CREATE TABLE documents_sources (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  media TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  reason JSON NOT NULL,
  cut BIGINT NOT NULL,
  version BIGINT NOT NULL,
  actor JSON NOT NULL,
  person_name TEXT NOT NULL,
  asked_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_sources_document ON documents_sources (agency_id, outgoing_id, id);
CREATE INDEX documents_sources_sha ON documents_sources (sha);
