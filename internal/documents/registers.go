package documents

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Directions of a register.
const (
	OutgoingBook = "outgoing"
	IncomingBook = "incoming"
)

// Kinds of a register: what its series numbers (D4.7, D4.8, D13.7).
const (
	BookAdministrative = "administrative"
	BookNormative      = "normative"
	BookSpecialised    = "specialised"
	BookSecret         = "secret"   // by number only, never a file (register_secret.go)
	BookAdvisory       = "advisory" // Hội đồng, Ban, Tổ with a series and a notation of their own
	BookCopies         = "copies"   // SY, SL and TrS in one series
	BookInternal       = "internal"
)

// BookKinds lists the kinds in the order of forms.
var BookKinds = []string{BookAdministrative, BookNormative, BookSpecialised, BookSecret, BookAdvisory, BookCopies, BookInternal}

var bookKindLabels = map[string]string{BookAdministrative: "Văn bản hành chính", BookNormative: "Văn bản quy phạm pháp luật", BookSpecialised: "Văn bản chuyên ngành",
	BookSecret: "Văn bản mật", BookAdvisory: "Văn bản của tổ chức tư vấn", BookCopies: "Bản sao", BookInternal: "Văn bản nội bộ"}

// BookKindLabel is the kind in Vietnamese, a key of i18n.
func BookKindLabel(kind string) string { return bookKindLabels[kind] }

// Book is a register (sổ, D7.9): an agency's number series of one year and direction, with the rule of its series as data. TypeCodes
// "" takes every type, UnitIDs "" every unit; else those listed, separated by spaces. Notation "" is the decree's (D4.2, D4.3).
type Book struct {
	ID          int64
	AgencyID    int64
	Year        int
	Direction   string
	Name        string
	TypeCodes   string
	IsDefault   bool
	LockedOn    calendar.Date // from this day nothing is entered any more; "" = open
	Kind        string
	UnitIDs     string `db:"unit_ids"`
	Notation    string // "{type}-{agency}"
	Body        string // the advisory body whose series it is
	BodyAbbr    string
	FirstNumber int64 // 1, or what follows the register on paper that it continues
	Carried     bool  // the next year begins with a register of the same rules
	FromID      int64 // the register of last year that this one carries on
	LockReason  string
}

func (b Book) series() string { return fmt.Sprintf("documents.register/%d", b.ID) }

// forType and forUnit tell whether the register's rule takes a type or a unit.
func (b Book) forType(code string) bool {
	return b.TypeCodes == "" || contains(strings.Fields(b.TypeCodes), code)
}

func (b Book) forUnit(id int64) bool {
	return b.UnitIDs == "" || contains(strings.Fields(b.UnitIDs), fmt.Sprint(id))
}

func (b Book) lockedAt(on calendar.Date) bool { return !b.LockedOn.IsZero() && !on.Before(b.LockedOn) }

const bookColumns = `id, agency_id, year, direction, name, type_codes, is_default, locked_on, kind, unit_ids, notation, body, body_abbr, first_number, carried, from_id, lock_reason`

var (
	sqlBooks       = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND direction = $2 AND year = $3 ORDER BY is_default DESC, name, id`)
	sqlBook        = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND id = $2`)
	sqlDefaultBook = store.SQL(`SELECT ` + bookColumns + ` FROM documents_registers WHERE agency_id = $1 AND direction = $2 AND year = $3 AND is_default`)
	sqlPutBook     = store.SQL(`INSERT INTO documents_registers (agency_id, id, year, direction, name, type_codes, is_default, locked_on, at_us, kind, unit_ids, notation,
		body, body_abbr, first_number, carried, from_id) VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`)
)

// put writes a new register; it changes nothing where the year has that default register, or that successor, already.
func (b Book) put(ctx context.Context, tx *store.Tx) (int64, error) {
	return tx.Exec(ctx, sqlPutBook, b.AgencyID, b.ID, b.Year, b.Direction, b.Name, b.TypeCodes, b.IsDefault, tx.Now(), b.Kind, b.UnitIDs, b.Notation, b.Body, b.BodyAbbr,
		max(b.FirstNumber, 1), b.Carried, b.FromID)
}

