-- +goose Up
ALTER TABLE documents_groups ADD COLUMN valid_from TEXT NOT NULL DEFAULT '';
ALTER TABLE documents_groups ADD COLUMN valid_to TEXT NOT NULL DEFAULT '';
