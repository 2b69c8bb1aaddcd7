-- +goose Up
ALTER TABLE documents_versions DROP CONSTRAINT documents_versions_kind_check;
ALTER TABLE documents_versions ADD CONSTRAINT documents_versions_kind_check
  CHECK (kind IN ('laid_out', 'uploaded', 'signed', 'sealed', 'annex_sealed', 'stamped')) NOT VALID;
ALTER TABLE documents_versions VALIDATE CONSTRAINT documents_versions_kind_check;
