-- +goose Up
CREATE TABLE documents_accesses (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('view', 'download', 'print', 'metadata')),
  file_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  for_id BIGINT NOT NULL,
  who TEXT NOT NULL,
  post TEXT NOT NULL,
  via TEXT NOT NULL,
  day TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_accesses_ref ON documents_accesses (agency_id, ref_kind, ref_id, id);
CREATE INDEX documents_accesses_last ON documents_accesses (agency_id, ref_kind, ref_id, person_id, what, at_us);
CREATE INDEX documents_accesses_day ON documents_accesses (agency_id, day, what);

CREATE TABLE documents_freeze_orders (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  ordered_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_person BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  lifted_us BIGINT NOT NULL,
  lifted_by BIGINT NOT NULL,
  lifted_name TEXT NOT NULL,
  lift_reason TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_freeze_orders_number ON documents_freeze_orders (agency_id, number, ordered_on);

CREATE TABLE documents_freezes (
  agency_id BIGINT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  lifted_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref_kind, ref_id, order_id)
) /*STRICT*/;
CREATE INDEX documents_freezes_order ON documents_freezes (agency_id, order_id);
