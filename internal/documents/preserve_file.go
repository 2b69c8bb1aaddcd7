package documents

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"congvu/internal/pades"
	"congvu/internal/store"
)

// Preservation is how the signatures of one issued or received file are kept alive (S5.6, S13.7). The file itself never changes (house
// law 7); its preserved revision begins with its bytes and adds evidence and document time stamps (PAdES B-LT, B-LTA).
type Preservation struct {
	AgencyID     int64
	FileID       int64
	Ref          string
	Title        string // number and notation of the document
	Name         string
	Source       string // issued or received
	SHA          string // of the file as issued or received
	Size         int64
	FirstVerdict string // the verdict at issue or arrival; it never changes
	KeptSHA      string // the preserved revision; "" none yet
	KeptSize     int64
	KeptAt       store.Instant `db:"kept_us"`
	Level        string        // B, T, LT, LTA of the weakest signature of the newest revision; "" not judged
	State        PreservationState
	Reason       store.JSON // store.Message: why it failed or cannot be done
	Tries        int
	RenewBefore  store.Instant    `db:"renew_us"`  // when the newest document time stamp needs its successor; 0 none
	ExtendAt     store.Instant    `db:"extend_us"` // when the next extension is due; 0 none is planned
	Verdict      string           // the newest verdict
	Report       store.PackedJSON // pades.Report of the newest check
	EvidenceSHA  string           // what the newest check fetched, see Evidence; "" nothing
	CheckedAt    store.Instant    `db:"checked_us"` // 0 not since issue or arrival
	CheckAt      store.Instant    `db:"check_us"`
	WorseAt      store.Instant    `db:"worse_us"` // since when the verdict is worse than at issue or arrival; 0 it is not
	At           store.Instant    `db:"at_us"`
}

// PreservationState is where the preserving of a file stands.
type PreservationState string

// The states: waiting → kept, again and again as renewals come due; waiting → failed (every try was in vain; a retry waits again); unfit
// from the beginning when the file's signatures do not hold.
const (
	PreservationWaiting PreservationState = "waiting"
	PreservationKept    PreservationState = "kept"
	PreservationFailed  PreservationState = "failed"
	PreservationUnfit   PreservationState = "unfit"
)

var preservationLabels = map[PreservationState]string{PreservationWaiting: "Chờ bảo quản", PreservationKept: "Đã bảo quản", PreservationFailed: "Chưa bảo quản được",
	PreservationUnfit: "Chữ ký không hợp lệ, không bảo quản"}

// Label is the state in Vietnamese, a key of i18n.
func (s PreservationState) Label() string { return preservationLabels[s] }

// Said is why it failed, as a sentence; empty otherwise.
func (p Preservation) Said() store.Message { return said(p.Reason) }

// base is the newest revision: what is verified and extended.
func (p Preservation) base() (sha string, size int64) {
	if p.KeptSHA != "" {
		return p.KeptSHA, p.KeptSize
	}
	return p.SHA, p.Size
}

const preservationColumns = `agency_id, file_id, ref, title, name, source, sha, size, first_verdict, kept_sha, kept_size, kept_us, level, state, reason, tries, renew_us,
	extend_us, verdict, report, evidence_sha, checked_us, check_us, worse_us, at_us`

var (
	sqlPutPreservation = store.SQL(`INSERT INTO documents_preservations (agency_id, file_id, ref, title, name, source, sha, size, first_verdict, kept_sha, kept_size, kept_us, level,
		state, reason, tries, renew_us, extend_us, verdict, report, evidence_sha, checked_us, check_us, worse_us, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, $10, $11, 'null', 0, 0, $12, $9, $13, '', 0, $14, 0, $15) ON CONFLICT (agency_id, file_id) DO NOTHING`)
	sqlPreservation   = store.SQL(`SELECT ` + preservationColumns + ` FROM documents_preservations WHERE agency_id = $1 AND file_id = $2`)
	sqlPreservations  = store.SQL(`SELECT ` + preservationColumns + ` FROM documents_preservations WHERE agency_id = $1 AND ref = $2 ORDER BY file_id`)
	sqlPreservedBlobs = store.SQL(`SELECT kept_sha FROM documents_preservations WHERE kept_sha <> '' AND kept_sha IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
		UNION SELECT evidence_sha FROM documents_preservations WHERE evidence_sha <> '' AND evidence_sha IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
		UNION SELECT stamped_sha FROM documents_stamps WHERE stamped_sha <> '' AND stamped_sha IN (SELECT value FROM json_each(CAST($3 AS TEXT)))`)
)

