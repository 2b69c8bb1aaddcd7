-- +goose Up
-- What we know of those we exchange with, by the code they go by on the wire: when they were last heard, how much we take from them, what waits.
CREATE TABLE exchange_peers (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  seen_us BIGINT NOT NULL,
  speaks TEXT NOT NULL,
  parcels_minute BIGINT NOT NULL,
  bytes_minute BIGINT NOT NULL,
  skew_us BIGINT NOT NULL,
  skew_at_us BIGINT NOT NULL,
  waiting_us BIGINT NOT NULL,
  told_us BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  lease_us BIGINT NOT NULL,
  served_us BIGINT NOT NULL
) /*STRICT*/;
CREATE INDEX exchange_peers_waiting ON exchange_peers (served_us, code) WHERE waiting_us > 0;
CREATE INDEX exchange_peers_skew ON exchange_peers (skew_at_us) WHERE skew_us <> 0;

-- Parcels that were taken from the axis and wait for their sender's turn.
CREATE TABLE exchange_waiting (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parcel TEXT NOT NULL,
  peer_code TEXT NOT NULL,
  receiver_code TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha TEXT NOT NULL,
  size BIGINT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('quota', 'crowd', 'size', 'order')),
  at_us BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, peer_code, receiver_code, parcel)
) /*STRICT*/;
CREATE INDEX exchange_waiting_flow ON exchange_waiting (peer_code, receiver_code, id);
CREATE INDEX exchange_waiting_peer ON exchange_waiting (peer_code, due_us, id);
CREATE INDEX exchange_waiting_sha ON exchange_waiting (sha);

CREATE INDEX exchange_deliveries_turns ON exchange_deliveries (agency_id, due_us, id) WHERE due_us > 0;
CREATE INDEX exchange_statuses_turns ON exchange_statuses (agency_id, due_us, id) WHERE due_us > 0;
