package documents

import (
	"context"
	"fmt"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// Secrecy is the level of a secret document (D5.8). The documents themselves do not live on this network: only their numbers do.
type Secrecy int

// The three levels.
const (
	Confidential Secrecy = 1
	Secret       Secrecy = 2
	TopSecret    Secrecy = 3
)

var secrecies = map[Secrecy]string{Confidential: "Mật", Secret: "Tối mật", TopSecret: "Tuyệt mật"}

// Label is the level in Vietnamese, a key of i18n.
func (s Secrecy) Label() string { return secrecies[s] }

// SecretEntry is a row of a register of secret documents: number, date, whom it comes from or goes to, level. Nothing of its subject
// and no file can be kept (D4.8, D9.10).
type SecretEntry struct {
	ID         int64
	RegisterID int64
	Year       int
	Number     int64
	Date       calendar.Date `db:"issued_date"`
	Party      string        // issuer, or receiver, by name or code
	Code       string        // number and notation written on a received document
	Secrecy    Secrecy
	Urgency    Urgency
	VoidReason string
	PersonName string
	At         store.Instant `db:"at_us"`
}

// SecretForm enters a secret document.
type SecretForm struct {
	Direction string
	Register  int64 // 0 = the register of secrets of that direction
	Date      calendar.Date
	Party     string
	Code      string
	Secrecy   Secrecy
	Urgency   Urgency
	Lost      int64 // the number that it had before a restore (fence.go); 0 = the next one
}

var (
	sqlPutSecret = store.SQL(`INSERT INTO documents_secrets (agency_id, id, register_id, year, number, issued_date, party, code, secrecy, urgency, void_reason, person_id, person_name, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13)`)
	sqlSecrets = store.SQL(`SELECT id, register_id, year, number, issued_date, party, code, secrecy, urgency, void_reason, person_name, at_us FROM documents_secrets
		WHERE agency_id = $1 AND register_id = $2 AND issued_date >= $3 AND issued_date <= $4 AND number >= $5 AND number <= $6 ORDER BY number LIMIT $7`)
	sqlVoidSecret = store.SQL(`UPDATE documents_secrets SET void_reason = $1 WHERE agency_id = $2 AND id = $3 AND void_reason = ''`)
	sqlSecretOf   = store.SQL(`SELECT id, register_id, year, number, issued_date, party, code, secrecy, urgency, void_reason, person_name, at_us FROM documents_secrets WHERE agency_id = $1 AND id = $2`)
)

// EnterSecret gives a secret document its number in the register of secrets of its direction, which is opened at its first use. The
// registry does; nobody may type a subject or add a file.
func EnterSecret(ctx context.Context, tx *store.Tx, f SecretForm) (*SecretEntry, error) {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return nil, err
	}
	now := today(tx.Now())
	s := SecretEntry{ID: tx.NewID(), Date: f.Date, Party: line(f.Party), Code: line(f.Code), Secrecy: f.Secrecy, Urgency: f.Urgency, At: tx.Now()}
	var p store.Problems
	if f.Direction != OutgoingBook && f.Direction != IncomingBook {
		p.Add("direction", "Sổ phải là sổ văn bản đi hoặc sổ văn bản đến.")
	}
	if s.Date.IsZero() {
		s.Date = now
	}
	if !s.Date.Valid() || s.Date.After(now) || f.Direction == OutgoingBook && s.Date.Year() != now.Year() {
		p.Add("date", "Ngày văn bản không được sau hôm nay; văn bản đi phải trong năm nay.")
	}
	if n := len([]rune(s.Party)); n == 0 || n > 200 {
		p.Add("party", "Hãy ghi cơ quan ban hành hoặc nơi nhận (không quá 200 ký tự).")
	}
	if len([]rune(s.Code)) > 60 {
		p.Add("code", "Số, ký hiệu không dài quá 60 ký tự. Không ghi nội dung văn bản mật vào ô này.")
	}
	if s.Secrecy.Label() == "" {
		p.Add("secrecy", "Độ mật phải là mật, tối mật hoặc tuyệt mật.")
	}
	if !s.Urgency.Valid() {
		p.Add("urgency", "Độ khẩn phải là thường, khẩn, thượng khẩn hoặc hỏa tốc.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	b, err := bookOf(ctx, tx, a.Agency, entry{register: f.Register, direction: f.Direction, on: now, kind: BookSecret, unit: a.Unit})
	if err != nil {
		return nil, err
	}
	if s.Number = f.Lost; f.Lost != 0 {
		err = b.takeLost(ctx, tx, f.Lost, b.ref())
	} else if err = b.unfenced(ctx, tx); err == nil {
		s.Number, err = tx.Draw(ctx, a.Agency, b.series(), b.Year)
		s.Number += max(b.FirstNumber, 1) - 1
	}
	if err != nil {
		return nil, err
	}
	if s.PersonName, _, err = nameActor(ctx, tx, a); err != nil {
		return nil, err
	}
	s.RegisterID, s.Year = b.ID, b.Year
	err = tx.Put(ctx, sqlPutSecret, a.Agency, s.ID, s.RegisterID, s.Year, s.Number, s.Date, s.Party, s.Code, s.Secrecy, s.Urgency, a.Person, s.PersonName, s.At)
	if err != nil {
		return nil, err
	}
	return &s, tx.Record(store.Event{Verb: "secret.entered", Agency: a.Agency, Ref: b.ref(), Title: twoDigits(s.Number)})
}

// VoidSecret marks a number of the register of secrets as void, with the reason; the row stays (D7.10).
func VoidSecret(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return err
	}
	s, err := findSecret(ctx, tx, a.Agency, id)
	if err != nil {
		return err
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlVoidSecret, reason, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "secret.voided", Agency: a.Agency, Ref: fmt.Sprintf("register/%d", s.RegisterID), Title: twoDigits(s.Number)})
}

