package documents

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"congvu/internal/pdf"
	"congvu/internal/store"
)

// D7.2, D7.7, D7.10: the register is printed with its cancelled rows; the handling sheet with all parts. Strangers print nothing.
// D12.2, D12.1: the handling sheet has its three parts: leaders, head of unit, handler.
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

// D7.8, D10.2: the stamp of a registered document is printed for its paper; before there is a number there is none, and strangers get none.
func TestTheArrivalStampIsPrinted(t *testing.T) {
	o := newOffice(t)
	d, _ := o.arrive(o.arrival())
	stamp := func(who string) ([]byte, error) { return ArrivalStamp(inCtx, o.db, o.people[who], d.ID) }
	_, err := stamp("clerk")
	o.refused(store.Conflict, err)
	_, err = o.register(d.ID, RegisterForm{})
	o.must(err)
	b, err := stamp("clerk")
	o.must(err)
	if !bytes.HasPrefix(b, []byte("%PDF-")) {
		t.Error("no PDF")
	}
	for _, who := range []string{"foreign_clerk", "staff_x"} {
		_, err = stamp(who)
		o.refused(store.NotFound, err)
	}
}

// D4.12, D4.14: received numbers may hold letters and are kept as they came; they are compared without leading zeros, notations without case, spaces and form
// of Unicode.
func TestReceivedNumbersAreKeptAsTextAndCompared(t *testing.T) {
	o := newOffice(t)
	first := o.arrival()
	first.Number, first.Notation, first.DocumentID = "007a", "STC-NS", "H26.9,2026/03/01,007a/STC-NS"
	d, _ := o.arrive(first)
	if d.Number != "007a" {
		t.Errorf("kept as %q", d.Number)
	}
	_, err := o.register(d.ID, RegisterForm{})
	o.must(err)
	for number, notation := range map[string]string{"7a": "stc - ns", "0007A": "STC-NS"} {
		again := o.arrival()
		again.Number, again.Notation, again.DocumentID, again.Files[0].SHA = number, notation, "", sha(o.packet.Add(1))
		e, _ := o.arrive(again)
		_, err := o.register(e.ID, RegisterForm{})
		var twin *Duplicate
		if !errors.As(err, &twin) || twin.Twins[0].ID != d.ID {
			t.Errorf("%s/%s is not recognised: %v", number, notation, err)
		}
	}
}
