-- +goose Up
-- What an update says to have changed (BussinessDocumentInfo).
ALTER TABLE exchange_requests ADD COLUMN info_changed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE exchange_requests ADD COLUMN receivers_changed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE exchange_requests ADD COLUMN receivers JSON NOT NULL DEFAULT '[]';

-- The agency that a person gave a parcel to, 0 = nobody did.
ALTER TABLE exchange_quarantine ADD COLUMN given_to BIGINT NOT NULL DEFAULT 0;

-- What happened to a parcel in quarantine: each opening with its reason, each act of a person.
CREATE TABLE exchange_quarantine_tries (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  quarantine_id BIGINT NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('kept', 'retry', 'refused', 'given', 'accepted', 'answered')),
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  text TEXT NOT NULL,
  args JSON NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX exchange_quarantine_tries_of ON exchange_quarantine_tries (agency_id, quarantine_id, id);
