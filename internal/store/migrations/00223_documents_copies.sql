-- +goose Up
-- Certified copies (NĐ 30/2020 art. 25-27): paper copies with a number of the common series, and paper that was digitised (number 0).
CREATE TABLE documents_copies (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('SAO_Y', 'SAO_LUC', 'TRICH_SAO')),
  medium TEXT NOT NULL CHECK (medium IN ('paper', 'electronic')),
  source_ref TEXT NOT NULL,
  source_title TEXT NOT NULL,
  source_file BIGINT NOT NULL,
  source_sha TEXT NOT NULL,
  pages JSON NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  number_text TEXT NOT NULL,
  copied_on TEXT NOT NULL,
  place TEXT NOT NULL,
  agency_name TEXT NOT NULL,
  signer_holding BIGINT NOT NULL,
  signer_name TEXT NOT NULL,
  capacity_lines JSON NOT NULL,
  delegation_id BIGINT NOT NULL,
  receivers JSON NOT NULL,
  quantity BIGINT NOT NULL,
  at_foot BOOLEAN NOT NULL,
  findings JSON NOT NULL,
  accepted TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_copies_number ON documents_copies (agency_id, register_id, number) WHERE number > 0;
CREATE INDEX documents_copies_source ON documents_copies (agency_id, source_ref, id);
