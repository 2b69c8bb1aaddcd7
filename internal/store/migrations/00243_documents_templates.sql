-- +goose Up
CREATE TABLE documents_templates (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  origin TEXT NOT NULL,
  revision BIGINT NOT NULL,
  version BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('on', 'off')),
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_templates_origin ON documents_templates (agency_id, origin) WHERE origin <> '';
CREATE TABLE documents_template_versions (
  agency_id BIGINT NOT NULL,
  template_id BIGINT NOT NULL,
  no BIGINT NOT NULL,
  content JSON NOT NULL,
  file_name TEXT NOT NULL,
  file_size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  marks JSON NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, template_id, no)
) /*STRICT*/;
CREATE INDEX documents_template_versions_sha ON documents_template_versions (sha) WHERE sha <> '';
