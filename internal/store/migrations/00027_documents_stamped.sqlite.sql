-- +goose Up
CREATE TABLE documents_versions_wider (
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  no BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('laid_out', 'uploaded', 'signed', 'sealed', 'annex_sealed', 'stamped')),
  file_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  pages BIGINT NOT NULL,
  boxes JSON NOT NULL,
  content JSON NOT NULL,
  verdict TEXT NOT NULL,
  verdict_report JSON NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref, no)
) /*STRICT*/;
INSERT INTO documents_versions_wider (agency_id, ref, no, kind, file_id, name, size, sha, pages, boxes, content, verdict, verdict_report, at_us, person_id, holding_id)
  SELECT agency_id, ref, no, kind, file_id, name, size, sha, pages, boxes, content, verdict, verdict_report, at_us, person_id, holding_id FROM documents_versions;
DROP TABLE documents_versions;
ALTER TABLE documents_versions_wider RENAME TO documents_versions;
CREATE INDEX documents_versions_sha ON documents_versions (sha);
