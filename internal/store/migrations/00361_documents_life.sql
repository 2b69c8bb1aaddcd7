-- +goose Up
-- To whom else a received document was sent, as its sender wrote it; an agreed update of the receiver list changes it (exchange.md §9).
ALTER TABLE documents_incoming ADD COLUMN places JSON NOT NULL DEFAULT '[]';
-- Received documents among which a clerk is to choose when a request names two of them (X9.5).
ALTER TABLE documents_requests ADD COLUMN candidates JSON NOT NULL DEFAULT '[]';
