package dossiers

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Check examines every file of a deposit outside of any transaction and keeps what it found (D16.9): the bytes are those deposited, signatures stand, no virus
// as far as a scanner is there, totals as the list says.
func Check(ctx context.Context, desk *documents.Desk, a store.Actor, id int64) (*Deposit, error) {
	if err := keepsArchive(a); err != nil {
		return nil, err
	}
	p, err := FindDeposit(ctx, desk.DB, a, id)
	if err != nil {
		return nil, err
	}
	if p.State != Submitted {
		return nil, store.Refuse(store.Conflict, "Đợt nộp lưu {deposit} đã được trả lời. Không có gì thay đổi.", "deposit", p.Name())
	}
	found := make([]*Checks, len(p.Lines))
	for i, l := range p.Lines {
		if found[i], err = examine(ctx, desk, a.Agency, l); err != nil {
			return nil, err
		}
	}
	err = desk.DB.Write(ctx, a, func(tx *store.Tx) error {
		for i, l := range p.Lines {
			found[i].At = tx.Now()
			if err := tx.Put(ctx, sqlCheckLine, store.JSONOf(found[i]), p.AgencyID, p.ID, l.DossierID); err != nil {
				return err
			}
			if err := tell(ctx, tx, p.AgencyID, "dossier/"+strconv.FormatInt(l.DossierID, 10), l.Code+": "+l.Title, told{verb: "dossier.checked", act: "check", what: store.Say("Lưu trữ kiểm tra {count} tệp của hồ sơ {code}.", "count", found[i].Files, "code", l.Code)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return FindDeposit(ctx, desk.DB, a, id)
}

func examine(ctx context.Context, desk *documents.Desk, agency int64, l DepositLine) (*Checks, error) {
	items, err := itemsOf(ctx, desk.DB, agency, l.DossierID)
	if err != nil {
		return nil, err
	}
	c := &Checks{Missing: []string{}, Failed: []string{}, Viruses: []string{}, Scanned: scanner() != ""}
	now := totals(items)
	c.Totals = now.Documents == l.Documents && now.Files == l.Files && now.Pages == l.Pages
	if !c.Totals {
		c.Shortage = "chưa đủ, số lượng còn thiếu: " + strconv.FormatInt(l.Documents-now.Documents, 10) + " văn bản, " + strconv.FormatInt(l.Files-now.Files, 10) + " tệp"
	}
	for _, i := range items {
		for _, f := range i.About.Files {
			c.Files++
			if err := c.file(ctx, desk, f); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *Checks) file(ctx context.Context, desk *documents.Desk, f FileMark) error {
	err := desk.Blobs.Verify(ctx, f.SHA)
	if errors.Is(err, blob.NotFound) || errors.Is(err, blob.Damaged) {
		c.Missing = append(c.Missing, f.Name)
		return nil
	}
	if err != nil {
		return err
	}
	if f.Media == "application/pdf" {
		v, err := documents.VerifyKept(ctx, desk, f.SHA, f.Size)
		if err != nil {
			return err
		}
		if v == documents.VerdictFailed {
			c.Failed = append(c.Failed, f.Name)
		}
	}
	if c.Scanned {
		clean, err := scan(ctx, desk.Blobs, f.SHA)
		if err != nil {
			return err
		}
		if !clean {
			c.Viruses = append(c.Viruses, f.Name)
		}
	}
	return nil
}

// scanner is the virus scanner of the machine, "" when it has none: then the checks say so.
func scanner() string {
	p, err := exec.LookPath("clamdscan")
	if err != nil {
		return ""
	}
	return p
}

// scan gives a file to the scanner through its standard input; exit code 1 is a finding, anything else but 0 no answer.
func scan(ctx context.Context, blobs blob.Store, sha string) (clean bool, err error) {
	f, err := blobs.Open(ctx, sha)
	if err != nil {
		return false, err
	}
	defer f.Close()
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, scanner(), "--no-summary", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, io.Discard, io.Discard
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return false, nil
	}
	return err == nil, err
}

// Freeze locks a dossier against moving, deleting and editing by order of the competent person; Unfreeze lifts it (V60). Both ask for his confirmation.
func Freeze(ctx context.Context, tx *store.Tx, id int64, order string) error {
	d, err := begin(ctx, tx, id, ActFreeze)
	if err != nil {
		return err
	}
	if order, err = reasoned("order", order); err != nil {
		return err
	}
	d.FrozenAt, d.FreezeOrder = tx.Now(), order
	return d.save(ctx, tx, told{verb: "dossier.frozen", act: string(ActFreeze), note: order, notify: []int64{d.PersonID}, what: store.Say("Đóng băng hồ sơ {code}: {order}", "code", d.Code, "order", order)})
}

// Unfreeze lifts a freeze.
func Unfreeze(ctx context.Context, tx *store.Tx, id int64, order string) error {
	d, err := begin(ctx, tx, id, ActUnfreeze)
	if err != nil {
		return err
	}
	if order, err = reasoned("order", order); err != nil {
		return err
	}
	d.FrozenAt, d.FreezeOrder = 0, ""
	return d.save(ctx, tx, told{verb: "dossier.unfrozen", act: string(ActUnfreeze), note: order, notify: []int64{d.PersonID}, what: store.Say("Gỡ đóng băng hồ sơ {code}.", "code", d.Code)})
}

// Destroy ends a dossier of the archive whose period is over, by a decision of the head (D15.5). Its row, its list of documents and its whole history stay; files of
// its own lose their bytes, registered documents stay in their registers.
func Destroy(ctx context.Context, tx *store.Tx, id int64, decision string) error {
	d, err := begin(ctx, tx, id, ActDestroy)
	if err != nil {
		return err
	}
	if decision, err = reasoned("decision", decision); err != nil {
		return err
	}
	end := d.Expires()
	if end == "" {
		return store.Refuse(store.Conflict, "Hồ sơ {code} được bảo quản vĩnh viễn nên không hủy được.", "code", d.Code)
	}
	if !end.Before(nowDay(tx)) {
		return store.Refuse(store.Conflict, "Hồ sơ {code} còn được bảo quản đến hết ngày {date} nên chưa hủy được.", "code", d.Code, "date", end.Display())
	}
	if _, err := tx.Exec(ctx, sqlForgetFiles, d.AgencyID, d.ID); err != nil {
		return err
	}
	d.DestroyedBy = decision
	return d.save(ctx, tx, told{verb: "dossier.destroyed", act: string(ActDestroy), note: decision, notify: []int64{d.PersonID}, what: store.Say("Hủy hồ sơ {code} hết giá trị theo {decision}.", "code", d.Code, "decision", decision)})
}

// Expires is the last day of the period, counted from the end of the dossier's year; "" = never.
func (d *Dossier) Expires() calendar.Date {
	if d.Permanent() {
		return ""
	}
	return calendar.NewDate(d.EndDate.Year()+d.Years, 12, 31)
}

// Request asks the archive for a dossier that one no longer opens (V37).
type Request struct {
	ID, DossierID int64
	PersonID      int64
	PersonName    string
	Reason        string
	State         string // asked, granted, refused
	Until         calendar.Date
	Answer        string
	AnsweredBy    string
	At            store.Instant `db:"at_us"`
	Code, Title   string        // of the dossier
}

// The title of what one did not know is shown when the archive grants it.
const requestColumns = `q.id, q.dossier_id, q.person_id, q.person_name, q.reason, q.state, q.until, q.answer, q.answered_by, q.at_us, d.code,
	CASE WHEN CAST($1 AS BOOLEAN) OR q.state = 'granted' OR d.person_id = q.person_id OR d.rights_code = '01' THEN d.title ELSE '' END AS title
	FROM dossiers_requests q JOIN dossiers_dossiers d ON d.agency_id = q.agency_id AND d.id = q.dossier_id`

var (
	sqlRequests   = store.SQL(`SELECT ` + requestColumns + ` WHERE q.agency_id = $2 AND (CAST($1 AS BOOLEAN) OR q.person_id = $3) ORDER BY CASE q.state WHEN 'asked' THEN 0 ELSE 1 END, q.id DESC LIMIT 200`)
	sqlRequest    = store.SQL(`SELECT ` + requestColumns + ` WHERE CAST($1 AS BOOLEAN) AND q.agency_id = $2 AND q.id = $3`)
	sqlByCode     = store.SQL(`SELECT id FROM dossiers_dossiers WHERE agency_id = $1 AND year = $2 AND code = $3 AND state = 'accepted'`)
	sqlPutRequest = store.SQL(`INSERT INTO dossiers_requests (agency_id, id, dossier_id, person_id, person_name, reason, state, until, answer, answered_by, at_us, answered_us) VALUES ($1, $2, $3, $4, $5, $6, 'asked', '', '', '', $7, 0)`)
	sqlAnswerReq  = store.SQL(`UPDATE dossiers_requests SET state = $1, until = $2, answer = $3, answered_by = $4, answered_us = $5 WHERE agency_id = $6 AND id = $7 AND state = 'asked'`)
)

// Requests lists requests: the archivist all of the agency, others their own.
func Requests(ctx context.Context, r store.Reader, a store.Actor) ([]Request, error) {
	return store.All[Request](ctx, r, sqlRequests, a.Roles.Has(store.Archivist), a.Agency, person(a))
}

// AskFor asks for the use of a deposited dossier.
func AskFor(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	d, err := FindDossier(ctx, tx, tx.Actor(), id)
	if err == nil {
		err = d.CheckRequest()
	}
	if err != nil {
		return err
	}
	return d.request(ctx, tx, reason)
}

// AskByCode asks for the use of a dossier of the archive that one knows by its code and year only, from the issued list or another document.
func AskByCode(ctx context.Context, tx *store.Tx, code string, year int, reason string) error {
	a := tx.Actor()
	if a.Person == 0 || a.Holding == 0 {
		return store.Refuse(store.Forbidden, "Ông/Bà cần giữ một chức vụ trong cơ quan để gửi yêu cầu.")
	}
	id, ok, err := store.Maybe[int64](ctx, tx, sqlByCode, a.Agency, year, i18n.CleanLine(code))
	if err != nil {
		return err
	}
	if !ok {
		return store.RefuseField("code", "Lưu trữ không giữ hồ sơ nào mang số, ký hiệu {code} của năm {year}. Kiểm tra lại số, ký hiệu và năm.", "code", i18n.CleanLine(code), "year", year)
	}
	d, err := FindDossier(ctx, tx, a, id)
	if err == nil {
		err = d.CheckRequest()
	}
	if errors.Is(err, store.NotFound) {
		row, _, bad := store.Maybe[dossierRow](ctx, tx, sqlLoadDossier, a.Agency, id)
		d, err = &row.Dossier, bad
	}
	if err != nil {
		return err
	}
	return d.request(ctx, tx, reason)
}

// CheckRequest tells why its use need not or cannot be asked for; nil when it can.
func (d *Dossier) CheckRequest() error {
	if d.Opens {
		return store.Refuse(store.Conflict, "Ông/Bà đang mở được hồ sơ {code}, không cần gửi yêu cầu.", "code", d.Code)
	}
	if d.State != Accepted {
		return store.Refuse(store.Conflict, "Hồ sơ {code} không còn để sử dụng.", "code", d.Code)
	}
	return nil
}

func (d *Dossier) request(ctx context.Context, tx *store.Tx, reason string) error {
	reason, err := reasoned("reason", reason)
	if err != nil {
		return err
	}
	who, _, err := nameOf(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPutRequest, d.AgencyID, tx.NewID(), d.ID, person(tx.Actor()), who, reason, tx.Now()); err != nil {
		if store.IsDuplicate(err) {
			err = store.Because(store.Refuse(store.Conflict, "Yêu cầu sử dụng hồ sơ {code} của ông/bà đang chờ lưu trữ trả lời.", "code", d.Code), err)
		}
		return err
	}
	archivists, err := archivistsOf(ctx, tx, d.AgencyID)
	if err != nil {
		return err
	}
	return tell(ctx, tx, d.AgencyID, d.Ref(), d.name(), told{verb: "dossier.requested", act: "request", note: reason, notify: archivists, what: store.Say("{name} yêu cầu sử dụng hồ sơ {code}.", "name", who, "code", d.Code)})
}

// AnswerRequest grants a request until a day, or refuses it with a reason.
func AnswerRequest(ctx context.Context, tx *store.Tx, id int64, grant bool, until calendar.Date, answer string) error {
	if err := keepsArchive(tx.Actor()); err != nil {
		return err
	}
	q, ok, err := store.Maybe[Request](ctx, tx, sqlRequest, true, tx.Actor().Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy yêu cầu này trong cơ quan.")
	}
	if err != nil {
		return err
	}
	state := "refused"
	what := store.Say("Lưu trữ từ chối yêu cầu sử dụng hồ sơ {code}.", "code", q.Code)
	if answer = i18n.Clean(answer); grant {
		if state = "granted"; until == "" || until.Before(nowDay(tx)) || nowDay(tx).AddDays(366).Before(until) {
			return store.RefuseField("until", "Ngày hết hạn sử dụng phải từ hôm nay và trong vòng một năm.")
		}
		what = store.Say("Lưu trữ cho {name} sử dụng hồ sơ {code} đến hết ngày {date}.", "name", q.PersonName, "code", q.Code, "date", until.Display())
	} else if answer, err = reasoned("answer", answer); err != nil {
		return err
	} else {
		until = ""
	}
	who, _, err := nameOf(ctx, tx, tx.Actor())
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlAnswerReq, state, until, answer, who, tx.Now(), tx.Actor().Agency, id); err != nil {
		return err
	}
	if err := (&Dossier{ID: q.DossierID, AgencyID: tx.Actor().Agency}).endsAfter(ctx, tx, until); err != nil {
		return err
	}
	return tell(ctx, tx, tx.Actor().Agency, "dossier/"+strconv.FormatInt(q.DossierID, 10), q.Code+": "+q.Title, told{verb: "dossier.request_answered", act: "answer_request", note: answer, notify: []int64{q.PersonID}, what: what})
}
