-- +goose Up
-- The sealed journal (reliability §5): one leaf a line, in the order in which the follower read them.
CREATE TABLE audit_leaves (
  idx BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('entry', 'rows')),
  entry_id BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  leaf BYTEA NOT NULL,
  words BYTEA NOT NULL,
  salt BYTEA NOT NULL,
  UNIQUE (entry_id, kind, turn)
) /*STRICT*/;

-- Roots of full subtrees of 256, 65536 … leaves: every other hash of the tree is made of at most 256 of these or of leaves.
CREATE TABLE audit_nodes (
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (level, n)
) /*STRICT*/;

-- The leaf that holds the evidential rows of a document as they are now.
CREATE TABLE audit_rows (
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  idx BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref)
) /*STRICT*/;

CREATE TABLE audit_checkpoints (
  size BIGINT NOT NULL PRIMARY KEY,
  note TEXT NOT NULL,
  cosigned TEXT NOT NULL
) /*STRICT*/;

-- Who cosigns our checkpoints, and whose checkpoints we cosign.
CREATE TABLE audit_witnesses (
  name TEXT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  size BIGINT NOT NULL,
  seen_us BIGINT NOT NULL,
  trouble TEXT NOT NULL,
  at_us BIGINT NOT NULL
) /*STRICT*/;

CREATE TABLE audit_watched (
  origin TEXT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  cosigned TEXT NOT NULL,
  seen_us BIGINT NOT NULL,
  trouble TEXT NOT NULL,
  at_us BIGINT NOT NULL
) /*STRICT*/;

-- Two checkpoints of one log that cannot both be true, kept as evidence.
CREATE TABLE audit_forks (
  id BIGINT NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL,
  first_note TEXT NOT NULL,
  second_note TEXT NOT NULL,
  found TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  UNIQUE (origin, first_note, second_note)
) /*STRICT*/;