// secretLines are the rows of a register of secrets. Their Ref names nothing that files, histories or parcels know.
func (b Book) secretLines(ctx context.Context, r store.Reader, s Span) ([]BookLine, error) {
	s = s.within(b.Year)
	if b.Direction == IncomingBook { // received ones may be older than the register's year
		s.From = calendar.NewDate(1990, 1, 1)
	}
	rows, err := store.All[SecretEntry](ctx, r, sqlSecrets, b.AgencyID, b.ID, s.From, s.To, s.First, s.Last, mostPrinted+1)
	var lines []BookLine
	for _, v := range rows {
		urgent, remark := "", ""
		if v.Urgency > Ordinary {
			urgent = v.Urgency.Label()
		}
		if v.VoidReason != "" {
			remark = "Số bỏ: " + v.VoidReason
		}
		lines = append(lines, BookLine{Number: v.Number, Ref: fmt.Sprintf("secret/%d", v.ID), On: v.Date, Void: v.VoidReason != "",
			Cells: []string{twoDigits(v.Number), v.Date.Display(), v.Party, v.Code, v.Secrecy.Label(), urgent, "", remark}})
	}
	if err != nil {
		return nil, err
	}
	void, err := b.voidSecrets(ctx, r, s)
	if len(void) > 0 {
		lines = append(lines, void...)
		slices.SortStableFunc(lines, func(x, y BookLine) int { return int(x.Number - y.Number) })
	}
	return lines, err
}

// FindSecret gives one row of a register of secrets to those who read registers.
func FindSecret(ctx context.Context, r store.Reader, a store.Actor, id int64) (SecretEntry, error) {
	if !SeesAll(a) {
		return SecretEntry{}, errRegisterReaders()
	}
	return findSecret(ctx, r, a.Agency, id)
}

func findSecret(ctx context.Context, r store.Reader, agency, id int64) (SecretEntry, error) {
	s, ok, err := store.Maybe[SecretEntry](ctx, r, sqlSecretOf, agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy số này trong sổ văn bản mật của cơ quan.")
	}
	return s, err
}
