-- +goose Up
CREATE TABLE notify_messages (
  person_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  agency_id BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  verb TEXT NOT NULL,
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  args JSON NOT NULL,
  actor_id BIGINT NOT NULL,
  read_us BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, id)
) /*STRICT*/;
CREATE INDEX notify_messages_unread ON notify_messages (person_id, id) WHERE read_us = 0;
