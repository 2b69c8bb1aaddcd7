package documents

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// openBook opens a register for the clerk.
func (h *house) openBook(f BookForm) Book {
	h.t.Helper()
	if f.Direction == "" {
		f.Direction = OutgoingBook
	}
	if f.Year == 0 {
		f.Year = today(h.DB.Now()).Year()
	}
	var b *Book
	h.do(h.clerk, func(tx *store.Tx) (err error) { b, err = OpenRegister(bg, tx, f); return })
	return *b
}

// paper enters a document on paper: the shortest way to a number.
func (h *house) paper(f PaperForm) (o *Outgoing, err error) {
	if f.TypeCode == "" {
		f.TypeCode = "QUYET_DINH"
	}
	f.Subject, f.SignerName, f.Receivers = "khen thưởng", "Nguyễn Văn Nghĩa", []string{"Sở Nội vụ", "Lưu: VT"}
	err = h.try(h.clerk, func(tx *store.Tx) (err error) { o, err = EnterPaper(bg, tx, f); return })
	return o, err
}

func (h *house) entered(f PaperForm) *Outgoing {
	h.t.Helper()
	o, err := h.paper(f)
	must(h.t, err)
	return o
}

// D4.6, D4.7, D7.9, V5: the year begins with registers of last year's rules and with number 01, at midnight in Hanoi, by itself; two who
// begin it at once begin it once.
// V5: screen /registers; api POST /registers/open-year; command remote register-year
func TestTheNewYearCarriesRegistersOn(t *testing.T) {
	h := newHouse(t)
	b := h.openBook(BookForm{Name: "Sổ quyết định", TypeCodes: []string{"QUYET_DINH"}})
	gone := h.openBook(BookForm{Name: "Sổ thông báo năm 2026", TypeCodes: []string{"THONG_BAO"}, NotCarried: true})
	last := h.entered(PaperForm{})
	h.entered(PaperForm{TypeCode: "KE_HOACH"})
	h.do(h.clerk, func(tx *store.Tx) error {
		return CloseRegister(bg, tx, b.ID, "2026-12-31", "Khóa sổ cuối năm 2026")
	})
	if last.RegisterID != b.ID || last.NumberText != "01/QĐ-UBND" {
		t.Fatalf("%+v", last)
	}
	h.clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Hanoi)) // 2026 still in UTC
	first := h.entered(PaperForm{})
	next, err := FindRegister(bg, h.DB, h.clerk, first.RegisterID)
	must(t, err)
	if next.FromID != b.ID || next.Year != 2027 || next.TypeCodes != "QUYET_DINH" || next.LockedOn != "" || first.NumberText != "01/QĐ-UBND" {
		t.Fatalf("%+v numbered %s", next, first.NumberText)
	}
	err = h.try(h.clerk, func(tx *store.Tx) error { _, err := OpenYear(bg, tx, 2027); return err })
	must(t, err) // incoming ones were not open yet
	err = h.try(h.clerk, func(tx *store.Tx) error { _, err := OpenYear(bg, tx, 2027); return err })
	refused(t, err, store.Conflict, "the year is opened twice")
	books, err := ListRegisters(bg, h.DB, h.clerk, OutgoingBook, 2027)
	must(t, err)
	if len(books) != 2 || !books[0].IsDefault {
		t.Fatalf("%+v", books)
	}
	for _, x := range books {
		if x.FromID == gone.ID {
			t.Errorf("%s is carried on", gone.Name)
		}
	}
	err = h.try(h.drafter, func(tx *store.Tx) error { _, err := OpenYear(bg, tx, 2028); return err })
	refused(t, err, store.Forbidden, "a specialist opens a year")
}

