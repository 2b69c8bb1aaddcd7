-- +goose Up
-- Texts that later ones of their family are kept as differences from (packed.go). Written once, never changed, never deleted.
CREATE TABLE store_bases (
  id BIGINT NOT NULL PRIMARY KEY,
  family TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  text BYTEA NOT NULL,
  at_us BIGINT NOT NULL
) /*STRICT*/;
CREATE INDEX store_bases_family ON store_bases (family, id);
CREATE INDEX store_bases_agency ON store_bases (agency_id, at_us);
