package documents

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Reliability §4, T32: a number that was given before a restore is never given again; the register stands still until each is entered or void.
func TestARegisterThatHasForgottenNumbersGivesNone(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.entered(PaperForm{})
	}
	b := must1(FindRegister(bg, h.DB, h.clerk, must1(store.One[int64](bg, h.DB, sqlTestBook, h.clerk.Agency))))
	heard := Heard{Agency: h.clerk.Agency, Year: b.Year, Number: 6, Notation: "QĐ-UBND", On: today(h.DB.Now()), Source: LostReceipt, Peer: "Sở Tài chính"}
	hear := func(e Heard) (n int64) {
		t.Helper()
		must(t, h.DB.Keep(bg, func(tx *store.Tx) (err error) { n, err = HeardOf(bg, tx, e); return err }))
		return n
	}
	if n := hear(heard); n != 0 {
		t.Fatalf("%d numbers were believed although nothing was ever restored", n)
	}
	h.entered(PaperForm{})
	must(t, h.DB.Keep(bg, func(tx *store.Tx) error {
		return tx.Set(bg, 0, store.SettingRestored, fmt.Sprint(int64(tx.Now())))
	}))
	far := heard
	far.Number = 5000
	old := heard
	old.On = today(h.DB.Now()).AddDays(-20)
	if n := hear(far) + hear(old); n != 0 {
		t.Fatalf("%d numbers far away or long ago were believed", n)
	}
	if n := hear(heard); n != 2 { // 05, 06
		t.Fatalf("%d numbers are missing", n)
	}
	if n := hear(heard); n != 0 {
		t.Fatalf("the same was heard twice: %d", n)
	}
	if _, err := h.paper(PaperForm{}); !errors.Is(err, store.Conflict) {
		t.Fatalf("a number was given: %v", err)
	}
	f := &store.Findings{}
	must(t, Check(bg, h.DB, f))
	if f.Total != 1 || f.Kinds["number-lost"] != 1 {
		t.Fatalf("%+v", f)
	}
	if _, err := h.paper(PaperForm{Lost: true, Number: 9}); !errors.Is(err, store.Invalid) {
		t.Fatalf("a number that is not missing was taken: %v", err)
	}
	if o := h.entered(PaperForm{Lost: true, Number: 6}); o.NumberText != "06/QĐ-UBND" {
		t.Fatalf("%+v", o.NumberText)
	}
	if _, err := h.paper(PaperForm{}); !errors.Is(err, store.Conflict) {
		t.Fatalf("a number was given while 05 is missing: %v", err)
	}
	if err := h.try(h.drafter, func(tx *store.Tx) error {
		_, err := VoidLost(bg, tx, b.ID, 5, 5, "không tìm lại được")
		return err
	}); !errors.Is(err, store.Forbidden) {
		t.Fatalf("a specialist voided a number: %v", err)
	}
	h.do(h.clerk, func(tx *store.Tx) error {
		_, err := VoidLost(bg, tx, b.ID, 5, 6, "không tìm lại được văn bản")
		return err
	})
	if o := h.entered(PaperForm{}); o.NumberText != "07/QĐ-UBND" {
		t.Fatalf("after the fence came %s", o.NumberText)
	}
	all := must1(LostNumbers(bg, h.DB, h.clerk, b.ID))
	if len(all) != 2 || all[0].State != LostVoid || all[1].State != LostEntered || all[1].Title != "06/QĐ-UBND" || all[1].Peer != "Sở Tài chính" {
		t.Fatalf("%+v", all)
	}
	_, lines, err := BookLines(bg, h.DB, h.clerk, b.ID, Span{})
	must(t, err)
	if at := slices.IndexFunc(lines, func(l BookLine) bool { return l.Number == 5 }); at < 0 || !lines[at].Void {
		t.Fatalf("the void number does not stand in the register: %+v", lines)
	}
	f = &store.Findings{}
	must(t, Check(bg, h.DB, f))
	if f.Total != 0 {
		t.Fatalf("%+v", f.List)
	}
}

