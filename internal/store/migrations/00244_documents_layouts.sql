-- +goose Up
CREATE TABLE documents_layouts (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  findings JSON NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, outgoing_id, version)
) /*STRICT*/;
