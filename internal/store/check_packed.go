package store

import (
	"context"
	"strings"
)

// packedRow is a packed text and where it stands, for a check.
type packedRow struct {
	AgencyID int64
	Ref      string
	Stored   string
}

// Packed runs a statement that gives agency, reference and the packed texts of a column as they stand (stored), and notes each that does not unpack: the sentence may
// name {ref}. It keeps one row in memory and reads bases beside the snapshot: they never change.
func (f *Findings) Packed(ctx context.Context, r Reader, s *Stmt, sentence Message) error {
	beside := r
	switch r := r.(type) {
	case *Snapshot:
		beside = r.db
	case *Tx:
		beside = r.db
	}
	for row, err := range Each[packedRow](ctx, r, s) {
		if err != nil {
			return err
		}
		f.Saw(1)
		opens, err := unpacks(ctx, beside, row.Stored)
		if err != nil {
			return err
		}
		if !opens {
			f.Add("packed", row.AgencyID, row.Ref, Say(sentence.Text, "ref", row.Ref))
		}
	}
	return nil
}

func unpacks(ctx context.Context, r Reader, stored string) (bool, error) {
	part := partsOf(stored, strings.HasPrefix(stored, `"`))
	if !part.packed || part.err != nil {
		return part.err == nil, nil
	}
	var found map[int64]*base
	if part.id != 0 {
		var err error
		if found, err = basesFor(ctx, r, map[int64]bool{part.id: true}); err != nil {
			return false, err
		}
	}
	_, err := part.text(found)
	return err == nil, nil
}

var sqlAllBases = SQL(`SELECT id, family, size, text FROM store_bases ORDER BY id`)

// checkBases looks whether every base opens.
func checkBases(ctx context.Context, r Reader, f *Findings) error {
	for row, err := range Each[baseRow](ctx, r, sqlAllBases) {
		if err != nil {
			return err
		}
		f.Saw(1)
		if _, err := row.open(); err != nil {
			f.Add("packed-base", 0, row.Family, Say("Bản gốc {id} của các văn bản nén thuộc họ {ref} không mở được.", "id", row.ID, "ref", row.Family))
		}
	}
	return nil
}