// D4.8, D7.9: a rule chooses by type and unit; units that may not use a register are refused; a rule that numbered is kept; the notation
// follows the pattern, and what stands on a signed page must be what the register writes.
func TestSeriesAreData(t *testing.T) {
	h := newHouse(t)
	h.openBook(BookForm{Name: "Sổ chung", Default: true})
	unit := h.openBook(BookForm{Name: "Sổ của Văn phòng", Units: []int64{int64(h.sister)}, Notation: "{type}-{agency}-{unit}"})
	board := h.openBook(BookForm{Kind: BookAdvisory, Name: "Sổ Hội đồng thi đua", Body: "Hội đồng Thi đua – Khen thưởng", BodyAbbr: "HĐTĐKT"})
	if got := h.entered(PaperForm{}); got.NumberText != "01/QĐ-UBND-VP" || got.RegisterID != unit.ID {
		t.Errorf("the clerk's unit numbers %s", got.NumberText)
	}
	if got := h.entered(PaperForm{Register: board.ID}); got.NumberText != "01/QĐ-HĐTĐKT" {
		t.Errorf("the board numbers %s", got.NumberText)
	}
	_, err := h.paper(PaperForm{Register: unit.ID, Unit: h.unit})
	refused(t, err, store.Invalid, "another unit's register")
	change := func(b Book, f BookForm) error {
		return h.try(h.clerk, func(tx *store.Tx) error { _, err := ChangeRegister(bg, tx, b.ID, f); return err })
	}
	refused(t, change(unit, BookForm{Name: "Sổ của Văn phòng", Units: []int64{int64(h.sister)}, Notation: "{type}-{agency}"}), store.Invalid, "a rule that numbered")
	must(t, change(unit, BookForm{Name: "Sổ Văn phòng", Notation: unit.Notation, NotCarried: true, Units: []int64{int64(h.sister), int64(h.unit)}}))
	for _, bad := range []BookForm{{Name: "x", Notation: "{type} {agency}"}, {Name: "x", Notation: "{who}"}, {Name: "x", Notation: "a/b"}, {Name: ""}, {Name: "x", Kind: "odd"},
		{Name: "x", Kind: BookAdvisory}, {Name: "x", Units: []int64{5}}, {Name: "x", FirstNumber: -1}, {Name: "x", Default: true, Kind: BookNormative}} {
		bad.Direction, bad.Year = OutgoingBook, 2026
		err := h.try(h.clerk, func(tx *store.Tx) error { _, err := OpenRegister(bg, tx, bad); return err })
		refused(t, err, store.Invalid, "a register with "+bad.Notation+bad.Kind)
	}
	// A draft of the board carries the board's notation to its page, and is numbered in the board's series without a choice.
	f := h.form()
	f.TypeCode, f.Register = "QUYET_DINH", board.ID
	o := h.draft(f)
	_, err = Lay(bg, h.Desk, h.drafter, o.ID)
	must(t, err)
	h.do(h.drafter, func(tx *store.Tx) error { return Submit(bg, tx, o.ID, holding(h.unitHead), "") })
	h.do(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "", 0) })
	_, err = Sign(bg, h.Desk, h.head, o.ID, "TM", true)
	must(t, err)
	err = h.try(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{Register: unit.ID}); return err })
	refused(t, err, store.Invalid, "a register that writes another notation than the signed page")
	h.do(h.clerk, func(tx *store.Tx) error {
		n, err := Number(bg, tx, o.ID, NumberForm{})
		if err == nil && n.NumberText != "02/QĐ-HĐTĐKT" {
			t.Errorf("the board's draft is numbered %s", n.NumberText)
		}
		return err
	})
	_, err = FindRegister(bg, h.DB, h.foreignClerk, board.ID)
	refused(t, err, store.NotFound, "a foreign clerk finds a register")
}

func (h *house) defaultBook() Book {
	h.t.Helper()
	books, err := ListRegisters(bg, h.DB, h.clerk, OutgoingBook, today(h.DB.Now()).Year())
	must(h.t, err)
	return books[0]
}

