package documents

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/store"
)

// Kinds of a file version.
const (
	versionLaid        = "laid_out"
	versionUploaded    = "uploaded"
	versionSigned      = "signed"
	versionSealed      = "sealed"
	versionAnnexSealed = "annex_sealed"
	versionStamped     = "stamped" // signed or sealed as before, now with the time stamp of the newest signature
)

// Version is one state of a document's file: laid out, uploaded, signed, sealed, stamped. None is ever removed (D8.12, V13).
type Version struct {
	No        int64
	Kind      string
	FileID    int64
	Name      string
	Size      int64
	SHA       string
	Pages     int
	Verdict   string
	At        store.Instant `db:"at_us"`
	PersonID  int64
	HoldingID int64

	Method        string // how its signature was made (S9.7), a code of Methods; "" in versions without one
	CertificateID int64  // the binding it was made with
}

var (
	sqlPutVersion = store.SQL(`INSERT INTO documents_versions (agency_id, ref, no, kind, file_id, name, size, sha, pages, boxes, content, verdict, verdict_report, at_us, person_id, holding_id, method, certificate_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)
	sqlVersions = store.SQL(`SELECT no, kind, file_id, name, size, sha, pages, verdict, at_us, person_id, holding_id, method, certificate_id
		FROM documents_versions WHERE agency_id = $1 AND ref = $2 ORDER BY no`)
	sqlVersionBoxes = store.SQL(`SELECT boxes FROM documents_versions WHERE agency_id = $1 AND ref = $2 AND kind IN ('laid_out', 'uploaded') ORDER BY no DESC LIMIT 1`)
	sqlMainKind     = store.SQL(`SELECT kind FROM documents_versions WHERE agency_id = $1 AND ref = $2 AND kind IN ('laid_out', 'uploaded') ORDER BY no DESC LIMIT 1`)
)

// Versions lists all states the document's files went through, oldest first, to those who may see the document.
func Versions(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Version, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return store.All[Version](ctx, r, sqlVersions, o.AgencyID, o.Ref())
}

// OpenVersion gives the bytes of one version to those who may see the document.
func OpenVersion(ctx context.Context, d *Desk, a store.Actor, id, no int64) (Version, io.ReadSeekCloser, error) {
	all, err := Versions(ctx, d.DB, a, id)
	if err != nil {
		return Version{}, nil, err
	}
	for _, v := range all {
		if v.No != no {
			continue
		}
		b, err := d.Blobs.Open(ctx, v.SHA)
		if err != nil {
			return v, nil, fmt.Errorf("open version %d of %s: %w", no, OutgoingRef(id), err)
		}
		return v, b, nil
	}
	return Version{}, nil, errNotFound()
}

// putVersion keeps a state of a file. The caller writes o.Version back.
func (o *Outgoing) putVersion(ctx context.Context, tx *store.Tx, kind string, f File, boxes places) error {
	return o.putSigned(ctx, tx, kind, f, boxes, Certificate{})
}

// putSigned is putVersion for a file that a bound certificate has signed.
func (o *Outgoing) putSigned(ctx context.Context, tx *store.Tx, kind string, f File, boxes places, by Certificate) error {
	o.Version++
	content := store.JSON("{}")
	if kind == versionLaid || kind == versionUploaded {
		files, err := filesOf(ctx, tx, o.AgencyID, o.Ref())
		if err != nil {
			return err
		}
		content = store.JSONOf(keptContent{o, attachmentsOf(files)})
	}
	a := tx.Actor()
	return tx.Put(ctx, sqlPutVersion, o.AgencyID, o.Ref(), o.Version, kind, f.ID, f.Name, f.Size, f.SHA, f.Pages, store.JSONOf(boxes), content,
		f.Verdict, keptReport(o.AgencyID, f.VerdictReport), tx.Now(), a.Person, a.Holding, by.Method, by.ID)
}

// boxes gives the places of signature and seal of the newest file that was laid out or uploaded.
func (o *Outgoing) boxes(ctx context.Context, r store.Reader) (places, error) {
	var b places
	j, _, err := store.Maybe[store.JSON](ctx, r, sqlVersionBoxes, o.AgencyID, o.Ref())
	if err == nil {
		err = decode(j, &b)
	}
	return b, err
}

func (o *Outgoing) mainIsUploaded(ctx context.Context, r store.Reader) (bool, error) {
	kind, _, err := store.Maybe[string](ctx, r, sqlMainKind, o.AgencyID, o.Ref())
	return kind == versionUploaded && o.FileIsCurrent(), err
}

// mainFile gives the row of the main file.
func (o *Outgoing) mainFile(ctx context.Context, r store.Reader) (File, error) {
	f, ok, err := store.Maybe[File](ctx, r, sqlFile, o.AgencyID, o.MainFile)
	if err == nil && !ok {
		err = store.Refuse(store.Conflict, "Văn bản chưa có tệp chính. Hãy trình bày văn bản hoặc tải tệp PDF lên trước.")
	}
	return f, err
}
