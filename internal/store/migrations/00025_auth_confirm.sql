-- +goose Up
ALTER TABLE auth_sessions ADD COLUMN confirmed_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE auth_tokens ADD COLUMN confirmed_us BIGINT NOT NULL DEFAULT 0;
