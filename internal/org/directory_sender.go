package org

import (
	"context"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// mostSenders bounds the unknown senders that wait: whoever sends under ever new names fills no list.
const mostSenders = 5000

var (
	sqlSenders   = store.SQL(`SELECT ` + entryColumns + ` FROM org_entries WHERE source = 'message' AND (link = 'PENDING' OR CAST($1 AS BIGINT) = 1) ORDER BY CASE WHEN link = 'PENDING' THEN 0 ELSE 1 END, changed_us DESC, id LIMIT $2`)
	sqlSawSender = store.SQL(`UPDATE org_entries SET seen = seen + 1, changed_us = $1, name = CASE WHEN CAST($2 AS TEXT) = '' THEN name ELSE $2 END WHERE source = 'message' AND id = $3`)
	sqlWaiting   = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM org_entries WHERE source = 'message' AND link = 'PENDING'`)
)

// NoteSender lists an agency that sent a message and that the directory does not know, inactive until an administrator enters or links it (X20.5).
// A code that cannot be one is not listed.
func NoteSender(ctx context.Context, db *store.DB, code, name, mail string) error {
	u := Listed{Code: code, Name: cutText(i18n.CleanLine(name), 400), Mail: cutText(i18n.CleanLine(mail), 300), IsAgency: true}
	u.clean()
	u.ID = codeKey(u.Code)
	var p store.Problems
	if checkCode(&p, "code", u.Code); u.ID == "" || p.Err() != nil {
		return nil
	}
	if _, known, err := store.Maybe[Entry](ctx, db, sqlEntry, SourceMessage, u.ID); err != nil {
		return err
	} else if known {
		return db.Keep(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sqlSawSender, tx.Now(), u.Name, u.ID); return err })
	}
	if u.Name == "" {
		u.Name = u.Code
	}
	return db.Write(ctx, store.System(0), func(tx *store.Tx) error {
		if n, err := store.One[int64](ctx, tx, sqlWaiting); err != nil || n >= mostSenders {
			return err
		}
		if _, known, err := store.Maybe[Entry](ctx, tx, sqlEntry, SourceMessage, u.ID); err != nil || known {
			return err
		}
		e := Entry{Source: SourceMessage, ID: u.ID, ValidFrom: Today(tx.Now()), Action: EntryCreated, Link: LinkPending, Validity: EntryValid, FirstAt: tx.Now(), ChangedAt: tx.Now(), Seen: 1}
		e.say(u)
		if err := putEntries.Put(ctx, tx, [][]any{{e.Source, e.ID, e.ParentID, e.Code, e.Code102, e.OldCode, e.Name, e.Mail, e.Version, e.CenterCode, e.IsAgency, e.Deleted,
			e.ModifiedAt, e.ValidFrom, e.ValidTo, e.AgencyID, e.Action, e.Link, e.Validity, e.Digest, e.RunID, e.FirstAt, e.ChangedAt, e.Seen}}); err != nil {
			return err
		}
		admins, err := systemAdmins(ctx, tx, tx.Now())
		if err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "directory.sender_met", Ref: e.ref(), Title: u.Name, Notify: admins, Data: map[string]any{"code": u.Code},
			Text: store.Say("Có văn bản từ {sender} (mã {code}) chưa có trong danh bạ. Hãy nhập cơ quan hoặc liên kết với cơ quan đã có.", "sender", u.Name, "code", u.Code)})
	})
}

// UnknownSenders lists senders that the directory does not know, those that wait first; all includes those settled.
func UnknownSenders(ctx context.Context, r store.Reader, all bool, limit int) ([]Entry, error) {
	n := 0
	if all {
		n = 1
	}
	return store.All[Entry](ctx, r, sqlSenders, n, limit)
}

// WaitingSenders counts those that wait for an administrator.
func WaitingSenders(ctx context.Context, r store.Reader) (int64, error) {
	return store.One[int64](ctx, r, sqlWaiting)
}

// waitingSender gives a sender that nobody has decided about yet, for its administrator.
func waitingSender(ctx context.Context, tx *store.Tx, id string) (*Entry, error) {
	if err := mayKeepDirectory(tx.Actor()); err != nil {
		return nil, err
	}
	e, err := FindEntry(ctx, tx, SourceMessage, id)
	if err == nil && e.Link == LinkRegistered {
		err = store.Refuse(store.Conflict, "Cơ quan gửi này đã được nhập hoặc liên kết. Hãy mở lại trang để xem kết quả.")
	}
	return e, err
}

// EnterSender makes an agency of an unknown sender, outside and not hosted; a list that has its code later takes it over.
func EnterSender(ctx context.Context, tx *store.Tx, id, name string) (*Agency, error) {
	e, err := waitingSender(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if name = i18n.CleanLine(name); name == "" {
		name = e.Name
	}
	a, err := OpenAgency(ctx, tx, AgencyForm{Code: e.Code, Name: name, Level: Outside, Email: e.Mail})
	if err != nil {
		return nil, err
	}
	if err := tx.Put(ctx, sqlSetOrigin, SourceMessage, a.ID); err != nil {
		return nil, err
	}
	return a, settleSender(ctx, tx, e, a.ID, LinkRegistered, "directory.sender_entered", "")
}

// LinkSender says that an unknown sender is an agency which the directory has: its code becomes one that the agency also answers to.
func LinkSender(ctx context.Context, tx *store.Tx, id string, agency AgencyID) error {
	e, err := waitingSender(ctx, tx, id)
	if err != nil {
		return err
	}
	a, err := FindAgency(ctx, tx, agency)
	if err != nil {
		return err
	}
	f := a.form()
	f.OtherCodes, f.ValidFrom = []string{e.Code}, Today(tx.Now())
	if err := claimCodes(ctx, tx, a.ID, f); err != nil {
		return err
	}
	if err := rewordAgency(ctx, tx, a); err != nil {
		return err
	}
	return settleSender(ctx, tx, e, a.ID, LinkRegistered, "directory.sender_linked", "")
}

// IgnoreSender says that an unknown sender is no agency.
func IgnoreSender(ctx context.Context, tx *store.Tx, id, reason string) error {
	e, err := waitingSender(ctx, tx, id)
	if err != nil {
		return err
	}
	if n := len([]rune(i18n.CleanLine(reason))); n < 10 || n > 1000 {
		return store.RefuseField("reason", "Ghi lý do từ 10 đến 1000 ký tự.")
	}
	return settleSender(ctx, tx, e, 0, LinkNone, "directory.sender_ignored", i18n.CleanLine(reason))
}

func settleSender(ctx context.Context, tx *store.Tx, e *Entry, agency AgencyID, link, verb, reason string) error {
	e.AgencyID, e.Link, e.ChangedAt = agency, link, tx.Now()
	if err := saveEntry(ctx, tx, e); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Ref: e.ref(), Title: e.Name, Data: map[string]any{"code": e.Code, "agency": agency, "reason": reason}})
}

// Suggested lists the agencies that an unknown code may mean: the code turned round (I3.1). The rule is no function, so this is for an administrator's
// eyes only (I3.3).
func Suggested(ctx context.Context, r store.Reader, code string) ([]Agency, error) {
	var out []Agency
	for _, c := range turned(code) {
		a, ok, err := store.Maybe[AgencyID](ctx, r, sqlByCode, c, lastDay)
		if err != nil {
			return nil, err
		}
		if ok {
			found, err := FindAgency(ctx, r, a)
			if err != nil {
				return nil, err
			}
			out = append(out, *found)
		}
	}
	return out, nil
}

// turned writes an old code as a new one and a new one as an old one would be, by the rough rule of I3.1.
func turned(code string) []string {
	groups := strings.Split(codeKey(code), ".")
	if len(groups) < 1 || len(groups) > 4 {
		return nil
	}
	back := make([]string, 0, 4)
	for i := len(groups) - 1; i >= 0; i-- {
		back = append(back, groups[i])
	}
	switch KindOf(codeKey(code)) {
	case OldCode:
		var some []string
		for _, g := range back {
			if strings.Trim(g, "0") != "" {
				some = append(some, g)
			}
		}
		return []string{strings.Join(some, ".")}
	case NationalCode:
		zeros := []string{"000", "00", "00"}
		return []string{strings.Join(append(zeros[:4-len(back)], back...), ".")}
	}
	return nil
}

// AdoptEntry gives an agency entered here the name and the codes that a list has for it, from today on.
func AdoptEntry(ctx context.Context, tx *store.Tx, source, id string) (*Agency, error) {
	if err := mayKeepDirectory(tx.Actor()); err != nil {
		return nil, err
	}
	e, err := FindEntry(ctx, tx, source, id)
	if err != nil {
		return nil, err
	}
	if e.AgencyID == 0 || e.Action == EntryDeleted {
		return nil, store.Refuse(store.Conflict, "Mục này không phải của một cơ quan trong danh bạ, hoặc danh mục không còn mục này.")
	}
	a, err := FindAgency(ctx, tx, e.AgencyID)
	if err != nil {
		return nil, err
	}
	f := a.form()
	f.Name = e.Name
	if codeKey(f.Code) != codeKey(e.Code) {
		f.OtherCodes = append(f.OtherCodes, f.Code)
		f.Code = e.Code
	}
	u := e.Listed()
	for _, k := range u.codes()[1:] {
		if KindOf(k) == OldCode && (f.OldCode == "" || codeKey(f.OldCode) == k) {
			f.OldCode = k
		} else {
			f.OtherCodes = append(f.OtherCodes, k)
		}
	}
	return AmendAgency(ctx, tx, a.ID, f, "")
}

// RewordAgencies renews the search words of the agencies that had other names or codes before, and tells how many (X20.1).
func RewordAgencies(ctx context.Context, db *store.DB) (n int, err error) {
	after := AgencyID(0)
	for {
		ids, err := store.All[AgencyID](ctx, db, sqlHavePast, after)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		after = ids[len(ids)-1]
		if err := db.Keep(ctx, func(tx *store.Tx) error {
			for _, id := range ids {
				a, err := FindAgency(ctx, tx, id)
				if err == nil {
					err = rewordAgency(ctx, tx, a)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return n, err
		}
		n += len(ids)
	}
}

var sqlHavePast = store.SQL(`SELECT a.id FROM org_agencies AS a WHERE a.id > $1 AND ((SELECT count(*) FROM org_agency_versions AS v WHERE v.agency_id = a.id) > 1
	OR (SELECT count(*) FROM org_codes AS c WHERE c.agency_id = a.id) > 1) ORDER BY a.id LIMIT 200`)

var sqlReword = store.SQL(`UPDATE org_agencies SET search_text = $1 WHERE id = $2`)

// rewordAgency renews the search words of an agency.
func rewordAgency(ctx context.Context, tx *store.Tx, a *Agency) error {
	text, err := searchTextOf(ctx, tx, a.ID, a.form())
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlReword, text, a.ID); err != nil {
		return err
	}
	return putWords(ctx, tx, a.ID, a.form())
}
