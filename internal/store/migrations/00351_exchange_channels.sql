-- +goose Up
-- The gateways of the installation (exchange.md §17–§19), what each agency signs in with, where receivers are reached by exception, what is on its way
-- over a gateway, and what the gateways answered.
CREATE TABLE exchange_channels (
  kind TEXT NOT NULL PRIMARY KEY CHECK (kind IN ('lgsp', 'national')),
  environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
  production TEXT NOT NULL,
  sandbox TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  paths JSON NOT NULL,
  headers JSON NOT NULL,
  covers TEXT NOT NULL,
  signatures TEXT NOT NULL CHECK (signatures IN ('any', 'refuse_invalid', 'require')),
  sign BOOLEAN NOT NULL,
  every_seconds BIGINT NOT NULL,
  look_back_days BIGINT NOT NULL,
  retries BIGINT NOT NULL,
  parallel BIGINT NOT NULL,
  timeout_seconds BIGINT NOT NULL,
  max_mb BIGINT NOT NULL,
  revision BIGINT NOT NULL
) /*STRICT*/;

CREATE TABLE exchange_credentials (
  agency_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  environment TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
  system_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  from_code TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  documents_us BIGINT NOT NULL,
  statuses_us BIGINT NOT NULL,
  pull_us BIGINT NOT NULL,
  succeeded_us BIGINT NOT NULL,
  failed_us BIGINT NOT NULL,
  error TEXT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (agency_id, channel, environment)
) /*STRICT*/;
CREATE INDEX exchange_credentials_due ON exchange_credentials (pull_us) WHERE enabled;

CREATE TABLE exchange_routes (
  id BIGINT NOT NULL PRIMARY KEY,
  agency_id BIGINT NOT NULL,
  pattern TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('axis', 'lgsp', 'national')),
  second TEXT NOT NULL CHECK (second IN ('', 'axis', 'lgsp', 'national')),
  note TEXT NOT NULL
) /*STRICT*/;

CREATE TABLE exchange_shipments (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  request_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  receiver_code TEXT NOT NULL,
  parcel_id BIGINT NOT NULL,
  doc_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  tries BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  sent_us BIGINT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, delivery_id, request_id, channel)
) /*STRICT*/;
CREATE INDEX exchange_shipments_due ON exchange_shipments (due_us, id) WHERE due_us > 0;
CREATE INDEX exchange_shipments_failed ON exchange_shipments (channel, agency_id) WHERE state = 'failed';

CREATE TABLE exchange_calls (
  id BIGINT NOT NULL PRIMARY KEY,
  at_us BIGINT NOT NULL,
  took_us BIGINT NOT NULL,
  channel TEXT NOT NULL,
  agency_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  request TEXT NOT NULL,
  answer TEXT NOT NULL,
  http BIGINT NOT NULL,
  code TEXT NOT NULL,
  failed BOOLEAN NOT NULL,
  document TEXT NOT NULL
) /*STRICT*/;
CREATE INDEX exchange_calls_failed ON exchange_calls (failed, id);

ALTER TABLE exchange_deliveries ADD COLUMN doc_id TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_parcels ADD COLUMN channel TEXT NOT NULL DEFAULT 'axis';
ALTER TABLE exchange_answers ADD COLUMN channel TEXT NOT NULL DEFAULT 'axis';
ALTER TABLE exchange_quarantine ADD COLUMN channel TEXT NOT NULL DEFAULT 'axis';
ALTER TABLE exchange_statuses ADD COLUMN channel TEXT NOT NULL DEFAULT 'axis';
ALTER TABLE exchange_statuses ADD COLUMN doc_id TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_statuses ADD COLUMN gate_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE exchange_statuses ADD COLUMN failed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX exchange_parcels_gate ON exchange_parcels (agency_id, parcel) WHERE channel <> 'axis';
CREATE INDEX exchange_answers_gate ON exchange_answers (agency_id, parcel) WHERE channel <> 'axis';
CREATE INDEX exchange_quarantine_gate ON exchange_quarantine (agency_id, parcel) WHERE channel <> 'axis';
CREATE INDEX exchange_statuses_gate ON exchange_statuses (gate_us, id) WHERE gate_us > 0;
CREATE INDEX exchange_statuses_channel ON exchange_statuses (agency_id, channel) WHERE channel <> 'axis';
CREATE INDEX exchange_shipments_channel ON exchange_shipments (agency_id, channel) WHERE due_us > 0;
