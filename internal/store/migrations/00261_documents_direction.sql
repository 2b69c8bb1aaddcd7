-- +goose Up
CREATE TABLE documents_rules (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  name TEXT NOT NULL,
  priority BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'ended')),
  sender_agency BIGINT NOT NULL,
  sender_group BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  words TEXT NOT NULL,
  leader BIGINT NOT NULL,
  lead JSON NOT NULL,
  coordinators JSON NOT NULL,
  due_days BIGINT NOT NULL,
  opinion TEXT NOT NULL,
  clause TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  hits BIGINT NOT NULL,
  last_hit_us BIGINT NOT NULL,
  tested_us BIGINT NOT NULL,
  tested_revision BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;

CREATE TABLE documents_groups (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('inside', 'outside')),
  name TEXT NOT NULL,
  members JSON NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_groups_name ON documents_groups (agency_id, owner, kind, name);

CREATE TABLE documents_phrases (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_phrases_words ON documents_phrases (agency_id, person_id, words);

CREATE TABLE documents_prepared (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  leader_holding BIGINT NOT NULL,
  leader_person BIGINT NOT NULL,
  by_person BIGINT NOT NULL,
  by_holding BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  form JSON NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'dropped')),
  at_us BIGINT NOT NULL,
  answered_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_prepared_waiting ON documents_prepared (agency_id, incoming_id) WHERE state = 'waiting';
CREATE INDEX documents_prepared_leader ON documents_prepared (agency_id, leader_holding, state, id);

CREATE TABLE documents_extensions (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  asked_person BIGINT NOT NULL,
  asked_holding BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  giver_person BIGINT NOT NULL,
  giver_holding BIGINT NOT NULL,
  reason TEXT NOT NULL,
  was_due TEXT NOT NULL,
  asked_due TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'refused', 'dropped')),
  answer TEXT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  answered_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_extensions_open ON documents_extensions (agency_id, line_id) WHERE state = 'asked';
CREATE INDEX documents_extensions_document ON documents_extensions (agency_id, incoming_id, id);
CREATE INDEX documents_extensions_giver ON documents_extensions (agency_id, giver_holding, state, id);

CREATE TABLE documents_chases (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('chased', 'soon', 'late', 'escalated')),
  due_date TEXT NOT NULL,
  by_person BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  words TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_chases_line ON documents_chases (agency_id, line_id, id);
CREATE UNIQUE INDEX documents_chases_once ON documents_chases (agency_id, line_id, kind, due_date) WHERE kind <> 'chased';
CREATE INDEX documents_chases_document ON documents_chases (agency_id, incoming_id, id);

CREATE TABLE documents_quiet (
  agency_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('digest')),
  PRIMARY KEY (agency_id, person_id, what)
) /*STRICT*/;

CREATE INDEX documents_lines_from ON documents_lines (agency_id, from_holding, at_us, id);
CREATE INDEX documents_lines_running ON documents_lines (agency_id, due_date, id)
  WHERE due_date <> '' AND box IN ('to_do', 'coordinating', 'forwarded');
CREATE INDEX documents_incoming_sender ON documents_incoming (agency_id, sender_key, id);
CREATE INDEX documents_incoming_done ON documents_incoming (agency_id, done_us) WHERE done_us > 0;
