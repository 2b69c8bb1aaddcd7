-- +goose Up
CREATE TABLE documents_incoming (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('arrived', 'registered', 'assigned', 'in_progress', 'done', 'refused', 'recalled')),
  stage TEXT NOT NULL CHECK (stage IN ('arrivals', 'to_submit', 'to_direct', 'handling', 'done', 'refused', 'linked', 'recalled')),
  source TEXT NOT NULL CHECK (source IN ('exchange', 'paper')),
  packet TEXT NOT NULL,
  sender_code TEXT NOT NULL,
  sender_agency BIGINT NOT NULL,
  sender_name TEXT NOT NULL,
  sender_key TEXT NOT NULL,
  sender_fold TEXT NOT NULL,
  document_id TEXT NOT NULL,
  number TEXT NOT NULL,
  notation TEXT NOT NULL,
  number_key TEXT NOT NULL,
  notation_key TEXT NOT NULL,
  issued_date TEXT NOT NULL,
  issued_year BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  type_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  signer_name TEXT NOT NULL,
  signer_position TEXT NOT NULL,
  urgency BIGINT NOT NULL CHECK (urgency BETWEEN 0 AND 3),
  due_date TEXT NOT NULL,
  page_amount BIGINT NOT NULL,
  language TEXT NOT NULL,
  note TEXT NOT NULL,
  paper_received BOOLEAN NOT NULL,
  arrived_us BIGINT NOT NULL,
  arrived_date TEXT NOT NULL,
  verdict TEXT NOT NULL,
  verdict_reason TEXT NOT NULL,
  verdict_by BIGINT NOT NULL,
  content_sha TEXT NOT NULL,
  warnings JSON NOT NULL,
  response_for JSON NOT NULL,
  reply_to BIGINT NOT NULL,
  register BIGINT NOT NULL,
  arrival_year BIGINT NOT NULL,
  arrival_number BIGINT NOT NULL,
  registered_us BIGINT NOT NULL,
  registered_by BIGINT NOT NULL,
  submitted_to BIGINT NOT NULL,
  submitted_person BIGINT NOT NULL,
  submitted_us BIGINT NOT NULL,
  submitted_by BIGINT NOT NULL,
  refused_us BIGINT NOT NULL,
  refuse_ground TEXT NOT NULL,
  refuse_reason TEXT NOT NULL,
  handle_due TEXT NOT NULL,
  lead_name TEXT NOT NULL,
  reply_outgoing BIGINT NOT NULL,
  result TEXT NOT NULL,
  done_us BIGINT NOT NULL,
  twin_of BIGINT NOT NULL,
  twin_decision TEXT NOT NULL,
  resend_of BIGINT NOT NULL,
  search_text TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_incoming_stage ON documents_incoming (agency_id, stage, arrived_us, id);
CREATE INDEX documents_incoming_leader ON documents_incoming (agency_id, submitted_to, stage, arrived_us, id);
CREATE INDEX documents_incoming_arrived ON documents_incoming (agency_id, arrived_us, id);
CREATE INDEX documents_incoming_late ON documents_incoming (agency_id, handle_due) WHERE handle_due <> '' AND done_us = 0;
CREATE INDEX documents_incoming_keys ON documents_incoming (agency_id, number_key, notation_key, issued_year);
CREATE INDEX documents_incoming_document ON documents_incoming (agency_id, document_id) WHERE document_id <> '';
CREATE INDEX documents_incoming_twins ON documents_incoming (agency_id, twin_of) WHERE twin_of <> 0;
CREATE INDEX documents_incoming_reply ON documents_incoming (agency_id, reply_to) WHERE reply_to <> 0;
CREATE UNIQUE INDEX documents_incoming_packet ON documents_incoming (agency_id, packet) WHERE packet <> '';
CREATE UNIQUE INDEX documents_incoming_same_id ON documents_incoming (agency_id, sender_code, document_id)
  WHERE document_id <> '' AND twin_of = 0 AND state <> 'refused';
CREATE UNIQUE INDEX documents_incoming_same_number ON documents_incoming (agency_id, sender_key, number_key, notation_key, issued_date)
  WHERE number_key <> '' AND twin_of = 0 AND state <> 'refused' AND source = 'exchange';
CREATE UNIQUE INDEX documents_incoming_registered_once ON documents_incoming (agency_id, sender_key, number_key, notation_key, issued_year)
  WHERE number_key <> '' AND twin_of = 0 AND arrival_number > 0;

CREATE TABLE documents_arrival_numbers (
  agency_id BIGINT NOT NULL,
  register BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  mark TEXT NOT NULL CHECK (mark IN ('', 'cancelled', 'recalled')),
  mark_reason TEXT NOT NULL,
  PRIMARY KEY (agency_id, register, year, number)
) /*STRICT*/;
CREATE INDEX documents_arrival_numbers_document ON documents_arrival_numbers (agency_id, incoming_id);

CREATE TABLE documents_directions (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  leader_person BIGINT NOT NULL,
  leader_holding BIGINT NOT NULL,
  leader_name TEXT NOT NULL,
  leader_title TEXT NOT NULL,
  written_person BIGINT NOT NULL,
  written_holding BIGINT NOT NULL,
  written_name TEXT NOT NULL,
  by_rule TEXT NOT NULL,
  opinion TEXT NOT NULL,
  due_date TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  replaced_by BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_directions_document ON documents_directions (agency_id, incoming_id, id);

CREATE TABLE documents_lines (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  incoming_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  direction_id BIGINT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('lead', 'coordinate', 'inform')),
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('unit', 'post')),
  holder_id BIGINT NOT NULL,
  holder_person BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  holder_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting_registration', 'to_do', 'forwarded', 'done', 'returned_by_me', 'returned_to_me', 'recalled')),
  box TEXT NOT NULL CHECK (box IN ('to_do', 'coordinating', 'informed', 'forwarded', 'done', 'given_back', 'gone')),
  handed_over BOOLEAN NOT NULL,
  from_person BIGINT NOT NULL,
  from_holding BIGINT NOT NULL,
  from_name TEXT NOT NULL,
  note TEXT NOT NULL,
  due_date TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  read_us BIGINT NOT NULL,
  read_by BIGINT NOT NULL,
  started_us BIGINT NOT NULL,
  done_us BIGINT NOT NULL,
  done_by BIGINT NOT NULL,
  result TEXT NOT NULL,
  reply_outgoing BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_lines_box ON documents_lines (agency_id, holder_kind, holder_id, box, at_us, id);
CREATE INDEX documents_lines_late ON documents_lines (agency_id, holder_kind, holder_id, due_date)
  WHERE due_date <> '' AND box IN ('to_do', 'coordinating', 'forwarded');
CREATE INDEX documents_lines_all ON documents_lines (agency_id, holder_kind, holder_id, at_us, id);
CREATE INDEX documents_lines_document ON documents_lines (agency_id, incoming_id, id);
CREATE INDEX documents_lines_unit ON documents_lines (agency_id, unit_id, incoming_id);
CREATE INDEX documents_outgoing_number ON documents_outgoing (agency_id, number_text, issued_date);
