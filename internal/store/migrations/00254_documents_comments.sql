-- +goose Up
CREATE TABLE documents_comments (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  page BIGINT NOT NULL,
  x_mm BIGINT NOT NULL,
  y_mm BIGINT NOT NULL,
  w_mm BIGINT NOT NULL,
  h_mm BIGINT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
  person_id BIGINT NOT NULL,
  who TEXT NOT NULL,
  post TEXT NOT NULL,
  answer TEXT NOT NULL,
  resolved_name TEXT NOT NULL,
  resolved_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_comments_document ON documents_comments (agency_id, outgoing_id, id);
