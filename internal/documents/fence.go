package documents

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// The fence after a restore (reliability §4): a database that was put back to an older copy has forgotten numbers that were given after it. What is known of
// them from elsewhere (the last numbers kept outside, receipts of peers, parcels on the axis) stands in documents_lost_numbers, and their registers give
// no number until each is entered again or voided. A number is never used twice.

// Where a lost number is known from.
const (
	LostOutside = "outside" // the last numbers that were kept beside the database
	LostReceipt = "receipt" // a peer answers a document that is not here
	LostStream  = "stream"  // the axis brings a document of ours that is not here
)

// What became of it: missing → entered | void.
const (
	LostMissing = "missing"
	LostEntered = "entered"
	LostVoid    = "void"
)

// LostNumber is a number that was given and that the database has forgotten.
type LostNumber struct {
	RegisterID int64
	Year       int
	Number     int64
	State      string
	Source     string
	Title      string        // "12/QĐ-UBND", where it is known
	Peer       string        // who has the document
	At         store.Instant `db:"at_us"`
	Ref        string        // the document that was entered with it
	Reason     string        // why it is void
	PersonName string
	Ended      store.Instant `db:"ended_us"`
}

// Heard is what somebody knows of a number of ours.
type Heard struct {
	Agency    int64
	Register  int64 // 0 = the one whose notation it has
	Year      int
	Direction string
	Number    int64
	Notation  string
	On        calendar.Date // of the document; "" = not known
	Source    string
	Peer      string
}

// mostLost is how far beyond the last number evidence of others is believed: a peer who is wrong must not stop a register for ever. What was kept outside is our own
// and is believed however far it goes: a busy register gives more than that in a fortnight.
const mostLost = 1000

const lostColumns = `register_id, year, number, state, source, title, peer, at_us, ref, reason, person_name, ended_us`

