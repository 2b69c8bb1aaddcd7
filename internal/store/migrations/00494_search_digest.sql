-- +goose Up
-- What an entry of the index says, as a number: most acts on a document change nothing that is searched. 0 = not known.
ALTER TABLE search_index_entries ADD COLUMN digest BIGINT NOT NULL DEFAULT 0;
