package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// States of a request to see a document.
const (
	RequestOpen      = "open"
	RequestGranted   = "granted"
	RequestRefused   = "refused"
	RequestWithdrawn = "withdrawn"
)

// mostRequests bounds the open requests of one person.
const mostRequests = 20

// AccessRequest is somebody's wish to see a document that he can only name. Filing one tells nothing about whether there is such a document: the registry or
// the head looks for it and decides.
type AccessRequest struct {
	ID          int64
	Person      int64 `db:"person_id"`
	Holding     int64 `db:"holding_id"`
	Name, Post  string
	Words       string // number and notation, or a link
	Reason      string
	WantedDays  int64
	State       string
	At          store.Instant `db:"at_us"`
	DecidedAt   store.Instant `db:"decided_us"`
	DecidedName string
	Answer      string
	Kind        string `db:"ref_kind"` // what was given; "" none
	Of          int64  `db:"ref_id"`
}

// Ref names the document that was given, "" none.
func (q AccessRequest) Ref() string {
	if q.Kind == "" {
		return ""
	}
	return refOf(q.Kind, q.Of)
}

// RequestStateLabel is a state of requests in Vietnamese, a key of i18n.
func RequestStateLabel(state string) string {
	return map[string]string{RequestOpen: "Chờ quyết định", RequestGranted: "Đã cấp quyền", RequestRefused: "Không đồng ý", RequestWithdrawn: "Đã rút đề nghị"}[state]
}

const requestColumns = `id, person_id, holding_id, name, post, words, reason, wanted_days, state, at_us, decided_us, decided_name, answer, ref_kind, ref_id`

var (
	sqlPutRequest = store.SQL(`INSERT INTO documents_access_requests (agency_id, id, person_id, holding_id, name, post, words, reason, wanted_days, state, at_us, decided_us, decided_by,
		decided_name, answer, ref_kind, ref_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, 0, 0, '', '', '', 0)`)
	sqlRequest       = store.SQL(`SELECT ` + requestColumns + ` FROM documents_access_requests WHERE agency_id = $1 AND id = $2`)
	sqlOpenRequests  = store.SQL(`SELECT ` + requestColumns + ` FROM documents_access_requests WHERE agency_id = $1 AND state = 'open' ORDER BY id LIMIT $2`)
	sqlMyRequests    = store.SQL(`SELECT ` + requestColumns + ` FROM documents_access_requests WHERE agency_id = $1 AND person_id = $2 ORDER BY id DESC LIMIT 50`)
	sqlCountOpen     = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_access_requests WHERE agency_id = $1 AND state = 'open'`)
	sqlCountMyOpen   = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM documents_access_requests WHERE agency_id = $1 AND person_id = $2 AND state = 'open'`)
	sqlDecideRequest = store.SQL(`UPDATE documents_access_requests SET state = $1, decided_us = $2, decided_by = $3, decided_name = $4, answer = $5, ref_kind = $6, ref_id = $7
		WHERE agency_id = $8 AND id = $9 AND state = 'open'`)
)

// RequestForm is what somebody who asks to see a document says.
type RequestForm struct {
	Words  string // number and notation, or a link; 1 to 300 characters
	Reason string // 10 to 1000 characters
	Days   int    // for how long, 1 to 365; 0 = 30
}

