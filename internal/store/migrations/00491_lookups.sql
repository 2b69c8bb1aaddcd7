-- +goose Up
-- What was found by reading a table through: a document by its identifier alone (every sending), keys, people of an agency, words of an agency, files of the exchange.
CREATE INDEX documents_outgoing_id ON documents_outgoing (id);
CREATE INDEX documents_incoming_id ON documents_incoming (id);
CREATE INDEX dossiers_dossiers_id ON dossiers_dossiers (id);
CREATE INDEX documents_certificates_key ON documents_certificates (key_name, state);
CREATE INDEX org_people_home ON org_people (home_agency, name);
CREATE INDEX org_words_agency ON org_words (agency_id);
CREATE INDEX exchange_parcels_sha ON exchange_parcels (sha) WHERE destroyed_us = 0;
CREATE INDEX exchange_answers_sha ON exchange_answers (sha);
CREATE INDEX exchange_statuses_sha ON exchange_statuses (sha);
CREATE INDEX documents_participants_document ON documents_participants (agency_id, outgoing_id);
CREATE INDEX exchange_statuses_receipt ON exchange_statuses (agency_id, receipt);
CREATE INDEX dossiers_requests_dossier ON dossiers_requests (agency_id, dossier_id);
CREATE INDEX dossiers_files_dossier ON dossiers_files (agency_id, dossier_id);
CREATE INDEX dossiers_dossiers_entry ON dossiers_dossiers (agency_id, entry_id);
CREATE INDEX documents_lines_done ON documents_lines (agency_id, done_us) WHERE box = 'done';
