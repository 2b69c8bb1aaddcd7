-- +goose Up
CREATE TABLE auth_accounts (
  person_id BIGINT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'locked')),
  must_change BOOLEAN NOT NULL,
  demo BOOLEAN NOT NULL,
  home_agency BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  changed_us BIGINT NOT NULL
) /*STRICT*/;
CREATE INDEX auth_accounts_agency ON auth_accounts (home_agency, login);

CREATE TABLE auth_sessions (
  sha TEXT NOT NULL PRIMARY KEY,
  id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  holding BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  seen_us BIGINT NOT NULL,
  ends_us BIGINT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL
) /*STRICT*/;
CREATE INDEX auth_sessions_person ON auth_sessions (person_id, id);
CREATE INDEX auth_sessions_ends ON auth_sessions (ends_us);

CREATE TABLE auth_tokens (
  id BIGINT NOT NULL PRIMARY KEY,
  sha TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL,
  holding BIGINT NOT NULL,
  agency_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  revoked_us BIGINT NOT NULL,
  used_us BIGINT NOT NULL
) /*STRICT*/;
CREATE INDEX auth_tokens_person ON auth_tokens (person_id, id);

CREATE TABLE auth_attempts (
  key TEXT NOT NULL PRIMARY KEY,
  fails BIGINT NOT NULL,
  until_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL
) /*STRICT*/;
CREATE INDEX auth_attempts_at ON auth_attempts (at_us);

CREATE TABLE auth_known (
  person_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (person_id, address)
) /*STRICT*/;
