-- +goose Up
DROP INDEX documents_preservations_ref;
CREATE INDEX documents_preservations_ref ON documents_preservations (agency_id, ref, file_id);
CREATE INDEX documents_preservations_checked ON documents_preservations (agency_id, checked_us);
CREATE INDEX documents_preservations_checking ON documents_preservations (agency_id) WHERE check_us = 0;
DROP INDEX documents_stamps_document;
CREATE INDEX documents_stamps_document ON documents_stamps (agency_id, outgoing_id, id);
CREATE INDEX documents_stamps_stamped ON documents_stamps (stamped_sha) WHERE stamped_sha <> '';
CREATE INDEX documents_pictures_proposed ON documents_pictures (agency_id, proposed_us, id) WHERE state = 'proposed';
