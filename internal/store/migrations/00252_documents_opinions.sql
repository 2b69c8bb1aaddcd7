-- +goose Up
CREATE TABLE documents_opinion_requests (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 3),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'withdrawn')),
  question TEXT NOT NULL,
  in_order BOOLEAN NOT NULL,
  required BOOLEAN NOT NULL,
  due_date TEXT NOT NULL,
  version BIGINT NOT NULL,
  asked_person BIGINT NOT NULL,
  asked_holding BIGINT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_title TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_opinion_requests_document ON documents_opinion_requests (agency_id, outgoing_id, id);
CREATE TABLE documents_opinions (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  request_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'asked', 'answered', 'silent', 'withdrawn')),
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('unit', 'post')),
  holder_id BIGINT NOT NULL,
  holder_name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('', 'agree', 'agree_with', 'disagree', 'no_competence')),
  words TEXT NOT NULL,
  late BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  answered_person BIGINT NOT NULL,
  answered_name TEXT NOT NULL,
  answered_us BIGINT NOT NULL,
  settled TEXT NOT NULL CHECK (settled IN ('', 'accepted', 'explained')),
  settled_words TEXT NOT NULL,
  settled_name TEXT NOT NULL,
  settled_us BIGINT NOT NULL,
  asked_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_opinions_request ON documents_opinions (agency_id, request_id, ordinal);
CREATE INDEX documents_opinions_document ON documents_opinions (agency_id, outgoing_id);
CREATE INDEX documents_opinions_holder ON documents_opinions (agency_id, holder_kind, holder_id, state);
