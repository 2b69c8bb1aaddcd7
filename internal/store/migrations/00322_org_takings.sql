-- +goose Up
CREATE TABLE org_takings (
  old_id BIGINT NOT NULL,
  old_ref TEXT NOT NULL,
  id BIGINT NOT NULL,
  new_id BIGINT NOT NULL,
  new_ref TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('taken', 'joined')),
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  PRIMARY KEY (old_id, old_ref)
) /*STRICT*/;
CREATE INDEX org_takings_new ON org_takings (new_id, new_ref);
