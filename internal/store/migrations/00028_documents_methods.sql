-- +goose Up
ALTER TABLE documents_versions ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_versions ADD COLUMN certificate_id BIGINT NOT NULL DEFAULT 0;
