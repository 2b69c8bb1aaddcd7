package documents

import (
	"context"
	"math"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// What a grant allows.
const (
	GrantRead = "read" // to see, download and print
	GrantWork = "work" // and to leave opinions
)

// Who a grant is for.
const (
	GrantPost   = "post"   // the holder of a post, as long as he holds it
	GrantPerson = "person" // the person, in any of his posts of the agency
	GrantUnit   = "unit"   // everybody whose post is in the unit
)

// Why a grant was made.
const (
	CauseGiven     = "given"
	CauseRequest   = "request"
	CauseEmergency = "emergency"
)

// forever is the end of a grant without a term.
const forever = store.Instant(math.MaxInt64)

// Grant is a right to one document, given by name (V19).
type Grant struct {
	ID          int64
	Kind        string `db:"ref_kind"`
	Of          int64  `db:"ref_id"`
	WhoKind     string
	WhoID       int64
	WhoName     string
	Level       string
	Cause       string
	Since       store.Instant `db:"since_us"`
	Until       store.Instant `db:"until_us"` // first instant after it
	Reason      string
	By          int64         `db:"by_person"`
	ByName      string        `db:"by_name"`
	At          store.Instant `db:"at_us"`
	EndedAt     store.Instant `db:"ended_us"` // 0 = runs its term
	EndedName   string
	EndedReason string
}

// Ref names what was given.
func (g Grant) Ref() string { return refOf(g.Kind, g.Of) }

// Endless tells whether the grant has no term.
func (g Grant) Endless() bool { return g.Until == forever }

// Open tells whether the grant counts at an instant.
func (g Grant) Open(now store.Instant) bool {
	return g.EndedAt == 0 && g.Since <= now && now < g.Until
}

// GrantForm is what the registry or the head says when giving a right.
type GrantForm struct {
	Ref      string
	WhoKind  string
	WhoID    int64
	Level    string        // "" = read
	From, To calendar.Date // first and last day; "" = today, no end
	Reason   string        // 10 to 1000 characters
}

const grantColumns = `id, ref_kind, ref_id, who_kind, who_id, who_name, level, cause, since_us, until_us, reason, by_person, by_name, at_us, ended_us, ended_name, ended_reason`

var (
	sqlPutGrant = store.SQL(`INSERT INTO documents_grants (agency_id, id, ref_kind, ref_id, who_kind, who_id, who_name, level, cause, since_us, until_us, reason,
		by_person, by_holding, by_name, at_us, ended_us, ended_by, ended_name, ended_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, '', '')`)
	sqlGrants   = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 ORDER BY id DESC LIMIT 200`)
	sqlGrant    = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants WHERE agency_id = $1 AND id = $2`)
	sqlEndGrant = store.SQL(`UPDATE documents_grants SET ended_us = $1, ended_by = $2, ended_name = $3, ended_reason = $4 WHERE agency_id = $5 AND id = $6 AND ended_us = 0`)
	sqlMyGrants = store.SQL(`SELECT ` + grantColumns + ` FROM documents_grants g WHERE g.agency_id = $1 AND g.ref_kind = $2 AND g.ref_id = $3 AND ` + givenTo("$4", "$5", "$6", "$7") + ` LIMIT 50`)
)

