-- +goose Up
CREATE TABLE documents_editors (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  post TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id, person_id)
) /*STRICT*/;
CREATE TABLE documents_waivers (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  box TEXT NOT NULL,
  reason TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id, code)
) /*STRICT*/;