// D4.11, D7.10: a held number waits for its document; given back the same day it is the next one, the smallest first; later, or past its
// day, it is void, with a mark, and never again a number.
func TestHeldNumbers(t *testing.T) {
	h := newHouse(t)
	hold := func(until calendar.Date) (v *Reservation, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) {
			v, err = Reserve(bg, tx, ReserveForm{Until: until, Reason: "Quyết định ký chiều nay"})
			return
		})
		return v, err
	}
	release := func(id int64) (v *Reservation, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) { v, err = ReleaseNumber(bg, tx, id, "Không ban hành nữa"); return })
		return v, err
	}
	var held []*Reservation
	for range 4 {
		v, err := hold("2026-11-25")
		must(t, err)
		held = append(held, v)
	}
	if o := h.entered(PaperForm{}); o.Number != 5 {
		t.Fatalf("number %d beside four that are held", o.Number)
	}
	for _, at := range []int{2, 0} {
		v, err := release(held[at].ID)
		must(t, err)
		if v.State != NumberReleased {
			t.Fatalf("%+v", v)
		}
	}
	_, err := release(held[0].ID)
	refused(t, err, store.Conflict, "a number is given back twice")
	if a, b := h.entered(PaperForm{}), h.entered(PaperForm{}); a.Number != 1 || b.Number != 3 {
		t.Fatalf("numbers %d and %d, want those given back, 1 and 3", a.Number, b.Number)
	}
	// The document for which number 2 was held is signed on Wednesday.
	h.clock.Set(monday.AddDate(0, 0, 2))
	o := h.signedRow()
	h.do(h.clerk, func(tx *store.Tx) error {
		n, err := Number(bg, tx, o.ID, NumberForm{Reservation: held[1].ID})
		if err == nil && (n.Number != 2 || n.IssuedDate != "2026-11-25") {
			t.Errorf("%s on %s", n.NumberText, n.IssuedDate)
		}
		return err
	})
	other := h.signedRow()
	number := func(v int64) error {
		return h.try(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, other.ID, NumberForm{Reservation: v}); return err })
	}
	refused(t, number(held[1].ID), store.Invalid, "a held number is used twice")
	refused(t, number(held[0].ID), store.Invalid, "a number that was given back is used by its old claim")
	h.clock.Set(monday.AddDate(0, 0, 3))
	refused(t, number(held[3].ID), store.Invalid, "a number past its day")
	v, err := hold("2026-11-26")
	must(t, err)
	h.clock.Set(monday.AddDate(0, 0, 4))
	if _, err := release(v.ID); err != nil {
		t.Fatal(err)
	}
	if o := h.entered(PaperForm{}); o.Number != 7 {
		t.Errorf("number %d after a void 6", o.Number)
	}
	h.do(h.clerk, func(tx *store.Tx) error {
		if err := tx.Set(bg, int64(h.agency), "documents.reuse_released", "no"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "register.changed", Agency: int64(h.agency), Ref: "register/0"})
	})
	v, err = hold("2026-11-27")
	must(t, err)
	if v, err = release(v.ID); err != nil || v.State != NumberVoid {
		t.Errorf("%+v, %v, although released numbers are not used again", v, err)
	}
	_, lines, err := BookLines(bg, h.DB, h.archivist, h.defaultBook().ID, Span{})
	must(t, err)
	var marks []string
	for i, l := range lines {
		if l.Number != int64(i+1) {
			t.Fatalf("line %d has number %d", i, l.Number)
		}
		if l.Void {
			marks = append(marks, l.Cells[9])
		}
	}
	if len(lines) != 8 || len(marks) != 3 || !strings.Contains(marks[0], "hết hạn") || !strings.Contains(marks[1], "Số bỏ") {
		t.Errorf("%d lines, marks %q", len(lines), marks)
	}
	for _, bad := range []ReserveForm{{Reason: "x"}, {Reason: "Giữ cho năm sau", Until: "2027-01-02"}, {Reason: "Giữ từ hôm qua", Until: "2026-11-20"}, {Reason: "Ngày sau hạn", ForDate: "2026-12-30"}} {
		err := h.try(h.clerk, func(tx *store.Tx) error { _, err := Reserve(bg, tx, bad); return err })
		refused(t, err, store.Invalid, bad.Reason)
	}
	err = h.try(h.head, func(tx *store.Tx) error { _, err := Reserve(bg, tx, ReserveForm{Reason: "Giữ số"}); return err })
	refused(t, err, store.Forbidden, "a head holds a number")
	err = h.try(h.foreignClerk, func(tx *store.Tx) error {
		_, err := ReleaseNumber(bg, tx, held[3].ID, "Không cần nữa")
		return err
	})
	refused(t, err, store.NotFound, "a foreign clerk gives it back")
}