// GrantTo gives somebody a right to a document (V19). Everybody of the agency may get one; the change waits for confirmation (V20). Invalid when the
// receiver is not of the agency, the term ends before it begins, or the reason is too short.
func GrantTo(ctx context.Context, tx *store.Tx, f GrantForm) (*Grant, error) {
	kind, id, title, err := aboutAccess(ctx, tx, f.Ref)
	if err != nil {
		return nil, err
	}
	if f.Reason, err = accessReason(f.Reason, 10); err != nil {
		return nil, err
	}
	g := Grant{Kind: kind, Of: id, WhoKind: f.WhoKind, WhoID: f.WhoID, Level: f.Level, Cause: CauseGiven, Reason: f.Reason}
	if g.Since, g.Until, err = termOf(tx.Now(), f.From, f.To); err != nil {
		return nil, err
	}
	notify, err := g.nameWho(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &g, g.put(ctx, tx, title, notify)
}

// termOf turns days into instants: from the beginning of the first day, or now, to the end of the last.
func termOf(now store.Instant, from, to calendar.Date) (since, until store.Instant, err error) {
	since, until = now, forever
	var p store.Problems
	if from != "" {
		if !from.Valid() {
			p.Add("from", "Nhập ngày bắt đầu dạng dd/mm/yyyy.")
		} else if begin := store.InstantOf(from.Time()); begin > now {
			since = begin
		}
	}
	if to != "" {
		if !to.Valid() {
			p.Add("to", "Nhập ngày kết thúc dạng dd/mm/yyyy.")
		} else if until = store.InstantOf(to.Time().AddDate(0, 0, 1)); until <= since {
			p.Add("to", "Ngày kết thúc phải từ hôm nay trở đi và không trước ngày bắt đầu.")
		}
	}
	return since, until, p.Err()
}

// nameWho finds the receiver of a grant in the agency, today; the people to be told.
func (g *Grant) nameWho(ctx context.Context, tx *store.Tx) (notify []int64, err error) {
	if g.Level == "" {
		g.Level = GrantRead
	}
	if g.Level != GrantRead && g.Level != GrantWork {
		return nil, store.RefuseField("level", "Mức quyền phải là xem hoặc xem và cho ý kiến.")
	}
	staff, err := org.Staff(ctx, tx, org.AgencyID(tx.Actor().Agency), today(tx.Now()))
	if err != nil {
		return nil, err
	}
	for _, h := range staff {
		switch g.WhoKind {
		case GrantPost:
			if int64(h.ID) == g.WhoID {
				g.WhoName, notify = h.PersonName+" – "+h.Title, append(notify, int64(h.PersonID))
			}
		case GrantPerson:
			if int64(h.PersonID) == g.WhoID {
				g.WhoName, notify = h.PersonName, []int64{int64(h.PersonID)}
			}
		case GrantUnit:
			if int64(h.UnitID) == g.WhoID && g.WhoID != 0 {
				g.WhoName, notify = h.UnitName, append(notify, int64(h.PersonID))
			}
		}
	}
	if g.WhoName == "" {
		return nil, store.RefuseField("who", "Người hoặc đơn vị được chọn không thuộc cơ quan, hoặc hôm nay không có ai giữ chức vụ ở đó. Hãy chọn lại.")
	}
	return notify, nil
}

// put writes a grant with its step, its warning and its event.
func (g *Grant) put(ctx context.Context, tx *store.Tx, title string, notify []int64) error {
	a := tx.Actor()
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	g.ID, g.By, g.ByName, g.At = tx.NewID(), a.Person, name, tx.Now()
	if err := tx.Put(ctx, sqlPutGrant, a.Agency, g.ID, g.Kind, g.Of, g.WhoKind, g.WhoID, g.WhoName, g.Level, g.Cause, g.Since, g.Until, g.Reason, a.Person, a.Holding, name, g.At); err != nil {
		return err
	}
	what := g.words()
	if err := accessStep(ctx, tx, g.Kind, g.Of, "grant", what, g.Reason); err != nil {
		return err
	}
	if err := noteChange(ctx, tx, g.Kind, g.Of, title, what); err != nil {
		return err
	}
	verb := "access.granted"
	if g.Cause == CauseEmergency {
		verb = "access.emergency"
	}
	e := store.Event{Verb: verb, Agency: a.Agency, Ref: g.Ref(), Title: title, Notify: notify, Data: map[string]any{"grant": g.ID, "who": g.WhoName, "kind": g.WhoKind, "level": g.Level, "until": g.Until, "reason": g.Reason}}
	if g.Cause != CauseEmergency {
		e.Text = store.Say("Ông/Bà được cấp quyền xem văn bản {code}.", "code", title)
	} else {
		e.Text = store.Say("TRUY CẬP KHẨN: {who} đang xem văn bản {code}. Lý do: {reason}", "who", g.WhoName, "code", title, "reason", g.Reason)
	}
	return tx.Record(e)
}

// words tell what was given to whom. The history keeps them, so they hold no other message.
func (g *Grant) words() store.Message {
	day := today(g.Until - 1).Display()
	switch {
	case g.Cause == CauseEmergency:
		return store.Say("Truy cập khẩn: {who} xem văn bản đến {until}.", "who", g.WhoName, "until", minuteText(g.Until))
	case g.Level == GrantWork && g.Endless():
		return store.Say("Cấp quyền xem và cho ý kiến cho {who}, không thời hạn.", "who", g.WhoName)
	case g.Level == GrantWork:
		return store.Say("Cấp quyền xem và cho ý kiến cho {who}, đến hết ngày {day}.", "who", g.WhoName, "day", day)
	case g.Endless():
		return store.Say("Cấp quyền xem cho {who}, không thời hạn.", "who", g.WhoName)
	}
	return store.Say("Cấp quyền xem cho {who}, đến hết ngày {day}.", "who", g.WhoName, "day", day)
}

// LevelLabel is a level of grants in Vietnamese, a key of i18n.
func LevelLabel(level string) string {
	if level == GrantWork {
		return "Được xem và cho ý kiến"
	}
	return "Được xem"
}

// minuteText is an instant as people read it, in Hanoi: "09:30 02/03/2026".
func minuteText(at store.Instant) string {
	return at.Time().In(calendar.Hanoi).Format("15:04 02/01/2006")
}

// accessStep writes a change of rights into the history of a document (V28, V49).
func accessStep(ctx context.Context, tx *store.Tx, kind string, id int64, act string, what store.Message, words string) error {
	return step(ctx, tx, tx.Actor().Agency, refOf(kind, id), Step{Act: act, What: what, Note: words})
}

// EndGrant takes a right back before its term. NotFound when the document is not in the actor's sight; Conflict when it has ended already.
func EndGrant(ctx context.Context, tx *store.Tx, id int64, reason string) error {
	a := tx.Actor()
	g, ok, err := store.Maybe[Grant](ctx, tx, sqlGrant, a.Agency, id)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không tìm thấy quyền này.")
	}
	if err != nil {
		return err
	}
	kind, of, title, err := aboutAccess(ctx, tx, g.Ref())
	if err == nil {
		reason, err = accessReason(reason, 10)
	}
	if err != nil {
		return err
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlEndGrant, tx.Now(), a.Person, name, reason, a.Agency, id); err != nil {
		return err
	}
	what := store.Say("Thu hồi quyền đã cấp cho {who}.", "who", g.WhoName)
	if err := accessStep(ctx, tx, kind, of, "end_grant", what, reason); err != nil {
		return err
	}
	if err := noteChange(ctx, tx, kind, of, title, what); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "access.ended", Agency: a.Agency, Ref: g.Ref(), Title: title, Data: map[string]any{"grant": id, "who": g.WhoName, "reason": reason}})
}

