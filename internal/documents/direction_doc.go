package documents

// Direction keeps what makes passing a document on quick and sure: documents_rules (standing routing rules), documents_groups (named groups of
// receivers), documents_phrases (a person's texts of opinions), documents_prepared (directions an assistant has prepared for a leader),
// documents_extensions (deadlines asked to be put off), documents_chases (chasing and reminders) and documents_quiet (who wants no weekly digest).
//
// States of a rule: draft → active → ended; a changed rule is a draft again until it has been tried (direction_rule.go).
//
// Journal: rule.saved, rule.tried, rule.activated, rule.ended, group.saved, group.dropped, phrase.saved, phrase.dropped
