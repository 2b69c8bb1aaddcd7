-- +goose Up
CREATE TABLE search_index_entries (
  id BIGINT NOT NULL PRIMARY KEY,
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  issued TEXT NOT NULL,
  arrived TEXT NOT NULL,
  due TEXT NOT NULL,
  at_us BIGINT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX search_index_entries_ref ON search_index_entries (agency_id, ref);
-- The words stand in the index only: what leaves it is gone.
CREATE VIRTUAL TABLE search_index USING fts5(words, content='', contentless_delete=1, tokenize="ascii tokenchars '_'");

CREATE TABLE search_saved (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX search_saved_person ON search_saved (agency_id, person_id, id);
CREATE INDEX search_saved_unit ON search_saved (agency_id, unit_id, id) WHERE unit_id > 0;

CREATE TABLE search_columns (
  agency_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  columns TEXT NOT NULL,
  PRIMARY KEY (agency_id, person_id)
) /*STRICT*/;
