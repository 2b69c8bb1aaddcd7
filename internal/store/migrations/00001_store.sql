-- +goose Up
CREATE TABLE store_journal (
  id BIGINT NOT NULL PRIMARY KEY,
  xid BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  verb TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  holding BIGINT NOT NULL,
  for_id BIGINT NOT NULL,
  via TEXT NOT NULL,
  request TEXT NOT NULL,
  data JSON NOT NULL
) /*STRICT*/;
CREATE INDEX store_journal_commit ON store_journal (xid, id);
CREATE INDEX store_journal_agency ON store_journal (agency_id, id);
CREATE INDEX store_journal_ref ON store_journal (ref, id);

CREATE TABLE store_cursors (
  follower TEXT NOT NULL PRIMARY KEY,
  xid BIGINT NOT NULL,
  id BIGINT NOT NULL
) /*STRICT*/;

CREATE TABLE store_counters (
  agency_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  year BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (agency_id, name, year)
) /*STRICT*/;

CREATE TABLE store_settings (
  agency_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (agency_id, name)
) /*STRICT*/;

CREATE TABLE store_jobs (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  payload JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'stuck')),
  due_us BIGINT NOT NULL,
  lease_us BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  UNIQUE (kind, key)
) /*STRICT*/;
CREATE INDEX store_jobs_due ON store_jobs (kind, due_us, id) WHERE state = 'waiting';
