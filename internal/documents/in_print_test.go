package documents

import (
	"bytes"
	"math"
	"testing"

	"congvu/internal/pdf"
	"congvu/internal/store"
)

// D7.2, D7.7, D7.10: the register is printed with its cancelled rows; the handling sheet with all parts. Strangers print nothing.
func TestTheRegisterAndTheSheetArePrinted(t *testing.T) {
	o := newOffice(t)
	d := o.registered()
	o.must(o.by("clerk", func(tx *store.Tx) error { return CancelRegistration(inCtx, tx, d.ID, "Vào sổ nhầm văn bản") }))
	_, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	assigned := o.assigned()
	book := o.find(assigned.ID).Register
	rows, err := store.All[entryRow](inCtx, o.db, sqlEntries, append(append([]any{o.agency, book}, incomingBound(o.db, o.people["clerk"])...), 0, 1000, 0, int64(math.MaxInt64), 10)...)
	o.must(err)
	if len(rows) != 3 || rows[0].Mark != "cancelled" || rows[1].Mark != "" || rows[2].LeadName != "Phòng x" || rows[2].Forwarded == 0 {
		t.Fatalf("%+v", rows)
	}
	if e := rows[0].entry(); !e.Void || len(e.Cells) != 10 {
		t.Fatalf("%+v", e)
	}
	for who, may := range map[string]bool{"clerk": true, "head": true, "staff_x": false, "foreign_clerk": false} {
		b, err := o.printed(who, book, Span{})
		if may != (err == nil) {
			t.Errorf("%s: %v", who, err)
		}
		if may {
			readable(t, b)
		}
	}
	_, err = o.printed("clerk", book, Span{First: 50, Last: 60})
	o.refused(store.Invalid, err)
	sheet, err := HandlingSheet(inCtx, o.db, o.people["head_x"], assigned.ID)
	o.must(err)
	readable(t, sheet)
	_, err = HandlingSheet(inCtx, o.db, o.people["staff_y"], assigned.ID)
	o.refused(store.NotFound, err)
}

func readable(t *testing.T, b []byte) {
	t.Helper()
	f, err := pdf.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.PageCount(); err != nil || n < 2 {
		t.Fatalf("%d pages, %v", n, err)
	}
}

// printed is a register as PDF.
func (o *office) printed(who string, register int64, s Span) ([]byte, error) {
	sheet, err := PrintRegister(inCtx, o.db, o.people[who], PrintForm{Register: register, Span: s})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = sheet.Write(&b, FormatPDF)
	return b.Bytes(), err
}
