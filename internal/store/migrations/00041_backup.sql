-- +goose Up
CREATE TABLE backup_runs (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('taken', 'restored')),
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  stamp TEXT NOT NULL,
  began_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  file_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  new_bytes BIGINT NOT NULL,
  reason TEXT NOT NULL,
  by_person BIGINT NOT NULL
) /*STRICT*/;
