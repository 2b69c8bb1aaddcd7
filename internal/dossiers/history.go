package dossiers

import (
	"context"
	"encoding/json"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// Step is one line of the history of a dossier, a list or a deposit.
type Step struct {
	At     store.Instant `db:"at_us"`
	Act    string
	Person int64 `db:"person_id"`
	Who    string
	Post   string
	What   store.Message `db:"-"`
	Note   string
}

type stepRow struct {
	Step
	WhatJSON store.JSON `db:"what"`
}

var (
	sqlPutStep = store.SQL(`INSERT INTO dossiers_history (agency_id, ref, id, at_us, act, person_id, who, post, what, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	sqlSteps   = store.SQL(`SELECT at_us, act, person_id, who, post, what, note FROM dossiers_history WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
)

// told is what an act leaves in history and journal.
type told struct {
	verb, act, note string
	what            store.Message
	notify          []int64
}

// tell writes history and journal; who acts is named as he is today.
func tell(ctx context.Context, tx *store.Tx, agency int64, ref, title string, t told) error {
	a := tx.Actor()
	who, post, err := nameOf(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlPutStep, agency, ref, tx.NewID(), tx.Now(), t.act, a.Person, who, post, store.JSONOf(t.what), t.note); err != nil {
		return err
	}
	e := store.Event{Verb: t.verb, Agency: agency, Ref: ref, Title: title}
	for _, p := range t.notify {
		if p != 0 && p != a.Person {
			e.Notify = append(e.Notify, p)
		}
	}
	if len(e.Notify) > 0 {
		e.Text = t.what
	}
	return tx.Record(e)
}

func nameOf(ctx context.Context, r store.Reader, a store.Actor) (who, post string, err error) {
	if a.Holding == 0 {
		return "", "", nil
	}
	h, err := org.HoldingAt(ctx, r, org.HoldingID(a.Holding), nowDay(r))
	if err != nil {
		return "", "", err
	}
	return h.PersonName, h.Title, nil
}

// steps reads a history whose owner the caller has been allowed to see.
func steps(ctx context.Context, r store.Reader, agency int64, ref string) ([]Step, error) {
	rows, err := store.All[stepRow](ctx, r, sqlSteps, agency, ref)
	out := make([]Step, len(rows))
	for i, row := range rows {
		out[i] = row.Step
		if err == nil {
			err = json.Unmarshal([]byte(row.WhatJSON), &out[i].What)
		}
	}
	return out, err
}

// nowDay is the legal day of an act or of a question (UTC+7).
func nowDay(r store.Reader) calendar.Date {
	return calendar.DateOf(r.(interface{ Now() store.Instant }).Now().Time())
}

// reasoned is a reason of 5 to 1000 characters.
func reasoned(field, s string) (string, error) {
	s = i18n.Clean(s)
	if n := len([]rune(s)); n < 5 || n > 1000 {
		return "", store.RefuseField(field, "Cần ghi rõ từ 5 đến 1000 ký tự (đang có {length}). Chưa có gì thay đổi; hãy bổ sung rồi thử lại.", "length", n)
	}
	return s, nil
}

func tooLong(p *store.Problems, field, s string, limit int) {
	if n := len([]rune(s)); n > limit {
		p.Add(field, "Nội dung dài {length} ký tự, vượt quá {limit} ký tự được lưu. Hãy rút gọn rồi thử lại.", "length", n, "limit", limit)
	}
}

// days reads a setting that counts days; what is no number is the fallback.
func days(ctx context.Context, r store.Reader, agency int64, name string, fallback int) (int, error) {
	s, err := store.Setting(ctx, r, agency, name, strconv.Itoa(fallback))
	if n, bad := strconv.Atoi(s); bad == nil && n > 0 && n < 10000 {
		return n, err
	}
	return fallback, err
}

// colleague finds a post of the agency that is held today.
func colleague(ctx context.Context, r store.Reader, agency int64, field string, id int64) (*org.Holding, error) {
	h, err := org.HoldingAt(ctx, r, org.HoldingID(id), nowDay(r))
	if err == nil && int64(h.AgencyID) == agency {
		return h, nil
	}
	return nil, store.Because(store.RefuseField(field, "Người được chọn không giữ chức vụ nào trong cơ quan vào hôm nay. Hãy chọn người khác."), err)
}
