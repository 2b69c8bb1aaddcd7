-- +goose Up
CREATE TABLE documents_assignments (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('assigned', 'accepted', 'drafting', 'returned', 'withdrawn')),
  revision BIGINT NOT NULL,
  reply_to BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  subject TEXT NOT NULL,
  wanted TEXT NOT NULL,
  due_date TEXT NOT NULL,
  lead_kind TEXT NOT NULL CHECK (lead_kind IN ('unit', 'post')),
  lead_id BIGINT NOT NULL,
  lead_person BIGINT NOT NULL,
  lead_unit BIGINT NOT NULL,
  lead_name TEXT NOT NULL,
  ordered_person BIGINT NOT NULL,
  ordered_holding BIGINT NOT NULL,
  ordered_name TEXT NOT NULL,
  ordered_title TEXT NOT NULL,
  taken_person BIGINT NOT NULL,
  taken_holding BIGINT NOT NULL,
  taken_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_assignments_reply ON documents_assignments (agency_id, reply_to) WHERE reply_to <> 0;
CREATE INDEX documents_assignments_draft ON documents_assignments (agency_id, outgoing_id) WHERE outgoing_id <> 0;
CREATE TABLE documents_assignment_helpers (
  agency_id BIGINT NOT NULL,
  assignment_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('unit', 'post')),
  holder_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (agency_id, assignment_id, ordinal)
) /*STRICT*/;
