-- +goose Up
CREATE TABLE org_agencies (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  old_code TEXT NOT NULL,
  wire_code TEXT NOT NULL,
  level TEXT NOT NULL,
  hosted BOOLEAN NOT NULL,
  collective BOOLEAN NOT NULL,
  collective_name TEXT NOT NULL,
  head_title TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'closed')),
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  address TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  website TEXT NOT NULL,
  name TEXT NOT NULL,
  search_text TEXT NOT NULL,
  revision BIGINT NOT NULL
) /*STRICT*/;

CREATE INDEX org_agencies_state ON org_agencies (state, code);

CREATE TABLE org_agency_versions (
  agency_id BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  name TEXT NOT NULL,
  short_name TEXT NOT NULL,
  abbr TEXT NOT NULL,
  parent_id BIGINT NOT NULL,
  seat TEXT NOT NULL,
  PRIMARY KEY (agency_id, valid_from)
) /*STRICT*/;

CREATE TABLE org_codes (
  code TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (code, agency_id, valid_from)
) /*STRICT*/;
CREATE UNIQUE INDEX org_codes_one ON org_codes (code) WHERE valid_to = '';
CREATE INDEX org_codes_agency ON org_codes (agency_id);

CREATE TABLE org_words (
  word TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  PRIMARY KEY (word, agency_id)
) /*STRICT*/;

CREATE TABLE org_units (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  abbr TEXT NOT NULL,
  kind TEXT NOT NULL,
  place BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;

CREATE TABLE org_people (
  id BIGINT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  home_agency BIGINT NOT NULL,
  search_text TEXT NOT NULL,
  revision BIGINT NOT NULL
) /*STRICT*/;
CREATE UNIQUE INDEX org_people_code ON org_people (home_agency, code) WHERE code <> '';

CREATE TABLE org_holdings (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  rank TEXT NOT NULL CHECK (rank IN ('head', 'deputy', 'unit_head', 'unit_deputy', 'staff')),
  kind TEXT NOT NULL CHECK (kind IN ('official', 'concurrent', 'acting', 'in_charge', 'seconded')),
  roles BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX org_holdings_id ON org_holdings (id, agency_id);
CREATE INDEX org_holdings_person ON org_holdings (person_id, valid_from);

CREATE TABLE org_delegations (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  capacity TEXT NOT NULL CHECK (capacity IN ('KT', 'TL', 'TUQ')),
  from_holding BIGINT NOT NULL,
  to_holding BIGINT NOT NULL,
  types TEXT NOT NULL,
  reference TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX org_delegations_to ON org_delegations (agency_id, to_holding);
