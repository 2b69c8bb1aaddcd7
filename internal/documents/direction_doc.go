package documents

// Direction keeps what makes passing a document on quick and sure: documents_rules (standing routing rules), documents_groups (named groups of
// receivers), documents_phrases (a person's texts of opinions), documents_prepared (directions an assistant has prepared for a leader),
// documents_extensions (deadlines asked to be put off), documents_chases (chasing and reminders) and documents_quiet (who wants no weekly digest).
//
// States of a rule: draft → active → ended; a changed rule is a draft again until it has been tried (direction_rule.go).
//
// Settings: documents.remind_before (working days before a deadline, default 2), documents.remind_after (1), documents.escalate_after (3): "off" for none;
// documents.digest (yes|no, default yes); documents.reminded_on and documents.digested_week note what was done.
//
// Journal: rule.saved, rule.tried, rule.activated, rule.ended, group.saved, group.dropped, phrase.saved, phrase.dropped,
// document.direction_prepared, document.direction_dropped, document.chased, document.reminded, document.escalated,
// document.extension_asked, document.extension_agreed, document.extension_refused, document.extension_dropped, document.reopened,
// document.line_moved, document.draft_moved, digest.told, digest.set
