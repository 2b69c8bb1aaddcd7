-- +goose Up
CREATE INDEX documents_incoming_registered ON documents_incoming (agency_id, registered_us, id) WHERE arrival_number > 0;
CREATE INDEX documents_outgoing_numbered ON documents_outgoing (agency_id, numbered_us, id) WHERE number > 0;
