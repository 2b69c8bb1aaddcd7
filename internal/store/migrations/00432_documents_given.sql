-- +goose Up
CREATE INDEX documents_lines_given ON documents_lines (agency_id, from_holding, at_us, id) WHERE box IN ('to_do', 'coordinating', 'forwarded');