var (
	sqlFenced  = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_lost_numbers WHERE agency_id = $1 AND register_id = $2 AND state = 'missing'`)
	sqlPutLost = store.SQL(`INSERT INTO documents_lost_numbers (agency_id, ` + lostColumns + `) VALUES ($1, $2, $3, $4, 'missing', $5, $6, $7, $8, '', '', '', 0)
		ON CONFLICT (agency_id, register_id, year, number) DO NOTHING`)
	sqlNameLost = store.SQL(`UPDATE documents_lost_numbers SET title = $1, peer = $2, source = $3 WHERE agency_id = $4 AND register_id = $5 AND year = $6 AND number = $7 AND title = ''`)
	sqlLost     = store.SQL(`SELECT ` + lostColumns + ` FROM documents_lost_numbers WHERE agency_id = $1 AND register_id = $2 ORDER BY CASE state WHEN 'missing' THEN 0 ELSE 1 END, number LIMIT 5000`)
	sqlToVoid   = store.SQL(`SELECT number FROM documents_lost_numbers WHERE agency_id = $1 AND register_id = $2 AND state = 'missing' AND number >= $3 AND number <= $4 ORDER BY number`)
	sqlEndLost  = store.SQL(`UPDATE documents_lost_numbers SET state = $1, ref = $2, reason = $3, person_name = $4, ended_us = $5
		WHERE agency_id = $6 AND register_id = $7 AND year = $8 AND number = $9 AND state = 'missing'`)
	sqlVoidOutgoing = store.SQL(`INSERT INTO documents_reservations (agency_id, id, register_id, year, number, state, reason, for_date, until_date, held_on, person_id, person_name,
		outgoing_id, end_reason, end_name, ended_us, at_us) VALUES ($1, $2, $3, $4, $5, 'void', $6, '', $7, $7, $8, $9, 0, $6, $9, $10, $10)`)
	sqlVoidArrival = store.SQL(`INSERT INTO documents_arrival_numbers (agency_id, register, year, number, incoming_id, at_us, mark, mark_reason) VALUES ($1, $2, $3, $4, 0, $5, 'cancelled', $6)`)
	sqlVoidArrived = store.SQL(`SELECT number, mark_reason AS reason, at_us FROM documents_arrival_numbers WHERE agency_id = $1 AND register = $2 AND incoming_id = 0 AND number >= $3 AND number <= $4
		AND at_us >= $5 AND at_us < $6 ORDER BY number`)
	sqlBookOfNotation = store.SQL(`SELECT register_id FROM documents_numbers WHERE agency_id = $1 AND year = $2 AND notation = $3 ORDER BY number DESC LIMIT 1`)
	sqlLasts          = store.SQL(`SELECT b.` + strings.ReplaceAll(bookColumns, ", ", ", b.") + `, c.last FROM documents_registers b
		JOIN store_counters c ON c.agency_id = b.agency_id AND c.name = 'documents.register/' || b.id AND c.year = b.year WHERE b.year >= $1 ORDER BY b.agency_id, b.id`)
	sqlFences = store.SQL(`SELECT l.agency_id AS agency, l.register_id AS register, l.year, b.name, CAST(count(*) AS BIGINT) AS missing, min(l.number) AS first, max(l.number) AS last
		FROM documents_lost_numbers l JOIN documents_registers b ON b.agency_id = l.agency_id AND b.id = l.register_id WHERE l.state = 'missing'
		GROUP BY l.agency_id, l.register_id, l.year, b.name ORDER BY l.agency_id, l.register_id`)
)

// unfenced refuses to give a number while one that was given before is missing.
func (b Book) unfenced(ctx context.Context, r store.Reader) error {
	n, err := store.One[int64](ctx, r, sqlFenced, b.AgencyID, b.ID)
	if err == nil && n > 0 {
		err = store.Refuse(store.Conflict, "Sổ {name} tạm dừng cấp số sau khi khôi phục dữ liệu: {n} số đã cấp trước đó không có trong bản sao lưu. Văn thư hoặc quản trị của cơ quan mở «Số thiếu sau khôi phục» của sổ để nhập lại hoặc bỏ từng số, rồi thực hiện lại.",
			"name", b.Name, "n", n)
	}
	return err
}

// Fenced tells how many numbers of a register are missing; above 0 it gives none.
func Fenced(ctx context.Context, r store.Reader, b Book) (int64, error) {
	return store.One[int64](ctx, r, sqlFenced, b.AgencyID, b.ID)
}

// Known is a register, and how many numbers its counter had given.
type Known struct {
	Book
	Last int64
}

// Lasts gives the counters of all registers from a year on: what is kept outside of the database, so that an older copy of it shows.
func Lasts(ctx context.Context, r store.Reader, from int) ([]Known, error) {
	return store.All[Known](ctx, r, sqlLasts, from)
}

// Fence compares the registers with what was kept outside, and closes those that have forgotten numbers. It tells how many numbers are newly missing.
func Fence(ctx context.Context, db *store.DB, known []Known) (n int64, err error) {
	for _, k := range known {
		last, err := store.Drawn(ctx, db, k.AgencyID, k.series(), k.Year)
		if err != nil {
			return n, err
		}
		if last >= k.Last {
			continue
		}
		err = db.Write(ctx, store.System(k.AgencyID), func(tx *store.Tx) error {
			if _, known, err := store.Maybe[Book](ctx, tx, sqlBook, k.AgencyID, k.ID); err != nil {
				return err
			} else if !known { // it was opened after the copy
				if _, err := k.put(ctx, tx); err != nil {
					return err
				}
			}
			more, err := k.forgot(ctx, tx, k.Last+max(k.FirstNumber, 1)-1, Heard{Agency: k.AgencyID, Source: LostOutside})
			n += more
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// HeardOf takes what somebody outside knows of a number of ours. It is believed only in an installation that was put back to an older copy, of documents that are
// not older than the copy, and not far beyond the last number.
func HeardOf(ctx context.Context, tx *store.Tx, e Heard) (n int64, err error) {
	text, err := store.Setting(ctx, tx, 0, store.SettingRestored, "")
	if err != nil || text == "" {
		return 0, err
	}
	restored, _ := strconv.ParseInt(text, 10, 64) // a setting of our own
	since := today(store.Instant(restored)).AddDays(-1)
	if e.Number < 1 || e.Agency == 0 || !e.On.IsZero() && (!e.On.Valid() || e.On.Before(since)) {
		return 0, nil
	}
	if e.Year == 0 {
		e.Year = e.On.Year()
	}
	if e.Register == 0 {
		if e.Register, _, err = store.Maybe[int64](ctx, tx, sqlBookOfNotation, e.Agency, e.Year, e.Notation); err != nil {
			return 0, err
		}
	}
	var b Book
	if e.Register != 0 {
		b, err = findBook(ctx, tx, e.Agency, e.Register)
	} else {
		b, err = defaultBook(ctx, tx, e.Agency, OutgoingBook, e.Year)
	}
	if err != nil {
		return 0, err
	}
	return b.forgot(ctx, tx, e.Number, e)
}

// forgot closes the register up to a number that is known to have been given.
func (b Book) forgot(ctx context.Context, tx *store.Tx, number int64, e Heard) (n int64, err error) {
	last, err := store.Drawn(ctx, tx, b.AgencyID, b.series(), b.Year)
	if err != nil {
		return 0, err
	}
	first := max(b.FirstNumber, 1)
	end := last + first - 1
	if title := e.title(number); number <= end {
		if title != "" {
			_, err = tx.Exec(ctx, sqlNameLost, title, e.Peer, e.Source, b.AgencyID, b.ID, b.Year, number)
		}
		return 0, err
	}
	if number > end+mostLost && e.Source != LostOutside {
		return 0, nil
	}
	if err := tx.Raise(ctx, b.AgencyID, b.series(), b.Year, number-first+1); err != nil {
		return 0, err
	}
	for k := end + 1; k <= number; k++ {
		title, peer := "", ""
		if k == number {
			title, peer = e.title(k), e.Peer
		}
		put, err := tx.Exec(ctx, sqlPutLost, b.AgencyID, b.ID, b.Year, k, e.Source, title, peer, tx.Now())
		if err != nil {
			return n, err
		}
		n += put
	}
	clerks, err := clerksOf(ctx, tx, b.AgencyID)
	if err != nil {
		return n, err
	}
	return n, tx.Record(store.Event{Verb: "number.missed", Agency: b.AgencyID, Ref: b.ref(), Title: b.Name, Notify: clerks, Data: map[string]any{"from": end + 1, "to": number, "source": e.Source, "peer": e.Peer},
		Text: store.Say("Sau khi khôi phục dữ liệu, sổ {name} thiếu các số từ {from} đến {to} đã cấp trước đó. Sổ tạm dừng cấp số cho đến khi các số này được nhập lại hoặc bỏ.", "name", b.Name, "from", end+1, "to", number)})
}

func (e Heard) title(n int64) string {
	if e.Notation == "" {
		return ""
	}
	return fmt.Sprintf("%02d/%s", n, e.Notation)
}

// FencedRegister is a register that gives no number for now.
type FencedRegister struct {
	Agency, Register int64
	Year             int
	Name             string
	Missing          int64
	First, Last      int64
}

// FencedRegisters lists them, of all agencies: for the operator.
func FencedRegisters(ctx context.Context, r store.Reader) ([]FencedRegister, error) {
	return store.All[FencedRegister](ctx, r, sqlFences)
}

// LostNumbers lists the numbers that a register has forgotten and what became of them, the missing ones first. For those who keep or read registers.
func LostNumbers(ctx context.Context, r store.Reader, a store.Actor, register int64) ([]LostNumber, error) {
	if !opensRegisters(a) && !SeesAll(a) {
		return nil, errRegisterReaders()
	}
	if _, err := findBook(ctx, r, a.Agency, register); err != nil {
		return nil, err
	}
	return store.All[LostNumber](ctx, r, sqlLost, a.Agency, register)
}

// VoidLost voids the missing numbers from first to last with the reason: they stay in the register as void ones. The registry and the agency's administrator may.
func VoidLost(ctx context.Context, tx *store.Tx, register, first, last int64, reason string) (n int64, err error) {
	a := tx.Actor()
	if !opensRegisters(a) {
		return 0, store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được bỏ số thiếu sau khôi phục.")
	}
	b, err := findBook(ctx, tx, a.Agency, register)
	if err != nil {
		return 0, err
	}
	if first < 1 {
		return 0, store.RefuseField("first", "Hãy ghi số cần bỏ.")
	}
	if last < first {
		return 0, store.RefuseField("last", "Số cuối không được nhỏ hơn số đầu.")
	}
	if reason, err = reasonText(reason); err != nil {
		return 0, err
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return 0, err
	}
	missing, err := store.All[int64](ctx, tx, sqlToVoid, a.Agency, register, first, last)
	if err != nil {
		return 0, err
	}
	for _, number := range missing {
		if b.Direction == IncomingBook {
			err = tx.Put(ctx, sqlVoidArrival, b.AgencyID, b.ID, b.Year, number, tx.Now(), reason)
		} else {
			err = tx.Put(ctx, sqlVoidOutgoing, b.AgencyID, tx.NewID(), b.ID, b.Year, number, reason, today(tx.Now()), a.Person, name, tx.Now())
		}
		if err == nil {
			err = tx.Put(ctx, sqlEndLost, LostVoid, "", reason, name, tx.Now(), b.AgencyID, b.ID, b.Year, number)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, store.RefuseField("first", "Không có số thiếu nào từ {first} đến {last} trong sổ. Không có gì thay đổi.", "first", first, "last", last)
	}
	return n, tx.Record(store.Event{Verb: "number.voided", Agency: a.Agency, Ref: b.ref(), Title: b.Name, Data: map[string]any{"first": first, "last": last, "numbers": n, "reason": reason}})
}

var sqlMissing = store.SQL(`SELECT number FROM documents_lost_numbers WHERE agency_id = $1 AND register_id = $2 AND number = $3 AND state = 'missing'`)

// lost tells whether a number is one that the register has forgotten.
func (b Book) lost(ctx context.Context, r store.Reader, number int64) (bool, error) {
	_, ok, err := store.Maybe[int64](ctx, r, sqlMissing, b.AgencyID, b.ID, number)
	return ok, err
}

// noLost says that a number is none of those the register has forgotten.
func (b Book) noLost(number int64) error {
	return store.RefuseField("number", "Số {number} không phải số thiếu sau khôi phục của sổ {name}. Hãy chọn lại.", "number", number, "name", b.Name)
}

// takeLost uses a missing number for a document that is entered again.
func (b Book) takeLost(ctx context.Context, tx *store.Tx, number int64, ref string) error {
	name, _, err := nameActor(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, sqlEndLost, LostEntered, ref, "", name, tx.Now(), b.AgencyID, b.ID, b.Year, number)
	if err != nil {
		return err
	}
	if n == 0 {
		return b.noLost(number)
	}
	return tx.Record(store.Event{Verb: "number.entered", Agency: b.AgencyID, Ref: ref, Title: strconv.FormatInt(number, 10)})
}

// voidLines are the void arrival numbers that no document has.
func (b Book) voidLines(ctx context.Context, r store.Reader, s Span) (out []BookLine, err error) {
	type row struct {
		Number int64
		Reason string
		At     store.Instant `db:"at_us"`
	}
	rows, err := store.All[row](ctx, r, sqlVoidArrived, b.AgencyID, b.ID, s.First, s.Last, s.From.Time().UnixMicro(), s.To.AddDays(1).Time().UnixMicro())
	for _, v := range rows {
		cells := strings.Split(strings.Repeat("\n", len(b.Columns())-1), "\n")
		cells[1], cells[len(cells)-1] = fmt.Sprint(v.Number), vietnamese(store.Say("Số bỏ: {reason}", "reason", v.Reason))
		out = append(out, BookLine{Number: v.Number, On: today(v.At), Cells: cells, Void: true})
	}
	return out, err
}

var sqlVoidLost = store.SQL(`SELECT ` + lostColumns + ` FROM documents_lost_numbers WHERE agency_id = $1 AND register_id = $2 AND state = 'void' AND number >= $3 AND number <= $4
	AND ended_us >= $5 AND ended_us < $6 ORDER BY number`)

// voidSecrets are the void numbers of a register of secrets that no entry has.
func (b Book) voidSecrets(ctx context.Context, r store.Reader, s Span) (out []BookLine, err error) {
	rows, err := store.All[LostNumber](ctx, r, sqlVoidLost, b.AgencyID, b.ID, s.First, s.Last, s.From.Time().UnixMicro(), s.To.AddDays(1).Time().UnixMicro())
	for _, v := range rows {
		out = append(out, BookLine{Number: v.Number, On: today(v.Ended), Void: true, Cells: []string{twoDigits(v.Number), "", "", "", "", "", "", vietnamese(store.Say("Số bỏ: {reason}", "reason", v.Reason))}})
	}
	return out, err
}