// Grants lists the rights given to a document, newest first, also those that ended, to who keeps its rights or works on it (V49).
func Grants(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Grant, error) {
	kind, id, err := ownsAccess(ctx, r, a, ref)
	if err != nil {
		return nil, err
	}
	return store.All[Grant](ctx, r, sqlGrants, a.Agency, kind, id)
}

// grantLevel is the highest level given to the actor for a thing now, "" none.
func grantLevel(ctx context.Context, r store.Reader, a store.Actor, kind string, id int64) (string, error) {
	all, err := store.All[Grant](ctx, r, sqlMyGrants, a.Agency, kind, id, person(a), a.Holding, a.Unit, instantOf(r))
	level := ""
	for _, g := range all {
		if level != GrantWork {
			level = g.Level
		}
	}
	return level, err
}

// FindGrant gives one right to who keeps the rights of its document. NotFound for others, also when the document is not in their sight.
func FindGrant(ctx context.Context, r store.Reader, a store.Actor, id int64) (Grant, error) {
	g, ok, err := store.Maybe[Grant](ctx, r, sqlGrant, a.Agency, id)
	if err == nil && (!ok || !KeepsAccess(a) || mayRead(ctx, r, a, g.Ref()) != nil) {
		err = store.Refuse(store.NotFound, "Không tìm thấy quyền này.")
	}
	return g, err
}