// PreservedName is what a preserved revision is called when it is saved beside its file.
func PreservedName(name string) string {
	return strings.TrimSuffix(name, path.Ext(name)) + ".bao-quan.pdf"
}

// Preserver is the name of the place in the journal up to which documents were taken into preservation.
const Preserver = "documents-preserve"

// sourceOf says what of a document an entry brought: nothing for most. Files are added to received documents that came on paper only.
func sourceOf(e store.Entry) string {
	switch {
	case e.Verb == "document.issued":
		return "issued"
	case e.Verb == "document.arrived", e.Verb == "document.attached" && strings.HasPrefix(e.Ref, "incoming/"):
		return "received"
	}
	return ""
}

// HearPreserve is the follower: the signed files of an issued or arrived document are kept from now on. It reads the journal from its
// beginning, so what an installation had before it could preserve is taken in as well.
func (d *Desk) HearPreserve(ctx context.Context, tx *store.Tx, e store.Entry) error {
	source := sourceOf(e)
	if source == "" {
		return nil
	}
	files, err := filesOf(ctx, tx, e.AgencyID, e.Ref)
	if err != nil {
		return err
	}
	p, err := PreservingOf(ctx, tx, e.AgencyID)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Media != filePDF || f.Verdict == "" || f.Verdict == VerdictNone {
			continue
		}
		state, extend := PreservationWaiting, tx.Now()
		if f.Verdict == VerdictFailed {
			state, extend = PreservationUnfit, 0
		}
		report, err := reportOf(f)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPutPreservation, e.AgencyID, f.ID, e.Ref, e.Title, f.Name, source, f.SHA, f.Size, f.Verdict, levelOf(report), state, extend,
			keptReport(e.AgencyID, f.VerdictReport), p.nextCheck(tx.Now()), tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

var levelRank = map[string]int{"": 0, "B": 1, "T": 2, "LT": 3, "LTA": 4}

// levelOf is the level of the weakest signature; document time stamps have none.
func levelOf(r *pades.Report) string {
	weakest := ""
	for _, s := range r.Signatures {
		if s.Kind == pades.DocTimestamp {
			continue
		}
		if weakest == "" || levelRank[s.Level] < levelRank[weakest] {
			weakest = s.Level
		}
		if s.Level == "" {
			return ""
		}
	}
	return weakest
}

// PreservationsOf tells how the files of a document are preserved, to those who may see the document.
func PreservationsOf(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Preservation, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	return store.All[Preservation](ctx, r, sqlPreservations, a.Agency, ref)
}

// FindPreservation tells how one file is preserved; NotFound to those who may not see its document.
func FindPreservation(ctx context.Context, r store.Reader, a store.Actor, file int64) (Preservation, error) {
	p, ok, err := store.Maybe[Preservation](ctx, r, sqlPreservation, a.Agency, file)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err == nil {
		err = mayRead(ctx, r, a, p.Ref)
	}
	return p, err
}

// OpenPreserved gives the bytes of the preserved revision of a file to those who may see its document.
func OpenPreserved(ctx context.Context, d *Desk, a store.Actor, file int64) (Preservation, io.ReadSeekCloser, error) {
	p, err := FindPreservation(ctx, d.DB, a, file)
	if err == nil && p.KeptSHA == "" {
		err = store.Refuse(store.NotFound, "Tệp này chưa có bản bảo quản. Bản gốc vẫn tải được như thường.")
	}
	if err != nil {
		return p, nil, err
	}
	b, err := d.Blobs.Open(ctx, p.KeptSHA)
	if err != nil {
		return p, nil, fmt.Errorf("open preserved file %d: %w", file, err)
	}
	return p, b, nil
}
