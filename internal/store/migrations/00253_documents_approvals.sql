-- +goose Up
CREATE TABLE documents_approvals (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  round BIGINT NOT NULL,
  stage BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'done', 'returned', 'skipped', 'void')),
  duty TEXT NOT NULL CHECK (duty IN ('content', 'layout', 'review')),
  holder_holding BIGINT NOT NULL,
  holder_person BIGINT NOT NULL,
  holder_name TEXT NOT NULL,
  holder_title TEXT NOT NULL,
  certificate BOOLEAN NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('', 'initials_plain', 'initials_certificate')),
  words TEXT NOT NULL,
  void_words TEXT NOT NULL,
  version BIGINT NOT NULL,
  done_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_approvals_document ON documents_approvals (agency_id, outgoing_id, round, stage, id);
CREATE INDEX documents_approvals_open ON documents_approvals (agency_id, holder_holding, state);
CREATE TABLE documents_approval_steps (
  agency_id BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  stage BIGINT NOT NULL,
  duty TEXT NOT NULL CHECK (duty IN ('content', 'layout', 'review')),
  whom TEXT NOT NULL CHECK (whom IN ('unit_head', 'post')),
  holder_holding BIGINT NOT NULL,
  certificate BOOLEAN NOT NULL,
  PRIMARY KEY (agency_id, type_code, ordinal)
) /*STRICT*/;