// ListRegisters gives the agency's registers of a direction and a year, the default one first.
func ListRegisters(ctx context.Context, r store.Reader, a store.Actor, direction string, year int) ([]Book, error) {
	return store.All[Book](ctx, r, sqlBooks, a.Agency, direction, year)
}

// FindRegister gives one register of the agency; NotFound for those of others.
func FindRegister(ctx context.Context, r store.Reader, a store.Actor, id int64) (Book, error) {
	return findBook(ctx, r, a.Agency, id)
}

func findBook(ctx context.Context, r store.Reader, agency, id int64) (Book, error) {
	b, ok, err := store.Maybe[Book](ctx, r, sqlBook, agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy sổ đăng ký này trong cơ quan.")
	}
	return b, err
}

// entry is what wants to be entered: the chosen register (0 = the usual one), and what the rules of registers ask of it. Kind "" is
// every kind that a rule may choose by itself; the series of secrets, copies and advisory bodies are entered only when they are named.
type entry struct {
	register  int64
	direction string
	on        calendar.Date
	typeCode  string
	unit      int64
	kind      string
}

// bookFor gives the register an entry goes into: the chosen one (id), else the one kept for the type, else the agency's default of
// the year, which is opened on first use (D7.9). It refuses a register of another year, direction or type, and a locked one.
func bookFor(ctx context.Context, tx *store.Tx, agency, id int64, direction string, on calendar.Date, typeCode string) (Book, error) {
	return bookOf(ctx, tx, agency, entry{register: id, direction: direction, on: on, typeCode: typeCode, unit: tx.Actor().Unit})
}

func bookOf(ctx context.Context, tx *store.Tx, agency int64, e entry) (Book, error) {
	b, err := Book{}, error(nil)
	if e.register != 0 {
		b, err = findBook(ctx, tx, agency, e.register)
	} else {
		b, err = usualBook(ctx, tx, agency, e)
	}
	switch {
	case err != nil:
		return b, err
	case b.Direction != e.direction || b.Year != e.on.Year():
		return b, store.RefuseField("register", "Sổ {name} không dùng cho năm {year}. Hãy chọn sổ khác.", "name", b.Name, "year", fmt.Sprint(e.on.Year()))
	case !b.forType(e.typeCode) || !b.takes(e.kind):
		return b, store.RefuseField("register", "Sổ {name} không dùng cho loại văn bản này. Hãy chọn sổ khác.", "name", b.Name)
	case !b.forUnit(e.unit):
		return b, store.RefuseField("register", "Sổ {name} chỉ dùng cho những đơn vị được giao. Hãy chọn sổ khác.", "name", b.Name)
	case b.lockedAt(e.on):
		return b, store.RefuseField("register", "Sổ {name} đã khóa từ ngày {date}. Hãy chọn sổ khác.", "name", b.Name, "date", b.LockedOn)
	}
	return b, nil
}

// takes tells whether an entry of a kind may stand in the register: secrets and copies stand in theirs only.
func (b Book) takes(kind string) bool {
	if kind == "" {
		return b.Kind != BookSecret && b.Kind != BookCopies
	}
	return b.Kind == kind
}

// usualBook is the open register whose rule fits best: by type and unit, by type, by unit; else the default one (D4.7).
func usualBook(ctx context.Context, tx *store.Tx, agency int64, e entry) (Book, error) {
	if err := carryOver(ctx, tx, agency, e.direction, e.on.Year()); err != nil {
		return Book{}, err
	}
	books, err := store.All[Book](ctx, tx, sqlBooks, agency, e.direction, e.on.Year())
	if err != nil {
		return Book{}, err
	}
	if b, ok := fittest(books, e); ok {
		return b, nil
	}
	if e.kind != "" {
		return openKind(ctx, tx, agency, e)
	}
	return defaultBook(ctx, tx, agency, e.direction, e.on.Year())
}

