-- +goose Up
-- Numbers that were given before the database was put back to an older copy, and that it does not know (reliability §4). While one of a register is
-- missing, that register gives no number. A row never leaves: it says what became of the number.
CREATE TABLE documents_lost_numbers (
  agency_id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('missing', 'entered', 'void')),
  source TEXT NOT NULL CHECK (source IN ('outside', 'receipt', 'stream')),
  title TEXT NOT NULL,
  peer TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  ref TEXT NOT NULL,
  reason TEXT NOT NULL,
  person_name TEXT NOT NULL,
  ended_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, register_id, year, number)
) /*STRICT*/;
CREATE INDEX documents_lost_numbers_missing ON documents_lost_numbers (agency_id, register_id, number) WHERE state = 'missing';
