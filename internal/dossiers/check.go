package dossiers

import (
	"context"
	"iter"

	"congvu/internal/blob"
	"congvu/internal/store"
)

var (
	sqlNamed      = store.SQL(`SELECT agency_id, 'dossier/' || dossier_id AS ref, sha, size FROM dossiers_files WHERE sha <> ''`)
	sqlCheckItems = store.SQL(`SELECT i.agency_id, 'dossier/' || i.dossier_id AS ref, 'item/' || i.id AS what FROM dossiers_items i
		LEFT JOIN dossiers_dossiers d ON d.agency_id = i.agency_id AND d.id = i.dossier_id WHERE d.id IS NULL`)
)

// CheckItems looks whether what stands in a dossier stands in one that is there.
func CheckItems(ctx context.Context, r store.Reader, f *store.Findings) error {
	return f.Faults(ctx, r, "reference", sqlCheckItems, store.Say("Mục {what} thuộc hồ sơ {ref} không có."))
}

// NamedFiles gives every file that a row of this room names.
func NamedFiles(ctx context.Context, r store.Reader) iter.Seq2[blob.Named, error] {
	type row struct {
		AgencyID int64
		Ref      string
		SHA      string
		Size     int64
	}
	return func(yield func(blob.Named, error) bool) {
		for x, err := range store.Each[row](ctx, r, sqlNamed) {
			if !yield(blob.Named{Place: "dossiers_files", AgencyID: x.AgencyID, Ref: x.Ref, SHA: x.SHA, Size: x.Size}, err) || err != nil {
				return
			}
		}
	}
}
