-- +goose Up
CREATE TABLE documents_handovers (
  id BIGINT NOT NULL PRIMARY KEY,
  reorganisation_id BIGINT NOT NULL,
  old_id BIGINT NOT NULL,
  new_id BIGINT NOT NULL,
  old_name TEXT NOT NULL,
  new_name TEXT NOT NULL,
  title TEXT NOT NULL,
  reference TEXT NOT NULL,
  effective TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'signed', 'replaced')),
  file_id BIGINT NOT NULL,
  lists TEXT NOT NULL,
  totals JSON NOT NULL,
  made_us BIGINT NOT NULL,
  made_name TEXT NOT NULL,
  given_us BIGINT NOT NULL,
  given_by BIGINT NOT NULL,
  given_name TEXT NOT NULL,
  given_title TEXT NOT NULL,
  taken_us BIGINT NOT NULL,
  taken_by BIGINT NOT NULL,
  taken_name TEXT NOT NULL,
  taken_title TEXT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX documents_handovers_pair ON documents_handovers (reorganisation_id, old_id, new_id) WHERE state <> 'replaced';
CREATE INDEX documents_handovers_old ON documents_handovers (old_id);
CREATE INDEX documents_handovers_new ON documents_handovers (new_id);
