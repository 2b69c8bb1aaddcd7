package dossiers

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What becomes of the dossiers of an agency that ends by a decision (identity.md §9). Those that the archive holds stay where they are and are read there.

var (
	sqlHeld    = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM dossiers_dossiers WHERE agency_id = $1 AND state <> 'destroyed'`)
	sqlAllLeft = store.SQL(`SELECT id, state, code, year, title, retention_code, retention_years, start_date, end_date, person_name, doc_total, page_total, archive_code FROM dossiers_dossiers
		WHERE agency_id = $1 AND state <> 'destroyed' ORDER BY state, year, code, id LIMIT 20000`)
	sqlOfAgency = store.SQL(me + `SELECT ` + dossierColumns + ` FROM me JOIN dossiers_dossiers d ON d.agency_id = me.agency WHERE d.id = $7`)
)

type leftDossier struct {
	ID    int64
	State State
	Code  string
	Year  int
	Title string
	Retention
	StartDate   calendar.Date
	EndDate     calendar.Date
	PersonName  string
	DocTotal    int64
	PageTotal   int64
	ArchiveCode string
}

func init() {
	org.RegisterHolder(org.Holder{
		Held: func(ctx context.Context, r store.Reader, agency org.AgencyID) (map[org.Subject]int64, error) {
			n, err := store.One[int64](ctx, r, sqlHeld, agency)
			return map[org.Subject]int64{org.SubjectDossiers: n}, err
		},
		End: func(context.Context, *store.Tx, org.Reorganisation, org.AgencyID, map[org.Subject]org.AgencyID) error {
			return nil
		},
		List:        listLeft,
		Take:        map[string]func(context.Context, *store.Tx, org.Take) (string, string, error){"dossier": takeDossier},
		TakeSubject: map[string]org.Subject{"dossier": org.SubjectDossiers},
	})
}

// works tells whether a dossier is still worked on: those go on in the new agency.
func (s State) works() bool { return s == Open || s == Closed || s == Returned || s == Submitted }

func listLeft(ctx context.Context, r store.Reader, agency org.AgencyID) ([]org.Left, error) {
	rows, err := store.All[leftDossier](ctx, r, sqlAllLeft, agency)
	var out []org.Left
	for _, d := range rows {
		l := org.Left{Subject: org.SubjectDossiers, Group: "Hồ sơ đã nộp lưu trữ", Code: d.Code, Title: d.Title, From: d.StartDate, To: d.EndDate, Count: d.DocTotal, Holder: d.PersonName, Note: d.Text()}
		if d.State.works() {
			l.Group, l.Ref = "Hồ sơ chưa nộp lưu trữ", (&Dossier{ID: d.ID}).Ref()
		} else if d.ArchiveCode != "" {
			l.Note += "; " + d.ArchiveCode
		}
		out = append(out, l)
	}
	return out, err
}

// takeDossier goes on with a dossier that the archive does not hold yet: under a code of the new agency, with title, period, dates and order as they were.
// Documents that were taken over are those of the new agency; all others stand in it with the files and the data they had (V26, I9.3).
func takeDossier(ctx context.Context, tx *store.Tx, t org.Take) (string, string, error) {
	a := tx.Actor()
	was, err := ofAgency(ctx, tx, int64(t.Old.ID), t.ID)
	if err != nil {
		return "", "", err
	}
	if !was.State.works() {
		return "", "", store.Refuse(store.Conflict, "Hồ sơ {code} đang ở trạng thái “{state}” nên không thực hiện được việc này. Tải lại trang để xem tình trạng mới nhất.", "code", was.Code, "state", was.State)
	}
	if err := was.stopped(ActHandOver); err != nil {
		return "", "", err
	}
	post, err := t.For(was.PersonID)
	if err != nil {
		return "", "", err
	}
	if post == 0 {
		post = int64(t.Post)
	}
	d, err := OpenDossier(ctx, tx, OpenForm{Title: was.Title, Retention: was.Retention, Source: was.RetentionSource, Rights: was.RightsCode, Language: was.Language, Start: was.StartDate, Keywords: was.Keywords,
		Note: strings.TrimSpace(was.Note + "\nTiếp tục hồ sơ " + was.Code + " (" + was.OrganCode + ") của " + t.Old.Name + "."), Holding: post, Extra: was.Extra})
	if err != nil {
		return "", "", err
	}
	items, err := itemsOf(ctx, tx, was.AgencyID, was.ID)
	if err != nil {
		return "", "", err
	}
	for i := range items {
		if err := d.carry(ctx, tx, t, &items[i]); err != nil {
			return "", "", err
		}
	}
	if was.State != Open {
		d.State, d.EndDate, d.ClosingNote, d.ClosedAt, d.DueDate = Closed, was.EndDate, was.ClosingNote, was.ClosedAt, was.DueDate
	}
	if err := d.save(ctx, tx, told{verb: "dossier.taken_over", act: "taken_over", notify: []int64{d.PersonID},
		what: store.Say("Tiếp nhận hồ sơ {code} bàn giao từ {agency}.", "code", was.Code, "agency", t.Old.Name)}); err != nil {
		return "", "", err
	}
	by, err := org.AgencyAt(ctx, tx, org.AgencyID(a.Agency), nowDay(tx))
	if err != nil {
		return "", "", err
	}
	return d.Ref(), org.Taken, tell(ctx, tx, was.AgencyID, was.Ref(), was.name(), told{verb: "dossier.left", act: "handed_over", note: d.Code,
		what: store.Say("Bàn giao cho {agency} xử lý tiếp.", "agency", by.Name)})
}

// ofAgency gives a dossier of an agency without asking who wants it.
func ofAgency(ctx context.Context, r store.Reader, agency, id int64) (*Dossier, error) {
	row, ok, err := store.Maybe[dossierRow](ctx, r, sqlOfAgency, append(bound(store.Actor{Agency: agency, Roles: store.Archivist}, nowDay(r)), id)...)
	if err == nil && !ok {
		err = errNotFound()
	}
	if err == nil {
		err = row.complete()
	}
	return &row.Dossier, err
}

// carry puts a document of the old dossier into the new one.
func (d *Dossier) carry(ctx context.Context, tx *store.Tx, t org.Take, i *Item) error {
	if i.Gone() {
		return nil // taken back by its issuer: nothing of it goes anywhere (V52)
	}
	if i.Kind != "file" {
		ref, err := t.As(i.Ref)
		if err != nil {
			return err
		}
		if ref != "" {
			item, err := describe(ctx, tx, tx.Actor(), ref)
			if err != nil {
				return err
			}
			if _, twice, err := store.Maybe[int](ctx, tx, sqlHasItem, d.AgencyID, d.ID, ref); err != nil || twice {
				return err
			}
			item.Note = i.Note
			_, err = d.put(ctx, tx, item)
			return err
		}
	}
	for n, f := range i.About.Files {
		about := i.About
		title := i.Subject
		if n > 0 {
			title = f.Name
		}
		kept := documents.File{Name: f.Name, Size: f.Size, SHA: f.SHA, Media: f.Media, Pages: f.Pages, Verdict: f.Verdict}
		if _, err := d.attach(ctx, tx, kept, FileForm{Title: strings.TrimSpace(i.Code + " " + title), Medium: orElse(i.About.Medium, "document"), Date: i.DocDate, Author: i.Author, Pages: pagesOfFile(i, f), Note: i.Note}, &about); err != nil {
			return err
		}
	}
	return nil
}

func pagesOfFile(i *Item, f FileMark) int {
	if f.Pages == 0 && len(i.About.Files) == 1 {
		return i.Pages
	}
	return f.Pages
}
