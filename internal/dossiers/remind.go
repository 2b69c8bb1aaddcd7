package dossiers

import (
	"context"
	"fmt"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const remindKind = "dossiers.remind"

var (
	sqlPutNotice = store.SQL(`INSERT INTO dossiers_notices (agency_id, id, dossier_id, notice_date, remind_date, person_id, note, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sqlNotices   = store.SQL(`SELECT n.id, n.dossier_id, n.notice_date, n.remind_date, n.note FROM dossiers_notices n WHERE n.agency_id = $1 AND n.dossier_id = $2 ORDER BY n.id`)
	sqlToRemind  = store.SQL(`SELECT id, agency_id, code, title, state, person_id, due_date, frozen_us FROM dossiers_dossiers WHERE agency_id = $1 AND id = $2`)
)

// Notice is what the archive told a depositor, and when the system reminds him of it (V29).
type Notice struct {
	ID, DossierID          int64
	NoticeDate, RemindDate calendar.Date
	Note                   string
}

// Notices lists the archive's notices of a dossier, to those who open it.
func Notices(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Notice, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return store.All[Notice](ctx, r, sqlNotices, d.AgencyID, d.ID)
}

// Ask is the archive's notice that dossiers are to be deposited (Phụ lục VI III.5b): their keepers are told at once and reminded on the day that the
// settings remind_base and remind_days give.
func Ask(ctx context.Context, tx *store.Tx, ids []int64, note string) error {
	if err := keepsArchive(tx.Actor()); err != nil {
		return err
	}
	if len(ids) == 0 || len(ids) > mostDeposited {
		return store.RefuseField("dossiers", "Chọn từ 1 đến {limit} hồ sơ.", "limit", mostDeposited)
	}
	note = i18n.Clean(note)
	for _, id := range ids {
		d, err := FindDossier(ctx, tx, tx.Actor(), id)
		if err != nil {
			return err
		}
		if err := d.CheckNotice(tx.Actor()); err != nil {
			return err
		}
		if err := d.ask(ctx, tx, note); err != nil {
			return err
		}
	}
	return nil
}

// CheckNotice tells why no notice can be given about the dossier; nil when it can.
func (d *Dossier) CheckNotice(a store.Actor) error {
	if err := keepsArchive(a); err != nil {
		return err
	}
	if d.State != Closed && d.State != Returned || d.DueDate == "" {
		return store.Refuse(store.Conflict, "Hồ sơ {code} chưa kết thúc, đã nộp hoặc không thuộc diện nộp lưu. Bỏ hồ sơ này khỏi danh sách rồi thông báo lại.", "code", d.Code)
	}
	return nil
}

func (d *Dossier) ask(ctx context.Context, tx *store.Tx, note string) error {
	today := nowDay(tx)
	n, err := days(ctx, tx, d.AgencyID, "dossiers.remind_days", 30)
	if err != nil {
		return err
	}
	base, err := store.Setting(ctx, tx, d.AgencyID, "dossiers.remind_base", "notice")
	if err != nil {
		return err
	}
	remind := today.AddDays(n)
	if base == "due" {
		remind = d.DueDate.AddDays(-n)
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutNotice, d.AgencyID, id, d.ID, today, remind, tx.Actor().Person, note, tx.Now()); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, d.reminder("notice/"+strconv.FormatInt(id, 10), remind)); err != nil {
		return err
	}
	return tell(ctx, tx, d.AgencyID, d.Ref(), d.name(), told{verb: "dossier.noticed", act: "notice", note: note, notify: []int64{d.PersonID},
		what: store.Say("Lưu trữ cơ quan đề nghị nộp hồ sơ {code}, hạn {date}.", "code", d.Code, "date", d.DueDate.Display())})
}

type remindOf struct {
	Dossier int64         `json:"dossier"`
	Due     calendar.Date `json:"due"` // a later due date has its own reminders
}

func (d *Dossier) reminder(key string, on calendar.Date) store.Job {
	return store.Job{Kind: remindKind, Key: fmt.Sprintf("%d/%s/%s", d.ID, d.DueDate, key), AgencyID: d.AgencyID, Payload: store.JSONOf(remindOf{d.ID, d.DueDate}), Due: store.InstantOf(on.At(8, 0))}
}

// remindBefore plans what the keeper hears without any notice: remind_days before the deposit is due, and when it is overdue.
func (d *Dossier) remindBefore(ctx context.Context, tx *store.Tx) error {
	n, err := days(ctx, tx, d.AgencyID, "dossiers.remind_days", 30)
	if err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, d.reminder("before", d.DueDate.AddDays(-n))); err != nil {
		return err
	}
	return tx.Enqueue(ctx, d.reminder("overdue", d.DueDate.AddDays(1)))
}

// Reminders is the due work of this room: it tells keepers whose deposit is due, unless it was made meanwhile.
func Reminders(db *store.DB) store.Work {
	return store.Work{Kind: remindKind, Do: func(ctx context.Context, j store.Job) error {
		var p remindOf
		if err := j.Decode(&p); err != nil {
			return err
		}
		return db.Write(ctx, store.System(j.AgencyID), func(tx *store.Tx) error {
			d, ok, err := store.Maybe[toRemind](ctx, tx, sqlToRemind, j.AgencyID, p.Dossier)
			if err != nil || !ok || d.State != Closed && d.State != Returned || d.DueDate != p.Due {
				return err
			}
			what := store.Say("Hồ sơ {code} đến hạn nộp lưu ngày {date}.", "code", d.Code, "date", d.DueDate.Display())
			if d.DueDate.Before(nowDay(tx)) {
				what = store.Say("Hồ sơ {code} đã quá hạn nộp lưu (hạn {date}).", "code", d.Code, "date", d.DueDate.Display())
			}
			if err := tx.Finish(ctx, j); err != nil {
				return err
			}
			ref := "dossier/" + strconv.FormatInt(d.ID, 10)
			return tell(ctx, tx, d.AgencyID, ref, d.Code+": "+d.Title, told{verb: "dossier.reminded", act: "remind", notify: []int64{d.PersonID}, what: what})
		})
	}}
}

type toRemind struct {
	ID, AgencyID int64
	Code, Title  string
	State        State
	PersonID     int64
	DueDate      calendar.Date
	FrozenAt     store.Instant `db:"frozen_us"`
}

// Run does the due work of this room and lets answers follow what they answer, until ctx ends.
func Run(ctx context.Context, db *store.DB, trouble func(error)) {
	done := make(chan struct{})
	go func() { defer close(done); db.Follow(ctx, Follower, Hear, trouble) }()
	ended := make(chan struct{})
	go func() { defer close(ended); db.Work(ctx, Endings(db), trouble) }()
	db.Work(ctx, Reminders(db), trouble)
	<-ended
	<-done
}
