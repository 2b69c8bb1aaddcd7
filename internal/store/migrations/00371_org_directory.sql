-- +goose Up
ALTER TABLE org_agencies ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE INDEX org_agencies_hosted ON org_agencies (code) WHERE hosted;
CREATE INDEX org_agencies_origin ON org_agencies (origin, code);

CREATE TABLE org_entries (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  code TEXT NOT NULL,
  code102 TEXT NOT NULL,
  old_code TEXT NOT NULL,
  name TEXT NOT NULL,
  mail TEXT NOT NULL,
  version TEXT NOT NULL,
  center_code TEXT NOT NULL,
  is_agency BOOLEAN NOT NULL,
  deleted BOOLEAN NOT NULL,
  modified_us BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('CREATE', 'MODIFY', 'DELETE')),
  link TEXT NOT NULL CHECK (link IN ('REGISTERED', 'PENDING', 'NOT_EXIST')),
  validity TEXT NOT NULL CHECK (validity IN ('VALID', 'CONFLICT')),
  digest TEXT NOT NULL,
  run_id BIGINT NOT NULL,
  first_us BIGINT NOT NULL,
  changed_us BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (source, id)
) /*STRICT*/;
CREATE INDEX org_entries_agency ON org_entries (agency_id);
CREATE INDEX org_entries_run ON org_entries (run_id);
CREATE INDEX org_entries_pending ON org_entries (source, changed_us) WHERE link = 'PENDING';

CREATE TABLE org_entry_versions (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  until_us BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  was JSON NOT NULL,
  PRIMARY KEY (source, id, until_us)
) /*STRICT*/;

CREATE TABLE org_runs (
  id BIGINT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('full', 'changes')),
  state TEXT NOT NULL CHECK (state IN ('planning', 'held', 'carrying', 'done', 'refused', 'abandoned', 'failed')),
  units BIGINT NOT NULL,
  known BIGINT NOT NULL,
  creates BIGINT NOT NULL,
  modifies BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  carried BIGINT NOT NULL,
  conflicts BIGINT NOT NULL,
  problems BIGINT NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  note TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  beat_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX org_runs_open ON org_runs (source) WHERE state IN ('planning', 'held', 'carrying');

CREATE TABLE org_run_steps (
  run_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('create', 'modify', 'close')),
  entry TEXT NOT NULL,
  unit JSON NOT NULL,
  problem TEXT NOT NULL,
  args JSON NOT NULL,
  PRIMARY KEY (run_id, ordinal)
) /*STRICT*/;
CREATE INDEX org_run_steps_entry ON org_run_steps (run_id, entry);

CREATE TABLE org_conflicts (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  entry TEXT NOT NULL,
  claimed TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'moved', 'same', 'gone')),
  reason TEXT NOT NULL,
  found_us BIGINT NOT NULL,
  decided_us BIGINT NOT NULL,
  decided_by BIGINT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX org_conflicts_once ON org_conflicts (code, agency_id, source, entry);
CREATE INDEX org_conflicts_open ON org_conflicts (agency_id) WHERE state = 'open';
CREATE INDEX org_conflicts_entry ON org_conflicts (source, entry);
