-- +goose Up
-- Secret documents are registered by number only (D4.8, D9.10): no subject, no file, no electronic channel.
CREATE TABLE documents_secrets (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  issued_date TEXT NOT NULL,
  party TEXT NOT NULL,
  code TEXT NOT NULL,
  secrecy BIGINT NOT NULL CHECK (secrecy BETWEEN 1 AND 3),
  urgency BIGINT NOT NULL CHECK (urgency BETWEEN 0 AND 3),
  void_reason TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_secrets_number ON documents_secrets (agency_id, register_id, year, number);

-- Documents issued on paper and entered by hand after signing; an inserted number (15a) stands here only (D4.13).
CREATE TABLE documents_paper_outgoing (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  suffix TEXT NOT NULL,
  notation TEXT NOT NULL,
  migrated BOOLEAN NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_paper_outgoing_number ON documents_paper_outgoing (agency_id, register_id, year, number, suffix) WHERE suffix <> '';
CREATE UNIQUE INDEX documents_paper_outgoing_notation ON documents_paper_outgoing (agency_id, year, notation, number, suffix) WHERE suffix <> '';

-- Sổ gửi văn bản đi bưu điện (D7.4) and sổ sử dụng bản lưu (D7.5).
CREATE TABLE documents_postings (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  sent_on TEXT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  receiver TEXT NOT NULL,
  envelopes BIGINT NOT NULL,
  postmark TEXT NOT NULL,
  note TEXT NOT NULL,
  void_reason TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_postings_sent ON documents_postings (agency_id, sent_on, id);

CREATE TABLE documents_copy_uses (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  lent_on TEXT NOT NULL,
  user_name TEXT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  about TEXT NOT NULL,
  dossier_code TEXT NOT NULL,
  allowed_by TEXT NOT NULL,
  note TEXT NOT NULL,
  returned_on TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  person_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_copy_uses_lent ON documents_copy_uses (agency_id, lent_on, id);
CREATE INDEX documents_copy_uses_out ON documents_copy_uses (agency_id, id) WHERE returned_on = '';