// AskAccess files a request to see a document (V20). The answer is the same whether there is such a document or not.
func AskAccess(ctx context.Context, tx *store.Tx, f RequestForm) (*AccessRequest, error) {
	a := tx.Actor()
	if a.Person == 0 || a.Agency == 0 {
		return nil, store.Refuse(store.Forbidden, "Chỉ người giữ chức vụ trong cơ quan được đề nghị xem văn bản.")
	}
	var p store.Problems
	f.Words = line(f.Words)
	if n := len([]rune(f.Words)); n == 0 || n > 300 {
		p.Add("words", "Nhập số và ký hiệu hoặc liên kết của văn bản, tối đa 300 ký tự.")
	}
	if f.Days == 0 {
		f.Days = 30
	}
	if f.Days < 1 || f.Days > 365 {
		p.Add("days", "Thời gian cần xem từ 1 đến 365 ngày.")
	}
	reason, err := accessReason(f.Reason, 10)
	if err != nil {
		p.Add("reason", "Lý do cần từ {least} đến 1000 ký tự. Nội dung đã nhập được giữ nguyên.", "least", 10)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	n, err := store.One[int](ctx, tx, sqlCountMyOpen, a.Agency, a.Person)
	if err == nil && n >= mostRequests {
		err = store.Refuse(store.Conflict, "Ông/Bà đang có {n} đề nghị chờ quyết định. Hãy chờ trả lời hoặc rút bớt đề nghị cũ rồi gửi tiếp.", "n", n)
	}
	if err != nil {
		return nil, err
	}
	name, post, err := nameActor(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	q := AccessRequest{ID: tx.NewID(), Person: a.Person, Holding: a.Holding, Name: name, Post: post, Words: f.Words, Reason: reason, WantedDays: int64(f.Days), State: RequestOpen, At: tx.Now()}
	if err := tx.Put(ctx, sqlPutRequest, a.Agency, q.ID, q.Person, q.Holding, name, post, q.Words, q.Reason, q.WantedDays, q.At); err != nil {
		return nil, err
	}
	keepers, err := staffWith(ctx, tx, a.Agency, func(h org.Holding) bool { return h.Roles.Has(store.Clerk | store.Head) })
	if err != nil {
		return nil, err
	}
	return &q, tx.Record(store.Event{Verb: "access.requested", Agency: a.Agency, Ref: refOf("access_request", q.ID), Title: q.Words, Notify: keepers,
		Text: store.Say("{name} đề nghị xem văn bản “{words}”: {reason}", "name", name, "words", q.Words, "reason", q.Reason)})
}

// AccessRequests lists the requests that wait for a decision, oldest first, to who decides.
func AccessRequests(ctx context.Context, r store.Reader, a store.Actor) ([]AccessRequest, error) {
	if err := mayKeepAccess(a); err != nil {
		return nil, err
	}
	return store.All[AccessRequest](ctx, r, sqlOpenRequests, a.Agency, 200)
}

// CountAccessRequests counts what waits for the actor's decision; 0 for who does not decide.
func CountAccessRequests(ctx context.Context, r store.Reader, a store.Actor) (int, error) {
	if !KeepsAccess(a) {
		return 0, nil
	}
	return store.One[int](ctx, r, sqlCountOpen, a.Agency)
}

// MyAccessRequests lists what the actor has asked for, newest first.
func MyAccessRequests(ctx context.Context, r store.Reader, a store.Actor) ([]AccessRequest, error) {
	return store.All[AccessRequest](ctx, r, sqlMyRequests, a.Agency, a.Person)
}

// FindAccessRequest gives a request and the documents that it may mean, to who decides; only documents that he sees himself.
func FindAccessRequest(ctx context.Context, r store.Reader, a store.Actor, id int64) (AccessRequest, []Named, error) {
	q, ok, err := store.Maybe[AccessRequest](ctx, r, sqlRequest, a.Agency, id)
	if err == nil && (!ok || !KeepsAccess(a) && q.Person != a.Person) {
		err = store.Refuse(store.NotFound, "Không tìm thấy đề nghị này.")
	}
	if err != nil || !KeepsAccess(a) {
		return q, nil, err
	}
	all, err := named(ctx, r, a.Agency, q.Words)
	var seen []Named
	for _, n := range all {
		if owners[n.Kind].sees(ctx, r, a, n.ID) == nil {
			seen = append(seen, n)
		}
	}
	return q, seen, err
}

// Decision is the answer to a request.
type Decision struct {
	Ref    string        // the document given; "" refuses the request
	Level  string        // "" = read
	To     calendar.Date // last day; "" = the days asked for
	Answer string        // what the asker reads; 10 to 1000 characters when refused
}

// DecideAccess answers a request: it gives the person a right with a term, or says why not (V20). Conflict when it was answered or withdrawn meanwhile.
func DecideAccess(ctx context.Context, tx *store.Tx, id int64, d Decision) error {
	a := tx.Actor()
	q, _, err := FindAccessRequest(ctx, tx, a, id)
	if err == nil {
		err = mayKeepAccess(a)
	}
	if err == nil && q.State == RequestOpen && q.Person == a.Person {
		err = store.Refuse(store.Forbidden, "Ông/Bà không tự quyết định đề nghị của chính mình.")
	}
	if err != nil {
		return err
	}
	d.Answer = text(d.Answer)
	verb, state, said := "access.request_refused", RequestRefused, store.Say("Đề nghị xem văn bản “{words}” không được đồng ý: {answer}", "words", q.Words, "answer", d.Answer)
	kind, of := "", int64(0)
	if d.Ref == "" {
		if d.Answer, err = accessReason(d.Answer, 10); err != nil {
			return err
		}
	} else {
		if d.To == "" {
			d.To = today(tx.Now()).AddDays(int(q.WantedDays) - 1)
		}
		if err := giveAsked(ctx, tx, q, d); err != nil {
			return err
		}
		kind, of = parsed(d.Ref)
		verb, state, said = "access.request_granted", RequestGranted, store.Say("Đề nghị xem văn bản “{words}” đã được đồng ý, đến hết ngày {day}.", "words", q.Words, "day", d.To.Display())
	}
	name, _, err := nameActor(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDecideRequest, state, tx.Now(), a.Person, name, d.Answer, kind, of, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Agency: a.Agency, Ref: refOf("access_request", id), Title: q.Words, Notify: []int64{q.Person}, Text: said})
}

func giveAsked(ctx context.Context, tx *store.Tx, q AccessRequest, d Decision) error {
	kind, id, title, err := aboutAccess(ctx, tx, d.Ref)
	if err != nil {
		return err
	}
	g := Grant{Kind: kind, Of: id, WhoKind: GrantPerson, WhoID: q.Person, Level: d.Level, Cause: CauseRequest, Reason: q.Reason}
	if g.Since, g.Until, err = termOf(tx.Now(), "", d.To); err != nil {
		return err
	}
	if _, err := g.nameWho(ctx, tx); err != nil {
		return err
	}
	return g.put(ctx, tx, title, nil) // the answer to the request tells him
}

// WithdrawAccess takes one's own request back.
func WithdrawAccess(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	q, ok, err := store.Maybe[AccessRequest](ctx, tx, sqlRequest, a.Agency, id)
	if err == nil && (!ok || q.Person != a.Person) {
		err = store.Refuse(store.NotFound, "Không tìm thấy đề nghị này.")
	}
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDecideRequest, RequestWithdrawn, tx.Now(), a.Person, q.Name, "", "", 0, a.Agency, id); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "access.request_withdrawn", Agency: a.Agency, Ref: refOf("access_request", id), Title: q.Words})
}
