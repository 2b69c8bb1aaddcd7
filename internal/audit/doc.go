// Package audit answers for the journal: it shows it to those who answer for it, an agency's administrator and head their agency's entries, the
// administrator of the system also those of the installation; it seals it, so that nobody can rewrite the past unnoticed; and it proves what it holds.
//
// The record is store_journal. This room follows it and keeps the log: audit_leaves (one leaf a line, and one for the evidential rows of a document
// whenever they changed), audit_nodes (inner hashes), audit_rows (which leaf holds a document's rows now), audit_checkpoints (what was signed, and who
// cosigned it), audit_witnesses, audit_watched (whose logs we cosign), audit_forks (two checkpoints of one log that cannot both be true).
//
// Nothing of it waits in the transaction of an act. Leaves are appended in the order in which the follower reads; one copy of an installation seals at a
// time, any copy signs and serves. What is signed is also kept outside of the database (Log.Anchor) and by the witnesses, so that an older copy of the
// database, put in its place, shows. Verify recomputes everything.
//
// Journal: journal.exported, log.forked, log.resumed, log.watched, log.unwatched, witness.added, witness.removed, witness.required
package audit
