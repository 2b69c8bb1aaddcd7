-- +goose Up
-- Which request a 15 or 16 answers, or which 13 it is: two of them may have one document, sender, code and second.
ALTER TABLE exchange_answers ADD COLUMN asked TEXT NOT NULL DEFAULT '';
CREATE INDEX exchange_statuses_answers ON exchange_statuses (agency_id, parcel) WHERE code IN ('15', '16');
-- A request goes again until it is answered.
ALTER TABLE exchange_requests ADD COLUMN due_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE exchange_requests ADD COLUMN sends BIGINT NOT NULL DEFAULT 0;
CREATE INDEX exchange_requests_due ON exchange_requests (due_us, id) WHERE due_us > 0;