// The last numbers that are kept outside of the database show what an older copy has forgotten, of every register, also of one opened since.
func TestWhatIsKeptOutsideClosesRegisters(t *testing.T) {
	h := newHouse(t)
	h.entered(PaperForm{})
	kept := must1(Lasts(bg, h.DB, 2000))
	if n := must1(Fence(bg, h.DB, kept)); n != 0 || len(kept) == 0 {
		t.Fatalf("%d numbers are missing of %d registers that forgot nothing", n, len(kept))
	}
	kept[0].Last += 2
	since := kept[0]
	since.ID, since.IsDefault, since.Name, since.Last, since.FirstNumber = h.DB.NewID(), false, "Sổ mở sau bản sao", 3, 10
	in := since
	in.ID, in.Direction, in.Name, in.Last, in.FirstNumber = h.DB.NewID(), IncomingBook, "Sổ đến mở sau bản sao", 2, 1
	if n := must1(Fence(bg, h.DB, append(kept, since, in))); n != 7 {
		t.Fatalf("%d numbers are missing", n)
	}
	all := must1(FencedRegisters(bg, h.DB))
	if len(all) != 3 {
		t.Fatalf("%+v", all)
	}
	for _, b := range all {
		h.do(h.clerk, func(tx *store.Tx) error {
			_, err := VoidLost(bg, tx, b.Register, b.First, b.Last, "không tìm lại được văn bản")
			return err
		})
	}
	if o := h.entered(PaperForm{}); o.Number != 4 {
		t.Fatalf("after the fence came %d", o.Number)
	}
	_, lines, err := BookLines(bg, h.DB, h.clerk, in.ID, Span{})
	must(t, err)
	if len(lines) != 2 || !lines[0].Void {
		t.Fatalf("%+v", lines)
	}
	f := &store.Findings{}
	must(t, Check(bg, h.DB, f))
	if f.Total != 0 {
		t.Fatalf("%+v", f.List)
	}
}

var sqlTestBook = store.SQL(`SELECT id FROM documents_registers WHERE agency_id = $1 AND direction = 'outgoing' AND is_default`)

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// D4.8: a secret document that a restore has lost is entered again with its number, and a void number of that register is a line of it.
func TestTheRegisterOfSecretsTakesBackWhatItHasForgotten(t *testing.T) {
	h := newHouse(t)
	form := SecretForm{Direction: IncomingBook, Party: "Công an thành phố Huế", Secrecy: Secret}
	enter := func(f SecretForm) (s *SecretEntry, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) { s, err = EnterSecret(bg, tx, f); return })
		return s, err
	}
	first := must1(enter(form))
	kept := must1(Lasts(bg, h.DB, 2000))
	for i := range kept {
		kept[i].Last += 2
	}
	if n := must1(Fence(bg, h.DB, kept)); n != 2 {
		t.Fatalf("%d numbers are missing", n)
	}
	_, err := enter(form)
	refused(t, err, store.Conflict, "a secret gets a number")
	form.Lost = 7
	_, err = enter(form)
	refused(t, err, store.Invalid, "a number that is not missing")
	form.Lost = 3
	if s := must1(enter(form)); s.Number != 3 || s.RegisterID != first.RegisterID {
		t.Fatalf("%+v", s)
	}
	_, err = enter(form)
	refused(t, err, store.Invalid, "the same number twice")
	h.do(h.clerk, func(tx *store.Tx) error {
		_, err := VoidLost(bg, tx, first.RegisterID, 2, 2, "sổ giấy không ghi số này")
		return err
	})
	_, lines, err := BookLines(bg, h.DB, h.clerk, first.RegisterID, Span{})
	must(t, err)
	if len(lines) != 3 || !lines[1].Void || lines[1].Cells[7] != "Số bỏ: sổ giấy không ghi số này" || lines[2].Number != 3 {
		t.Fatalf("%+v", lines)
	}
	form.Lost = 0
	if s := must1(enter(form)); s.Number != 4 {
		t.Fatalf("after the fence came %d", s.Number)
	}
	f := &store.Findings{}
	if must(t, Check(bg, h.DB, f)); f.Total != 0 {
		t.Fatalf("%+v", f.List)
	}
}

// A restore around New Year: what last year's register has lost is entered with its day of last year, and nothing else of last year is.
func TestLastYearsRegisterTakesBackWhatItHasForgotten(t *testing.T) {
	h := newHouse(t)
	h.entered(PaperForm{})
	kept := must1(Lasts(bg, h.DB, 2000))
	kept[0].Last += 2
	b := kept[0].Book
	day := today(h.DB.Now())
	h.clock.Set(time.Date(day.Year()+1, 1, 4, 9, 0, 0, 0, calendar.Hanoi))
	if n := must1(Fence(bg, h.DB, kept)); n != 2 {
		t.Fatalf("%d numbers are missing", n)
	}
	_, err := h.paper(PaperForm{Register: b.ID, Date: day})
	refused(t, err, store.Invalid, "a new document of last year")
	_, err = h.paper(PaperForm{Register: b.ID, Date: day, Migrated: true, Number: 9})
	refused(t, err, store.Invalid, "a number that is not missing")
	if o := h.entered(PaperForm{Register: b.ID, Date: day, Migrated: true, Number: 2}); o.Year != day.Year() || o.Number != 2 || o.IssuedDate != day {
		t.Fatalf("%+v", o)
	}
	if o := h.entered(PaperForm{}); o.Year != day.Year()+1 || o.Number != 1 {
		t.Fatalf("the new year's register stands still: %+v", o.NumberText)
	}
}
