-- +goose Up
CREATE TABLE org_standins (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('assistant', 'absence')),
  principal BIGINT NOT NULL,
  deputy BIGINT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('sight', 'prepare', 'direct')),
  reason TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX org_standins_principal ON org_standins (agency_id, principal, valid_from);
CREATE INDEX org_standins_deputy ON org_standins (agency_id, deputy, valid_from);
