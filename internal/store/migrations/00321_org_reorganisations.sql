-- +goose Up
CREATE TABLE org_reorganisations (
  id BIGINT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  reference TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  effective TEXT NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'executed', 'cancelled')),
  drafted_by BIGINT NOT NULL,
  approved_by BIGINT NOT NULL,
  approved_us BIGINT NOT NULL,
  executed_us BIGINT NOT NULL,
  revision BIGINT NOT NULL
) /*STRICT*/;

CREATE TABLE org_successions (
  id BIGINT NOT NULL PRIMARY KEY,
  reorganisation_id BIGINT NOT NULL,
  old_id BIGINT NOT NULL,
  new_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('whole', 'part', 'part_area', 'part_area_whole_population', 'rename', 'change_kind', 'transfer_of_function', 'dissolve')),
  share TEXT NOT NULL,
  basis TEXT NOT NULL CHECK (basis IN ('', 'area', 'population', 'function')),
  source TEXT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX org_successions_once ON org_successions (reorganisation_id, old_id, new_id);
CREATE INDEX org_successions_old ON org_successions (old_id);
CREATE INDEX org_successions_new ON org_successions (new_id);

CREATE TABLE org_takeovers (
  reorganisation_id BIGINT NOT NULL,
  old_id BIGINT NOT NULL,
  subject TEXT NOT NULL CHECK (subject IN ('documents', 'dossiers', 'unfinished', 'reports', 'assets')),
  new_id BIGINT NOT NULL,
  PRIMARY KEY (reorganisation_id, old_id, subject)
) /*STRICT*/;
CREATE INDEX org_takeovers_old ON org_takeovers (old_id, subject);
CREATE INDEX org_takeovers_new ON org_takeovers (new_id, subject);
