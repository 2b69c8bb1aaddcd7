-- +goose Up
CREATE TABLE documents_pictures (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('person', 'agency')),
  owner_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('signature', 'seal', 'placing')),
  version BIGINT NOT NULL,
  sha TEXT NOT NULL,
  width_px BIGINT NOT NULL,
  height_px BIGINT NOT NULL,
  width_um BIGINT NOT NULL,
  height_um BIGINT NOT NULL,
  tint TEXT NOT NULL,
  placement JSON NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
  note TEXT NOT NULL,
  proposed_by BIGINT NOT NULL,
  proposed_us BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_us BIGINT NOT NULL,
  alone BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  withdrawn_by BIGINT NOT NULL,
  withdrawn_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_pictures_version ON documents_pictures (agency_id, owner_kind, owner_id, kind, version);
CREATE UNIQUE INDEX documents_pictures_waiting ON documents_pictures (agency_id, owner_kind, owner_id, kind) WHERE state = 'proposed';
CREATE INDEX documents_pictures_sha ON documents_pictures (sha);