// fittest is the register whose rule names the entry most closely; false when only the default one takes it.
func fittest(books []Book, e entry) (Book, bool) {
	best, at := 0, -1
	for i, b := range books {
		fit := 0
		if b.TypeCodes != "" {
			fit += 2
		}
		if b.UnitIDs != "" {
			fit++
		}
		if e.kind != "" {
			fit += 4 // the one series of its kind
		}
		if fit > best && b.forType(e.typeCode) && b.forUnit(e.unit) && !b.lockedAt(e.on) && b.takes(e.kind) && (e.kind != "" || b.Kind != BookAdvisory) {
			best, at = fit, i
		}
	}
	if at < 0 {
		return Book{}, false
	}
	return books[at], true
}

func defaultBook(ctx context.Context, tx *store.Tx, agency int64, direction string, year int) (Book, error) {
	b, ok, err := store.Maybe[Book](ctx, tx, sqlDefaultBook, agency, direction, year)
	if err != nil || ok {
		return b, err
	}
	name := "Sổ đăng ký văn bản đi"
	if direction == IncomingBook {
		name = "Sổ đăng ký văn bản đến"
	}
	if _, err := (Book{ID: tx.NewID(), AgencyID: agency, Year: year, Direction: direction, Name: name, IsDefault: true, Kind: BookAdministrative, Carried: true}).put(ctx, tx); err != nil {
		return b, err
	}
	return store.One[Book](ctx, tx, sqlDefaultBook, agency, direction, year) // ours, or that of somebody who was faster
}

// openKind opens the register of a kind at its first use in an agency: secrets of a direction, copies (D4.8).
func openKind(ctx context.Context, tx *store.Tx, agency int64, e entry) (Book, error) {
	names := map[string]string{BookCopies + OutgoingBook: "Sổ đăng ký bản sao", BookSecret + OutgoingBook: "Sổ đăng ký văn bản mật đi", BookSecret + IncomingBook: "Sổ đăng ký văn bản mật đến"}
	b := Book{ID: tx.NewID(), AgencyID: agency, Year: e.on.Year(), Direction: e.direction, Name: names[e.kind+e.direction], Kind: e.kind, Carried: true, FirstNumber: 1}
	if b.Name == "" {
		return b, store.RefuseField("register", "Cơ quan chưa mở sổ cho nhóm văn bản này. Hãy mở sổ rồi thực hiện lại.")
	}
	if _, err := tx.Draw(ctx, agency, "documents.open_kind/"+e.kind+e.direction, b.Year); err != nil { // one at a time: the second finds the first one's
		return b, err
	}
	books, err := store.All[Book](ctx, tx, sqlBooks, agency, e.direction, b.Year)
	if err != nil {
		return b, err
	}
	for _, x := range books {
		if x.Kind == e.kind && !x.lockedAt(e.on) {
			return x, nil
		}
	}
	if _, err := b.put(ctx, tx); err != nil {
		return b, err
	}
	return b, tx.Record(store.Event{Verb: "register.opened", Agency: agency, Ref: b.ref(), Title: b.Name})
}

// CopyBook is the register in which copies made on a day are numbered: one series for SY, SL and TrS (D13.7). Draw takes its number.
func CopyBook(ctx context.Context, tx *store.Tx, agency int64, on calendar.Date) (Book, error) {
	return bookOf(ctx, tx, agency, entry{direction: OutgoingBook, on: on, kind: BookCopies})
}

// Draw takes the next number of the register for an entry that keeps itself, such as a certified copy.
func (b Book) Draw(ctx context.Context, tx *store.Tx) (int64, error) { return b.draw(ctx, tx) }

// draw takes the next number of the register (D4.10): one that was held and given back today, the smallest first (D4.11), else the one
// after the last. The entry that uses it must be written in the same act, under its own unique constraint (agency, register, number).
func (b Book) draw(ctx context.Context, tx *store.Tx) (int64, error) {
	if err := b.unfenced(ctx, tx); err != nil {
		return 0, err
	}
	if b.Direction == OutgoingBook {
		if n, err := b.drawOffered(ctx, tx); n != 0 || err != nil {
			return n, err
		}
	}
	n, err := tx.Draw(ctx, b.AgencyID, b.series(), b.Year)
	return n + max(b.FirstNumber, 1) - 1, err
}

func (b Book) ref() string { return fmt.Sprintf("register/%d", b.ID) }
