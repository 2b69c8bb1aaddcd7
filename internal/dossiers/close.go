package dossiers

import (
	"cmp"
	"context"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// byTime orders documents by their date, then by when they were added; those without a date come by the day they were added.
func byTime(items []Item) {
	day := func(i Item) calendar.Date {
		if i.DocDate != "" {
			return i.DocDate
		}
		return calendar.DateOf(i.AddedAt.Time())
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(day(a), day(b)), cmp.Compare(a.AddedAt, b.AddedAt), cmp.Compare(a.Ordinal, b.Ordinal))
	})
}

// Finding is something a closing check found (NĐ 30/2020 art. 29.4). One that Stops must be put right first; the others may be accepted.
type Finding struct {
	Code    string
	Ordinal int // 0 = the dossier itself
	Stops   bool
	Text    store.Message
}

// Findings checks a dossier before it is closed: duplicates, drafts, recalled and unfinished documents, missing files and pages, failed signatures.
func Findings(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Finding, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(ctx, r, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	if err := refresh(ctx, r, d.AgencyID, items); err != nil {
		return nil, err
	}
	return findings(items), nil
}

func findings(items []Item) []Finding {
	var out []Finding
	add := func(code string, i Item, stops bool, text string, pairs ...any) {
		out = append(out, Finding{code, i.Ordinal, stops, store.Say(text, append([]any{"ordinal", i.Ordinal, "document", i.name()}, pairs...)...)})
	}
	if len(items) == 0 {
		out = append(out, Finding{"empty", 0, true, store.Say("Hồ sơ chưa có văn bản nào.")})
	}
	seen, same := map[string]int{}, map[string]int{}
	for _, i := range items {
		switch {
		case i.Gone():
			add("recalled", i, true, "Số {ordinal}: văn bản đã được thu hồi, cần đưa ra khỏi hồ sơ.")
			continue
		case i.Kind == "outgoing" && i.State == string(documents.Cancelled):
			add("cancelled", i, true, "Số {ordinal}: {document} đã hủy, cần đưa ra khỏi hồ sơ.")
		case i.Kind == "outgoing" && i.State != string(documents.Issued):
			add("draft", i, true, "Số {ordinal}: {document} còn là dự thảo, chưa ban hành.")
		}
		if i.Lines > 0 {
			add("open_lines", i, false, "Số {ordinal}: {document} còn {count} người, đơn vị chưa xử lý xong.", "count", i.Lines)
		}
		if len(i.About.Files) == 0 {
			add("no_file", i, false, "Số {ordinal}: {document} không có tệp nào.")
		}
		if i.Pages == 0 {
			add("no_pages", i, false, "Số {ordinal}: {document} chưa có số trang.")
		}
		for _, f := range i.About.Files {
			if f.Verdict == documents.VerdictFailed {
				add("bad_signature", i, false, "Số {ordinal}: chữ ký số trên tệp {file} không hợp lệ.", "file", f.Name)
			}
			if f.Main || i.Kind == "file" {
				if first := seen[f.SHA]; first != 0 {
					add("same_file", i, true, "Số {ordinal}: tệp {file} giống hệt tệp của số {first}; giữ một bản.", "file", f.Name, "first", first)
				} else {
					seen[f.SHA] = i.Ordinal
				}
			}
		}
		if key := i.Code + "\x00" + string(i.DocDate) + "\x00" + i.Author; i.Code != "" {
			if first := same[key]; first != 0 {
				add("same_document", i, false, "Số {ordinal}: trùng số, ký hiệu, ngày và cơ quan ban hành với số {first}.", "first", first)
			} else {
				same[key] = i.Ordinal
			}
		}
	}
	return out
}

// refresh reads again what the documents are now; whoever opens the dossier has been checked before.
func refresh(ctx context.Context, r store.Reader, agency int64, items []Item) error {
	for k := range items {
		i := &items[k]
		if i.Gone() || i.Kind == "file" || i.State == "gone" {
			continue
		}
		now, err := current(ctx, r, agency, i)
		if err != nil {
			return err
		}
		if now != nil {
			i.Code, i.DocDate, i.TypeName, i.Subject, i.Author, i.Pages, i.About = now.Code, now.DocDate, now.TypeName, now.Subject, now.Author, now.Pages, now.About
		}
	}
	return nil
}

// current is a document as it is now; nil for one that is not issued, whose row stays as it was written.
func current(ctx context.Context, r store.Reader, agency int64, i *Item) (*Item, error) {
	if i.Kind == "incoming" {
		in, err := documents.Receipt(ctx, r, agency, i.DocumentID)
		if err != nil {
			return nil, err
		}
		files, err := documents.FilesKept(ctx, r, agency, i.Ref)
		return ofIncoming(in, files), err
	}
	if i.State != string(documents.Issued) {
		return nil, nil
	}
	o, err := documents.FindIssued(ctx, r, i.DocumentID)
	if err != nil || o.AgencyID != agency {
		return nil, err
	}
	return ofOutgoing(ctx, r, &o.Outgoing, o.Files)
}

// CloseForm is what the person in charge says when he closes a dossier.
type CloseForm struct {
	Title     string    // "" = as it is
	Retention Retention // Code "" = as it is
	Note      string    // of the closing (tờ kết thúc)
	KeepOrder bool      // false: by the course of events
	Accept    bool      // the findings that do not stop are known
}

// Close ends a dossier: the checks, the order, the totals and the dates are set, every document's data is kept as it is now, and the deposit falls
// due (NĐ 30/2020 art. 29.4; V7, V46). Invalid tells what must be put right.
func Close(ctx context.Context, tx *store.Tx, id int64, f CloseForm) error {
	d, err := begin(ctx, tx, id, ActClose)
	if err != nil {
		return err
	}
	items, err := itemsOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	if err := refresh(ctx, tx, d.AgencyID, items); err != nil {
		return err
	}
	if err := accepted(findings(items), f.Accept); err != nil {
		return err
	}
	if err := d.settle(f); err != nil {
		return err
	}
	if !f.KeepOrder {
		byTime(items)
	}
	if err := d.place(ctx, tx, items); err != nil {
		return err
	}
	for _, i := range items {
		if err := tx.Put(ctx, sqlKeepItem, i.Code, i.DocDate, i.TypeName, i.Subject, i.Author, i.Pages, store.JSONOf(i.About), i.words(), d.AgencyID, d.ID, i.ID); err != nil {
			return err
		}
	}
	d.period(items)
	d.ClosedAt, d.DueDate = tx.Now(), ""
	if d.Deposited() {
		n, err := days(ctx, tx, d.AgencyID, "dossiers.deposit_days", 60)
		if err != nil {
			return err
		}
		d.DueDate = nowDay(tx).AddDays(n)
		if err := d.remindBefore(ctx, tx); err != nil {
			return err
		}
	}
	return d.save(ctx, tx, told{verb: "dossier.closed", act: string(ActClose), note: d.ClosingNote, notify: []int64{d.PersonID},
		what: store.Say("Kết thúc hồ sơ {code}: {documents} văn bản, {pages} trang, {period}.", "code", d.Code, "documents", d.DocTotal, "pages", d.PageTotal, "period", d.Text())})
}

func accepted(found []Finding, accept bool) error {
	var p store.Problems
	for _, f := range found {
		if f.Stops || !accept {
			p = append(p, store.Problem{Message: f.Text})
		}
	}
	return p.Err()
}

// settle fixes title, period and closing note.
func (d *Dossier) settle(f CloseForm) error {
	var p store.Problems
	if t := i18n.CleanLine(f.Title); t != "" {
		d.Title = t
	}
	tooLong(&p, "title", d.Title, 1000)
	if f.Retention.Period != "" {
		var err error
		if d.Retention, err = f.Retention.set(); err != nil {
			p = append(p, problemsOf(err)...)
		}
	}
	d.ClosingNote = i18n.Clean(f.Note)
	tooLong(&p, "note", d.ClosingNote, 2000)
	return p.Err()
}

// period sets the dates of the dossier by its documents: the start never later, the end the last one.
func (d *Dossier) period(items []Item) {
	d.EndDate = ""
	for _, i := range items {
		if i.DocDate == "" {
			continue
		}
		if i.DocDate.Before(d.StartDate) {
			d.StartDate = i.DocDate
		}
		if d.EndDate == "" || i.DocDate.After(d.EndDate) {
			d.EndDate = i.DocDate
		}
	}
	if d.EndDate == "" {
		d.EndDate = d.StartDate
	}
}

// Reopen takes a closed dossier up again before it is deposited, or after the archive returned it, with a reason.
func Reopen(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	d, err := begin(ctx, tx, id, ActReopen)
	if err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	d.ClosedAt, d.DueDate, d.EndDate = 0, "", ""
	return d.save(ctx, tx, told{verb: "dossier.reopened", act: string(ActReopen), note: reason, what: store.Say("Mở lại hồ sơ: {reason}", "reason", reason)})
}