// D7.9: a locked register takes only corrections; both values are shown and printed.
func TestALockedRegisterTakesCorrectionsOnly(t *testing.T) {
	h := newHouse(t)
	o := h.entered(PaperForm{})
	refused(t, h.try(h.clerk, func(tx *store.Tx) error { return CloseRegister(bg, tx, o.RegisterID, "2026-11-23", "ngắn") }), store.Invalid, "no reason")
	h.do(h.clerk, func(tx *store.Tx) error {
		return CloseRegister(bg, tx, o.RegisterID, "2026-11-23", "Bàn giao sổ cho văn thư mới")
	})
	_, err := h.paper(PaperForm{})
	refused(t, err, store.Invalid, "a document enters a locked register")
	err = h.try(h.clerk, func(tx *store.Tx) error {
		_, err := Reserve(bg, tx, ReserveForm{Reason: "Giữ số tiếp theo"})
		return err
	})
	refused(t, err, store.Invalid, "a number is held in it")
	err = h.try(h.clerk, func(tx *store.Tx) error {
		_, err := ChangeRegister(bg, tx, o.RegisterID, BookForm{Name: "Tên khác"})
		return err
	})
	refused(t, err, store.Conflict, "it is renamed")
	good := CorrectForm{Number: 1, Column: 4, Becomes: "Trần Thị Bình", Reason: "Ghi nhầm người ký khi vào sổ"}
	for _, change := range []func(f *CorrectForm){func(f *CorrectForm) { f.Number = 9 }, func(f *CorrectForm) { f.Column = 1 }, func(f *CorrectForm) { f.Column = 11 },
		func(f *CorrectForm) { f.Becomes = "Nguyễn Văn Nghĩa" }, func(f *CorrectForm) { f.Reason = "nhầm" }, func(f *CorrectForm) { f.Suffix = "a" }} {
		bad := good
		change(&bad)
		refused(t, h.try(h.clerk, func(tx *store.Tx) error { return CorrectEntry(bg, tx, o.RegisterID, bad) }), store.Invalid, "a wrong correction")
	}
	refused(t, h.try(h.head, func(tx *store.Tx) error { return CorrectEntry(bg, tx, o.RegisterID, good) }), store.Forbidden, "a head corrects")
	h.do(h.clerk, func(tx *store.Tx) error { return CorrectEntry(bg, tx, o.RegisterID, good) })
	_, lines, err := BookLines(bg, h.DB, h.clerk, o.RegisterID, Span{})
	must(t, err)
	if got := lines[0].Cells; got[3] != "Nguyễn Văn Nghĩa" || !strings.Contains(got[9], "“Nguyễn Văn Nghĩa” thành “Trần Thị Bình”") || !strings.Contains(got[9], "Ghi nhầm người ký") {
		t.Errorf("%q", got)
	}
}

// D4.8, D9.10: a secret document has a number and nothing else: no subject, no file, no history that files could hang on, and its series
// runs by itself.
// D5.8, D13.8: the levels of secrecy are kept in the register of secrets only, and nothing secret is copied.
// X1.5: no secret enters the exchange.
func TestSecretsAreNumbersOnly(t *testing.T) {
	h := newHouse(t)
	form := SecretForm{Direction: OutgoingBook, Party: "Công an thành phố Huế", Secrecy: Secret, Urgency: Urgent}
	enter := func(f SecretForm) (s *SecretEntry, err error) {
		err = h.try(h.clerk, func(tx *store.Tx) (err error) { s, err = EnterSecret(bg, tx, f); return })
		return s, err
	}
	h.entered(PaperForm{})
	out, err := enter(form)
	must(t, err)
	form.Direction, form.Code = IncomingBook, "12/QĐ-CAT"
	in, err := enter(form)
	must(t, err)
	if out.Number != 1 || in.Number != 1 || out.RegisterID == in.RegisterID {
		t.Fatalf("%+v %+v", out, in)
	}
	for _, change := range []func(f *SecretForm){func(f *SecretForm) { f.Secrecy = 0 }, func(f *SecretForm) { f.Secrecy = 4 }, func(f *SecretForm) { f.Party = "" }, func(f *SecretForm) { f.Direction = "" },
		func(f *SecretForm) { f.Date = "2026-12-01" }, func(f *SecretForm) { f.Code = strings.Repeat("x", 61) }, func(f *SecretForm) { f.Register = out.RegisterID }, func(f *SecretForm) { f.Register = h.defaultBook().ID }} {
		bad := form
		change(&bad)
		_, err := enter(bad)
		refused(t, err, store.Invalid, "a wrong secret entry")
	}
	_, err = h.paper(PaperForm{Register: out.RegisterID})
	refused(t, err, store.Invalid, "a document with a subject enters the register of secrets")
	_, err = AddFile(bg, h.Desk, h.clerk, "secret/1", "mat.pdf", bytes.NewReader([]byte("%PDF-1.7")))
	refused(t, err, store.NotFound, "a file is added")
	_, err = Timeline(bg, h.DB, h.clerk, "secret/1")
	refused(t, err, store.NotFound, "a history is asked for")
	h.do(h.clerk, func(tx *store.Tx) error { return VoidSecret(bg, tx, out.ID, "Lấy số nhầm, không ban hành") })
	_, lines, err := BookLines(bg, h.DB, h.head, out.RegisterID, Span{})
	must(t, err)
	if len(lines) != 1 || !lines[0].Void || lines[0].Cells[4] != "Tối mật" {
		t.Errorf("%+v", lines)
	}
	_, _, err = BookLines(bg, h.DB, h.drafter, out.RegisterID, Span{})
	refused(t, err, store.Forbidden, "a specialist reads the register of secrets")
	refused(t, h.try(h.foreignClerk, func(tx *store.Tx) error { return VoidSecret(bg, tx, in.ID, "Không phải của cơ quan") }), store.NotFound, "a foreign clerk voids")
	refused(t, h.try(h.head, func(tx *store.Tx) error { _, err := EnterSecret(bg, tx, form); return err }), store.Forbidden, "a head enters")
}

