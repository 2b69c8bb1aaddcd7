-- +goose Up
CREATE TABLE dossiers_retention (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL CHECK (code IN ('01', '02', '03', '04', '05', '06', '07')),
  years BIGINT NOT NULL,
  source TEXT NOT NULL,
  version BIGINT NOT NULL,
  replaced_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_retention_name ON dossiers_retention (agency_id, name) WHERE replaced_us = 0;

CREATE TABLE dossiers_lists (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  year BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'issued')),
  numbering TEXT NOT NULL CHECK (numbering IN ('list', 'heading')),
  decision TEXT NOT NULL,
  approved_by BIGINT NOT NULL,
  approved_name TEXT NOT NULL,
  approved_title TEXT NOT NULL,
  approved_us BIGINT NOT NULL,
  issued_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_lists_year ON dossiers_lists (agency_id, year);

CREATE TABLE dossiers_headings (
  agency_id BIGINT NOT NULL,
  list_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  title TEXT NOT NULL,
  abbr TEXT NOT NULL,
  PRIMARY KEY (agency_id, list_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_headings_place ON dossiers_headings (agency_id, list_id, parent_id, ordinal);

CREATE TABLE dossiers_entries (
  agency_id BIGINT NOT NULL,
  list_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  heading_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  retention_code TEXT NOT NULL,
  retention_years BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  note TEXT NOT NULL,
  amended_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, list_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_entries_code ON dossiers_entries (agency_id, list_id, code);
CREATE INDEX dossiers_entries_person ON dossiers_entries (agency_id, person_id);

CREATE TABLE dossiers_dossiers (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'submitted', 'accepted', 'returned', 'destroyed')),
  organ_code TEXT NOT NULL,
  year BIGINT NOT NULL,
  code TEXT NOT NULL,
  entry_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  retention_code TEXT NOT NULL,
  retention_years BIGINT NOT NULL,
  retention_source TEXT NOT NULL,
  rights_code TEXT NOT NULL CHECK (rights_code IN ('01', '02')),
  language TEXT NOT NULL,
  start_date TEXT NOT NULL,
  end_date TEXT NOT NULL,
  keywords TEXT NOT NULL,
  note TEXT NOT NULL,
  extra JSON NOT NULL,
  unit_id BIGINT NOT NULL,
  unit_name TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  doc_total BIGINT NOT NULL,
  page_total BIGINT NOT NULL,
  closing_note TEXT NOT NULL,
  closed_us BIGINT NOT NULL,
  due_date TEXT NOT NULL,
  deposit_id BIGINT NOT NULL,
  accepted_us BIGINT NOT NULL,
  owner_until TEXT NOT NULL,
  archive_code TEXT NOT NULL,
  frozen_us BIGINT NOT NULL,
  freeze_order TEXT NOT NULL,
  destroyed_by TEXT NOT NULL,
  search_text TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_dossiers_code ON dossiers_dossiers (agency_id, year, code);
CREATE INDEX dossiers_dossiers_person ON dossiers_dossiers (agency_id, person_id, state);
CREATE INDEX dossiers_dossiers_at ON dossiers_dossiers (agency_id, at_us, id);
CREATE INDEX dossiers_dossiers_due ON dossiers_dossiers (agency_id, due_date) WHERE due_date <> '';

CREATE TABLE dossiers_items (
  agency_id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  ref TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('incoming', 'outgoing', 'file')),
  document_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  doc_date TEXT NOT NULL,
  type_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  author TEXT NOT NULL,
  pages BIGINT NOT NULL,
  note TEXT NOT NULL,
  fields JSON NOT NULL,
  search_text TEXT NOT NULL,
  added_us BIGINT NOT NULL,
  added_by BIGINT NOT NULL,
  added_name TEXT NOT NULL,
  removed_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, dossier_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_items_ordinal ON dossiers_items (agency_id, dossier_id, ordinal) WHERE removed_us = 0;
CREATE UNIQUE INDEX dossiers_items_ref ON dossiers_items (agency_id, dossier_id, ref) WHERE removed_us = 0;
CREATE INDEX dossiers_items_document ON dossiers_items (agency_id, ref);
CREATE INDEX dossiers_items_added ON dossiers_items (agency_id, added_by, added_us);

CREATE TABLE dossiers_files (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  media TEXT NOT NULL,
  pages BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX dossiers_files_sha ON dossiers_files (sha);

CREATE TABLE dossiers_shares (
  agency_id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('person', 'unit')),
  holder_id BIGINT NOT NULL,
  holder_name TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('read', 'work')),
  reason TEXT NOT NULL,
  until TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  ended_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, dossier_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_shares_holder ON dossiers_shares (agency_id, dossier_id, holder_kind, holder_id) WHERE ended_us = 0;

CREATE TABLE dossiers_requests (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused')),
  until TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_by TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  answered_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_requests_open ON dossiers_requests (agency_id, dossier_id, person_id) WHERE state = 'asked';

CREATE TABLE dossiers_history (
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  id BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  act TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  who TEXT NOT NULL,
  post TEXT NOT NULL,
  what JSON NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (agency_id, ref, id)
) /*STRICT*/;

CREATE TABLE dossiers_deposits (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('current', 'historical')),
  state TEXT NOT NULL CHECK (state IN ('submitted', 'accepted', 'returned')),
  year BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  unit_name TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  person_title TEXT NOT NULL,
  receiver_name TEXT NOT NULL,
  receiver_title TEXT NOT NULL,
  subject TEXT NOT NULL,
  period TEXT NOT NULL,
  dossiers BIGINT NOT NULL,
  documents BIGINT NOT NULL,
  files BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  condition TEXT NOT NULL,
  fields JSON NOT NULL,
  answer_due TEXT NOT NULL,
  answer TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  answered_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX dossiers_deposits_ordinal ON dossiers_deposits (agency_id, kind, year, ordinal);

CREATE TABLE dossiers_deposit_lines (
  agency_id BIGINT NOT NULL,
  deposit_id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  documents BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  checks JSON NOT NULL,
  PRIMARY KEY (agency_id, deposit_id, dossier_id)
) /*STRICT*/;

CREATE TABLE dossiers_notices (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  dossier_id BIGINT NOT NULL,
  notice_date TEXT NOT NULL,
  remind_date TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  note TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX dossiers_notices_dossier ON dossiers_notices (agency_id, dossier_id);
