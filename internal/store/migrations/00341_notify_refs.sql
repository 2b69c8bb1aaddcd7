-- +goose Up
-- What a recalled document said in notices is let go of by its name.
CREATE INDEX notify_messages_ref ON notify_messages (agency_id, ref, id);
