-- +goose Up
CREATE TABLE documents_grants (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  who_kind TEXT NOT NULL CHECK (who_kind IN ('post', 'person', 'unit')),
  who_id BIGINT NOT NULL,
  who_name TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('read', 'work')),
  cause TEXT NOT NULL CHECK (cause IN ('given', 'request', 'emergency')),
  since_us BIGINT NOT NULL,
  until_us BIGINT NOT NULL,
  reason TEXT NOT NULL,
  by_person BIGINT NOT NULL,
  by_holding BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  ended_by BIGINT NOT NULL,
  ended_name TEXT NOT NULL,
  ended_reason TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_grants_open ON documents_grants (agency_id, ref_kind, ref_id) WHERE ended_us = 0;
CREATE INDEX documents_grants_who ON documents_grants (agency_id, who_kind, who_id, ref_kind) WHERE ended_us = 0;
CREATE INDEX documents_grants_ref ON documents_grants (agency_id, ref_kind, ref_id, id);
CREATE INDEX documents_grants_emergency ON documents_grants (agency_id, at_us, id) WHERE cause = 'emergency';

CREATE TABLE documents_restrictions (
  agency_id BIGINT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  by_person BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref_kind, ref_id)
) /*STRICT*/;

CREATE TABLE documents_right_changes (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  what JSON NOT NULL,
  by_person BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  confirmed_us BIGINT NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_name TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_right_changes_open ON documents_right_changes (agency_id, id) WHERE confirmed_us = 0;
CREATE INDEX documents_right_changes_ref ON documents_right_changes (agency_id, ref_kind, ref_id, id);

CREATE TABLE documents_access_requests (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  post TEXT NOT NULL,
  words TEXT NOT NULL,
  reason TEXT NOT NULL,
  wanted_days BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'granted', 'refused', 'withdrawn')),
  at_us BIGINT NOT NULL,
  decided_us BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  answer TEXT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_access_requests_open ON documents_access_requests (agency_id, id) WHERE state = 'open';
CREATE INDEX documents_access_requests_person ON documents_access_requests (agency_id, person_id, id);
