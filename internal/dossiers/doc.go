// Package dossiers is the paper trail of a matter and its way to the archive: the yearly list of dossiers, the dossiers themselves, their
// closing, their deposit and what becomes of them there (NĐ 30/2020/NĐ-CP art. 28–31 and Phụ lục V; Thông tư 05; domain/documents.md §14–17).
//
// It keeps: dossiers_lists with dossiers_headings and dossiers_entries (danh mục hồ sơ), dossiers_retention (periods per group, versioned),
// dossiers_dossiers with dossiers_items (which document stands where, never copied), dossiers_files (photos, sound, scans that are no
// registered document), dossiers_shares, dossiers_requests (asking for a deposited dossier), dossiers_history, dossiers_deposits with
// dossiers_deposit_lines, dossiers_notices (what the archive asked for and when it reminds).
//
// States of a list: draft → submitted → approved → issued; of a dossier: open → closed → submitted → accepted | returned, and destroyed by
// decision. route.go holds the table. A frozen dossier refuses every act that moves, edits or destroys it (V60).
// A handling line and a dossier are two things with their own states (D14.9): closing a dossier closes no line.
//
// What a document said when the dossier was closed stays with the item; the bytes stay in the blob store under their SHA-256.
// Secret documents do not live on this network: rights code 03 does not exist here.
//
// Limits: 2000 documents a dossier, 500 dossiers a deposit, 200 files of their own a dossier.
//
// Settings: dossiers.deposit_days (60: days from the end of the work to the deposit, TT05 art. 19); dossiers.owner_days (360: how long the
// depositor opens his dossier without asking, from the due date); dossiers.remind_days (30) and dossiers.remind_base (notice|due: from which day the reminder counts,
// Phụ lục VI III.5b); dossiers.answer_days (60: within which the archive answers); dossiers.follow_reply (yes|no, default yes: an issued answer goes into the dossiers of the
// document it answers).
//
// Journal: dossier.list_drafted, dossier.list_revised, dossier.list_submitted, dossier.list_returned, dossier.list_approved,
// dossier.list_issued, dossier.list_amended, dossier.retention_set, dossier.opened, dossier.revised, dossier.added, dossier.removed,
// dossier.arranged, dossier.shared, dossier.unshared, dossier.handed_over, dossier.closed, dossier.reopened, dossier.frozen, dossier.unfrozen,
// dossier.noticed, dossier.reminded, dossier.checked, dossier.submitted, dossier.accepted, dossier.returned, dossier.corrected, dossier.requested,
// dossier.request_answered, dossier.rights_ended, dossier.emptied, dossier.destroyed, dossier.registered, dossier.imported, dossier.taken_over, dossier.left
package dossiers
