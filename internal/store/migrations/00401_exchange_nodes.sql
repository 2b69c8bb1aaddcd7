-- +goose Up
-- The installations that may connect to this hub, as its administrator keeps them (exchange.md X19.2): a name, the hash of its password, and the agencies it hosts.
CREATE TABLE exchange_nodes (
  name TEXT NOT NULL PRIMARY KEY,
  password TEXT NOT NULL,
  admitted_us BIGINT NOT NULL,
  rekeyed_us BIGINT NOT NULL
) /*STRICT*/;

CREATE TABLE exchange_node_agencies (
  code TEXT NOT NULL PRIMARY KEY,
  node TEXT NOT NULL
) /*STRICT*/;
CREATE INDEX exchange_node_agencies_node ON exchange_node_agencies (node);
