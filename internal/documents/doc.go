// Package documents is the registry of an agency: outgoing documents from draft to issue, incoming documents from arrival to the
// reply, their files, registers and histories (NĐ 30/2020/NĐ-CP; domain/documents.md).
//
// It keeps: documents_signings with documents_signing_parts (signatures made outside of the server), documents_batches with
// documents_batch_items (many signatures with one consent), documents_types, documents_registers, documents_numbers, documents_files, documents_versions, documents_history,
// documents_certificates (approved binding of a certificate to a person or an agency), documents_outgoing with
// documents_receivers and documents_participants; documents_assignments with documents_assignment_helpers (who is to draft what, review_assign.go);
// documents_opinion_requests with documents_opinions (who was asked about a draft and what he said);
// documents_approvals (steps of a draft's way to its signer) and documents_approval_steps (the agency's plan of them); documents_comments (on pages of drafts); documents_stamps, documents_releases and documents_preservations (preserve_*.go: time
// stamps asked for after signing, release orders that wait for them, preserved revisions of signed files); documents_pictures (images of signatures
// and seals and where they stand on pages, in versions: proposed → approved | rejected, → withdrawn); the incoming half names its tables in in_doc.go.
// documents_editors tells who has a draft open, documents_waivers which findings about its layout were waived, documents_layouts what was found on the pages of uploaded files; documents_sources keeps the word processors' files that drafts were made from (draft_source.go);
// documents_templates with documents_template_versions are what drafts begin from (template.go): off ↔ on, every version kept.
//
// Outgoing states: draft → in_review → (returned →) awaiting_signature → signed → numbered → sealed → issued; cancelled. route.go is
// the table of acts. A number is drawn once, in one short transaction; signing and sealing happen outside of transactions and are
// kept only when the state and the file's hash are still those that were signed. An issued document never changes (house law 7).
//
// Registers are data (registers*.go): documents_registers with the rule of each series, documents_reservations (numbers that are held), documents_lost_numbers (fence.go:
// numbers that a restored database has forgotten: missing → entered or void),
// documents_corrections, documents_wanted_registers (drafts of advisory bodies), documents_paper_outgoing (documents issued on paper),
// documents_postings and documents_copy_uses (books of the post and of kept copies).
//
// Secret documents do not live on this network (D9.10): documents_secrets holds their numbers only (register_secret.go).
//
// Limits: a file 50 MB (setting documents.file_limit, bytes), a document 50 attachments and 1,000 receivers, a text 1 MB.
// Non-PDF attachments travel unsigned. A seal image is drawn only where the layout has its place. An uploaded image 2 MB and 16 megapixels.
//
// Signing never waits for a time-stamp authority: the signed file is kept, the token follows as due work, and a release waits for it.
// Issued and received files are preserved beside themselves (PAdES B-LTA), renewed before the newest time stamp expires, and verified again
// from time to time; the verdict at issue or arrival never changes.
//
// Rights to single documents (access_*.go) stand in documents_grants, documents_restrictions, documents_right_changes (they warn until the competent person
// confirms) and documents_access_requests; documents_accesses is the log of who
// read, printed and took what; documents_freeze_orders with documents_freezes lock sets of documents. access_sight.go holds the one predicate of sight of each half.
//
// Settings: documents.rights_confirmed_by (head|clerk, default head); documents.timestamp (required|wanted|off, default wanted); documents.archive_check_days (default 180); documents.file_limit; documents.see_issued (yes|no, default yes: everyone of the agency sees issued documents that are
// Settings: documents.reuse_released (yes|no, default yes: a held number that is given back the same day is the next one);
// documents.timestamp (required|wanted|off, default wanted); documents.archive_check_days (default 180); documents.file_limit; documents.see_issued (yes|no, default yes: everyone of the agency sees issued documents that are
// not restricted to those who worked on them); documents.batch_person (default 100) and documents.batch_seal (default 10): documents of
// one batch.
//
// Journal: document.drafted, document.revised, document.laid_out, document.attached, document.detached, document.submitted, document.opined, document.returned,
// document.withdrawn, document.approved, document.signer_changed, document.signed, document.sign_failed, document.numbered, document.sealed, document.issued,
// document.cancelled, document.receivers_added, document.signing_prepared, document.signing_received, document.signing_cancelled, batch.started, batch.cancelled, batch.ended,
// document.stamped, document.stamp_failed, document.stamp_retried, document.stamp_dropped, document.unstamped, document.release_ordered,
// document.release_refused, document.release_done, document.preserved, document.preserve_failed, document.verdict_worsened, document.verdict_recovered,
// preservation.set, preservation.retried, preservation.check_ordered, certificate.bound, certificate.withdrawn, register.opened, register.closed,
// document.opinions_asked, document.opinion_given, document.opinion_turn, document.opinion_file, document.opinions_withdrawn, document.opinion_settled,
// document.opinions_closed, document.source_uploaded, document.source_failed, document.page_commented, document.comment_resolved, document.approvals_voided,
// document.step_added, document.step_dropped, approval_plan.set, document.layout_waived, drafting.assigned, drafting.accepted, drafting.returned,
// drafting.withdrawn, drafting.begun, register.changed, register.corrected, number.reserved, number.released, number.missed, number.voided, number.entered, secret.entered, secret.voided,
// document.entered_paper, posting.entered, posting.voided, copy.lent, copy.returned, template.saved, template.turned_on, template.turned_off, template.used,
// handover.made, handover.signed, type.added, type.changed, picture.proposed, picture.approved, picture.rejected, picture.withdrawn, access.granted,
// access.ended, access.restricted, access.unrestricted, access.confirmer_set, access.confirmed, access.emergency, access.requested, access.request_granted,
// access.request_refused, access.request_withdrawn, access.logged, freeze.ordered, freeze.lifted
package documents
