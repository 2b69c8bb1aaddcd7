-- +goose Up
CREATE INDEX documents_lines_returned ON documents_lines (agency_id, holder_kind, holder_id, at_us, id) WHERE state = 'returned_to_me';