// D4.6, D4.13, N10: paper and electronic documents share one sequence; a number of the register on paper comes in below the first one of
// the system or as an inserted one, once.
// N10: the same number and notation is refused, whoever enters it.
func TestPaperSharesTheSequence(t *testing.T) {
	h := newHouse(t)
	b := h.openBook(BookForm{Name: "Sổ chung", Default: true, FirstNumber: 16})
	paper := h.entered(PaperForm{TypeCode: "CONG_VAN", Unit: h.unit})
	electronic := h.at(Numbered)
	if paper.NumberText != "16/UBND-VX" || electronic.NumberText != "17/UBND-VX" || paper.State != Issued || paper.MainFile != 0 {
		t.Fatalf("%s, then %s", paper.NumberText, electronic.NumberText)
	}
	old := PaperForm{TypeCode: "CONG_VAN", Unit: h.unit, Migrated: true, Number: 15}
	first := h.entered(old)
	old.Suffix = "A"
	inserted := h.entered(old)
	if first.NumberText != "15/UBND-VX" || inserted.NumberText != "15a/UBND-VX" {
		t.Errorf("%s, %s", first.NumberText, inserted.NumberText)
	}
	for _, taken := range []PaperForm{{TypeCode: "CONG_VAN", Unit: h.unit, Migrated: true, Number: 15}, {TypeCode: "CONG_VAN", Unit: h.unit, Migrated: true, Number: 15, Suffix: "a"}} {
		_, err := h.paper(taken)
		refused(t, err, store.Conflict, "a number that is taken")
	}
	for _, bad := range []PaperForm{{Migrated: true, Number: 16}, {Migrated: true}, {Number: 3}, {Suffix: "a"}, {Migrated: true, Number: 2, Suffix: "ab"}, {Date: "2026-11-24"}} {
		_, err := h.paper(bad)
		refused(t, err, store.Invalid, "a number that is not free to choose")
	}
	_, lines, err := BookLines(bg, h.DB, h.clerk, b.ID, Span{})
	must(t, err)
	var got []string
	for _, l := range lines {
		got = append(got, l.Cells[0])
	}
	if want := "15/UBND-VX 15a/UBND-VX 16/UBND-VX 17/UBND-VX"; strings.Join(got, " ") != want {
		t.Errorf("%s", got)
	}
	seen, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Tab: "issued"})
	if err != nil || len(seen.Rows) != 3 {
		t.Errorf("%d of three documents on paper are among the issued ones: %v", len(seen.Rows), err)
	}
}

// D13.7, D4.8: copies have one series for SY, SL and TrS, which nothing else enters.
func TestCopiesHaveOneSeries(t *testing.T) {
	h := newHouse(t)
	var numbers []int64
	var book Book
	for range 3 {
		h.do(h.clerk, func(tx *store.Tx) error {
			b, err := CopyBook(bg, tx, int64(h.agency), "2026-11-23")
			if err != nil {
				return err
			}
			n, err := b.Draw(bg, tx)
			numbers, book = append(numbers, n), b
			if err != nil {
				return err
			}
			return tx.Record(store.Event{Verb: "document.entered_paper", Agency: int64(h.agency), Ref: "copy/1"})
		})
	}
	if len(numbers) != 3 || numbers[2] != 3 || book.Kind != BookCopies {
		t.Errorf("%v in %+v", numbers, book)
	}
	_, err := h.paper(PaperForm{Register: book.ID})
	refused(t, err, store.Invalid, "an ordinary document in the register of copies")
}
