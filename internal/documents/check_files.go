package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"

	"congvu/internal/blob"
	"congvu/internal/store"
)

type namedRow struct {
	AgencyID int64
	Ref      string
	SHA      string
	Size     int64
}

// namers are the rows that name files, in the order of their keys; the same as BlobsInUse asks.
var namers = []struct {
	place string
	stmt  *store.Stmt
}{
	{"documents_files", store.SQL(`SELECT agency_id, ref, sha, size FROM documents_files`)},
	{"documents_versions", store.SQL(`SELECT agency_id, ref, sha, size FROM documents_versions`)},
	{"documents_certificates", store.SQL(`SELECT agency_id, 'certificate/' || id AS ref, image_sha AS sha, -1 AS size FROM documents_certificates WHERE image_sha <> ''`)},
	{"documents_signing_parts", store.SQL(`SELECT p.agency_id, 'outgoing/' || s.outgoing_id AS ref, p.prepared_sha AS sha, p.prepared_size AS size FROM documents_signing_parts p
		JOIN documents_signings s ON s.agency_id = p.agency_id AND s.id = p.signing_id WHERE p.prepared_sha <> '' AND s.state IN ('prepared', 'waiting')`)},
	{"documents_pictures", store.SQL(`SELECT agency_id, 'picture/' || id AS ref, sha, -1 AS size FROM documents_pictures WHERE sha <> ''`)},
	{"documents_preservations", store.SQL(`SELECT agency_id, ref, kept_sha AS sha, -1 AS size FROM documents_preservations WHERE kept_sha <> ''
		UNION ALL SELECT agency_id, ref, evidence_sha, -1 FROM documents_preservations WHERE evidence_sha <> ''`)},
	{"documents_stamps", store.SQL(`SELECT agency_id, 'file/' || file_id AS ref, stamped_sha AS sha, -1 AS size FROM documents_stamps WHERE stamped_sha <> ''`)},
	{"documents_sources", store.SQL(`SELECT agency_id, 'outgoing/' || outgoing_id AS ref, sha, -1 AS size FROM documents_sources WHERE sha <> ''`)},
	{"documents_template_versions", store.SQL(`SELECT agency_id, 'template/' || template_id AS ref, sha, -1 AS size FROM documents_template_versions WHERE sha <> ''`)},
}

// NamedFiles gives every file that a row of this room names, often more than once.
func NamedFiles(ctx context.Context, r store.Reader) iter.Seq2[blob.Named, error] {
	return func(yield func(blob.Named, error) bool) {
		for _, n := range namers {
			for row, err := range store.Each[namedRow](ctx, r, n.stmt) {
				if !yield(blob.Named{Place: n.place, AgencyID: row.AgencyID, Ref: row.Ref, SHA: row.SHA, Size: row.Size}, err) || err != nil {
					return
				}
			}
		}
	}
}

// signedFile is an issued document's file with the signatures its rows claim.
type signedFile struct {
	AgencyID, ID int64
	NumberText   string
	SHA          string
	Size         int64
	Verdict      string
	Signed       int64 // versions that a person signed
	Sealed       int64 // versions that the agency sealed
	Fingerprint  string
}

var sqlSignedFiles = store.SQL(`SELECT o.agency_id, o.id, o.number_text, f.sha, f.size, f.verdict,
		(SELECT CAST(count(*) AS BIGINT) FROM documents_versions v WHERE v.agency_id = o.agency_id AND v.ref = f.ref AND v.file_id = f.id AND v.kind = 'signed') AS signed,
		(SELECT CAST(count(*) AS BIGINT) FROM documents_versions v WHERE v.agency_id = o.agency_id AND v.ref = f.ref AND v.file_id = f.id AND v.kind = 'sealed') AS sealed,
		COALESCE((SELECT max(c.fingerprint) FROM documents_versions v JOIN documents_certificates c ON c.agency_id = v.agency_id AND c.id = v.certificate_id
			WHERE v.agency_id = o.agency_id AND v.ref = f.ref AND v.file_id = f.id AND v.kind = 'signed'), '') AS fingerprint
	FROM documents_outgoing o JOIN documents_files f ON f.agency_id = o.agency_id AND f.id = o.main_file
	WHERE o.state = 'issued' AND o.agency_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 200`)

var sqlIssuing = store.SQL(`SELECT DISTINCT agency_id FROM documents_outgoing ORDER BY agency_id`)

// CheckSignatures reads the files of issued documents and looks whether they carry what the rows say: every one, or each nth when n > 1. It tells how many.
func CheckSignatures(ctx context.Context, d *Desk, r store.Reader, n int64, f *store.Findings) (read int64, err error) {
	agencies, err := store.All[int64](ctx, r, sqlIssuing)
	if err != nil {
		return 0, err
	}
	at := int64(0)
	for _, agency := range agencies {
		for after := int64(0); ; {
			page, err := store.All[signedFile](ctx, r, sqlSignedFiles, agency, after)
			if err != nil {
				return read, err
			}
			for _, s := range page {
				after = s.ID
				if at++; n > 1 && at%n != 1 {
					continue
				}
				if err := s.check(ctx, d, f); err != nil {
					return read, err
				}
				read++
				f.Saw(1)
			}
			if len(page) < 200 {
				break
			}
		}
	}
	return read, nil
}

func (s signedFile) check(ctx context.Context, d *Desk, f *store.Findings) error {
	b, err := blob.ReadAll(ctx, d.Blobs, s.SHA, s.Size)
	if errors.Is(err, blob.NotFound) || errors.Is(err, blob.Damaged) || errors.Is(err, blob.TooLarge) {
		return nil // said of the file itself
	}
	if err != nil {
		return err
	}
	report, err := d.verify(b)
	if err != nil {
		return err
	}
	made, signer := int64(0), s.Fingerprint == ""
	for _, g := range report.Signatures {
		if g.Signer == nil {
			continue
		}
		made++
		sum := sha256.Sum256(g.Signer.Certificate)
		signer = signer || hex.EncodeToString(sum[:]) == s.Fingerprint
	}
	say := func(text store.Message) {
		f.Add("signature", s.AgencyID, OutgoingRef(s.ID), store.Say(text.Text, "number", s.NumberText, "ref", OutgoingRef(s.ID), "found", made, "claimed", s.Signed+s.Sealed))
	}
	switch {
	case s.Verdict == VerdictPassed && verdictOf(report) == VerdictFailed:
		say(store.Say("Chữ ký trên tệp của văn bản {number} ({ref}) nay không hợp lệ, dù đã hợp lệ khi ban hành."))
	case made < min(s.Signed, 1)+min(s.Sealed, 1):
		say(store.Say("Tệp của văn bản {number} ({ref}) mang {found} chữ ký, dữ liệu ghi {claimed}."))
	case !signer:
		say(store.Say("Tệp của văn bản {number} ({ref}) không mang chữ ký của chứng thư mà dữ liệu ghi."))
	}
	return nil
}
