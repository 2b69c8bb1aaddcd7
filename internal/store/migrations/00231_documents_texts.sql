-- +goose Up
-- The text of kept files, by content: what is searched and what proposals come from. Removed when the document is recalled.
CREATE TABLE documents_texts (
  agency_id BIGINT NOT NULL,
  sha TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('read', 'no_text', 'no_ocr', 'failed')),
  source TEXT NOT NULL,
  confidence BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  text TEXT NOT NULL,
  reading JSON NOT NULL,
  reason TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, sha)
) /*STRICT*/;
CREATE INDEX documents_texts_unread ON documents_texts (agency_id, sha) WHERE state = 'no_ocr';
