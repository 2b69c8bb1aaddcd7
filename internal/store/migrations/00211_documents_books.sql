-- +goose Up
-- Registers as data (D7.9): what a register numbers, who may use it, how it writes its notation, whether the next year carries it on.
ALTER TABLE documents_registers ADD COLUMN kind TEXT NOT NULL DEFAULT 'administrative'
  CHECK (kind IN ('administrative', 'normative', 'specialised', 'secret', 'advisory', 'copies', 'internal'));
ALTER TABLE documents_registers ADD COLUMN unit_ids TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_registers ADD COLUMN notation TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_registers ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_registers ADD COLUMN body_abbr TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_registers ADD COLUMN first_number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE documents_registers ADD COLUMN carried BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE documents_registers ADD COLUMN from_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents_registers ADD COLUMN lock_reason TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX documents_registers_from ON documents_registers (agency_id, from_id) WHERE from_id <> 0;

-- The register a draft is meant for, where it is not the usual one: the series of an advisory body (D4.8).
CREATE TABLE documents_wanted_registers (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id)
) /*STRICT*/;

-- Numbers held for documents that are not signed yet (D4.11). A row never leaves: it says what became of the number.
CREATE TABLE documents_reservations (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'used', 'released', 'offered', 'void')),
  reason TEXT NOT NULL,
  for_date TEXT NOT NULL,
  until_date TEXT NOT NULL,
  held_on TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  end_reason TEXT NOT NULL,
  end_name TEXT NOT NULL,
  ended_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_reservations_number ON documents_reservations (agency_id, register_id, year, number) WHERE state IN ('held', 'released', 'void', 'used');
CREATE INDEX documents_reservations_register ON documents_reservations (agency_id, register_id, number, id);

-- Corrections of rows of a register: both values stay (D7.9).
CREATE TABLE documents_corrections (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  suffix TEXT NOT NULL,
  column_no BIGINT NOT NULL,
  was TEXT NOT NULL,
  becomes TEXT NOT NULL,
  reason TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_corrections_register ON documents_corrections (agency_id, register_id, number, id);
