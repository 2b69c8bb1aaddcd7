-- +goose Up
-- Whether some agency has read these bytes already.
CREATE INDEX documents_texts_sha ON documents_texts (sha);
