-- +goose Up
ALTER TABLE documents_types ADD COLUMN field TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_types ADD COLUMN valid_from TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_types ADD COLUMN valid_to TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_types ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
