package documents

import (
	"context"
	"fmt"

	"congvu/internal/store"
)

// Correction is what was put right in a row of a register: the row keeps its value, the correction stands beside it (D7.9).
type Correction struct {
	ID         int64
	Number     int64
	Suffix     string
	ColumnNo   int // from 1, of the register's columns
	Was        string
	Becomes    string
	Reason     string
	PersonName string
	At         store.Instant `db:"at_us"`
}

// CorrectForm corrects one column of one row.
type CorrectForm struct {
	Number  int64
	Suffix  string
	Column  int // from 1; the number itself is never corrected
	Becomes string
	Reason  string
}

var (
	sqlPutCorrection = store.SQL(`INSERT INTO documents_corrections (agency_id, id, register_id, number, suffix, column_no, was, becomes, reason, person_id, person_name, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	sqlCorrections = store.SQL(`SELECT id, number, suffix, column_no, was, becomes, reason, person_name, at_us FROM documents_corrections WHERE agency_id = $1 AND register_id = $2 ORDER BY number, id LIMIT $3`)
)

// CorrectEntry writes a reasoned correction of a row: all that may still be written into a locked register (D7.9). The registry does.
func CorrectEntry(ctx context.Context, tx *store.Tx, register int64, f CorrectForm) error {
	a := tx.Actor()
	if err := mayRegistry(a); err != nil {
		return err
	}
	b, lines, err := BookLines(ctx, tx, a, register, Span{First: f.Number, Last: f.Number})
	if err != nil {
		return err
	}
	var row *BookLine
	for i := range lines {
		if lines[i].Number == f.Number && lines[i].Suffix == f.Suffix && lines[i].Ref != "" {
			row = &lines[i]
		}
	}
	var p store.Problems
	columns := b.Columns()
	if row == nil {
		p.Add("number", "Sổ {name} không có văn bản nào mang số {number}.", "name", b.Name, "number", fmt.Sprint(f.Number)+f.Suffix)
	}
	if f.Column < 1 || f.Column > len(columns) || f.Column == b.NumberColumn() {
		p.Add("column", "Hãy chọn cột cần đính chính; số trong sổ không đính chính được.")
	}
	becomes, reason := line(f.Becomes), line(f.Reason)
	if n := len([]rune(becomes)); n == 0 || n > 1000 {
		p.Add("becomes", "Hãy ghi nội dung đúng (không quá 1000 ký tự).")
	}
	if n := len([]rune(reason)); n < 10 || n > 1000 {
		p.Add("reason", "Lý do đính chính cần từ 10 đến 1000 ký tự.")
	}
	if err := p.Err(); err != nil {
		return err
	}
	was := row.Cells[f.Column-1]
	if was == becomes {
		return store.RefuseField("becomes", "Nội dung đúng giống hệt nội dung đang ghi. Không có gì thay đổi.")
	}
	who, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPutCorrection, a.Agency, tx.NewID(), register, f.Number, f.Suffix, f.Column, was, becomes, reason, a.Person, who, tx.Now()); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "register.corrected", Agency: a.Agency, Ref: b.ref(), Title: fmt.Sprintf("%02d%s", f.Number, f.Suffix)})
}

// NumberColumn is the column, from 1, of the register's own number.
func (b Book) NumberColumn() int {
	if b.Direction == IncomingBook && b.Kind != BookSecret {
		return 2
	}
	return 1
}

// correct writes the corrections into the remarks of their rows: both values are shown.
func (b Book) correct(ctx context.Context, r store.Reader, lines []BookLine) error {
	all, err := store.All[Correction](ctx, r, sqlCorrections, b.AgencyID, b.ID, mostPrinted)
	if err != nil || len(all) == 0 {
		return err
	}
	type at struct {
		number int64
		suffix string
	}
	texts, columns := map[at]string{}, b.Columns()
	for _, c := range all {
		if c.ColumnNo < 1 || c.ColumnNo > len(columns) {
			continue
		}
		k := at{c.Number, c.Suffix}
		if c.Was == "" && c.Becomes == "" { // it went with the document that was recalled
			texts[k] = alongside(texts[k], "Đã đính chính ngày "+today(c.At).Display())
			continue
		}
		texts[k] = alongside(texts[k], fmt.Sprintf("Đính chính ngày %s, %s: “%s” thành “%s” (%s)", today(c.At).Display(), columns[c.ColumnNo-1].Head, c.Was, c.Becomes, c.Reason))
	}
	for i, l := range lines {
		if text := texts[at{l.Number, l.Suffix}]; text != "" && l.Ref != "" && !l.Hidden {
			last := len(l.Cells) - 1
			lines[i].Cells[last] = alongside(l.Cells[last], text)
		}
	}
	return nil
}
