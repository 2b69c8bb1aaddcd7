package documents

import (
	"context"
	"fmt"
	"slices"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// RequestKind is what a sender asks about a document that he sent (X9.1–X9.4).
type RequestKind string

const (
	GiveBack       RequestKind = "give_back" // status 13, to one receiver
	RecallWhole    RequestKind = "recall"    // BussinessDocType 1, to all
	UpdateDocument RequestKind = "update"    // 2
	ReplaceWith    RequestKind = "replace"   // 3
)

// Label is the kind's Vietnamese name.
func (k RequestKind) Label() string {
	return map[RequestKind]string{GiveBack: "Đề nghị lấy lại", RecallWhole: "Thu hồi văn bản", UpdateDocument: "Cập nhật văn bản", ReplaceWith: "Thay thế văn bản"}[k]
}

// takesBack tells a request whose consent destroys the document (X12.1).
func (k RequestKind) takesBack() bool { return k == GiveBack || k == RecallWhole }

// States of a request.
const (
	AskedOpen     = "open"    // the document it is about has not arrived (X9.5)
	AskedPending  = "pending" // flag P of X12
	AskedAgreed   = "agreed"
	AskedDeclined = "declined"
	AskedVoid     = "void" // the document had been recalled already
)

// Request is one request of a sender with what was decided: the trail that stays when the document is destroyed (V53).
type Request struct {
	AgencyID    int64
	ID          int64
	IncomingID  int64 // 0 while the document has not arrived
	Kind        RequestKind
	Packet      string
	SenderCode  string
	SenderName  string
	DocumentID  string
	Number      string
	Notation    string
	IssuedDate  calendar.Date
	Reason      string // as the sender wrote it (N5)
	By          string `db:"by_name"` // who asked, at the sender
	ByUnit      string
	Change      store.JSON // of an update: Changed
	Successor   int64      // of a replacement: the received document that replaces
	State       string
	At          store.Instant `db:"at_us"`
	DecidedAt   store.Instant `db:"decided_us"`
	DecidedBy   int64
	DecidedName string
	Decision    string     // words of who decided
	Automatic   bool       // answered by the system (X12.3)
	Candidates  store.JSON // []int64: the received documents among which the registry chooses, when the message names two (X9.5)
}

// Choices are the documents of Candidates.
func (q *Request) Choices() []int64 {
	var out []int64
	_ = decode(q.Candidates, &out) // our own JSON
	return out
}

// Ref names it in the statuses of exchange.
func (q *Request) Ref() string { return fmt.Sprintf("request/%d", q.ID) }

// Changed is what an update carries.
type Changed struct {
	InfoChanged    bool          `json:"info_changed,omitempty"`
	Subject        string        `json:"subject,omitempty"`
	SignerName     string        `json:"signer_name,omitempty"`
	SignerPosition string        `json:"signer_position,omitempty"`
	DueDate        calendar.Date `json:"due_date,omitempty"`
	PageAmount     int           `json:"page_amount,omitempty"`

	ReceiversChanged bool       `json:"receivers_changed,omitempty"`
	Places           []string   `json:"places,omitempty"` // the receivers by name, as they are now
	Listed           []Receives `json:"listed,omitempty"` // ReceiverList as it came: shown, never acted on (X6.4)
	Files            []File     `json:"-"`                // kept under the request's own name until it is decided
}

// Receives is one line of an update's receiver list; what its type means is not settled (X6.4).
type Receives struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"` // "" = unknown to the directory
	Type int    `json:"type"`
}

// Changes is what an update carries, for those who decide about it.
func (q *Request) Changes() Changed {
	var c Changed
	_ = decode(q.Change, &c) // our own JSON
	return c
}

// Asking is a request as exchange has read it.
type Asking struct {
	Agency      int64
	Kind        RequestKind
	Packet      string
	SenderCode  string
	SenderCodes []string // all codes the sender goes by
	SenderName  string
	Targets     []string // identifiers that the message names (X9.5)
	Number      string   // where it names none that is known
	Notation    string
	IssuedDate  calendar.Date
	Reason      string
	By, ByUnit  string
	Change      Changed
	Successor   int64
	Days        *calendar.Calendar // nil = the embedded one
}

const senderAskColumns = `q.agency_id, q.id, q.incoming_id, q.kind, q.packet, q.sender_code, q.sender_name, q.document_id, q.number, q.notation, q.issued_date, q.reason,
	q.by_name, q.by_unit, q.change, q.successor, q.state, q.at_us, q.decided_us, q.decided_by, q.decided_name, q.decision, q.automatic, q.candidates`

var (
	sqlPutSenderAsk = store.SQL(`INSERT INTO documents_requests (agency_id, id, incoming_id, kind, packet, sender_code, sender_name, document_id, number, notation,
		issued_date, reason, by_name, by_unit, change, successor, state, at_us, candidates, decided_us, decided_by, decided_name, decision, automatic)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, 0, '', '', FALSE)`)
	sqlSameSenderAsk = store.SQL(`SELECT ` + senderAskColumns + ` FROM documents_requests q WHERE q.agency_id = $1 AND q.packet = $2 AND q.kind = $3 AND q.document_id = $4`)
	sqlSenderAsk     = store.SQL(`SELECT ` + senderAskColumns + ` FROM documents_requests q WHERE q.agency_id = $1 AND q.id = $2`)
	sqlSenderAsks    = store.SQL(`SELECT ` + senderAskColumns + ` FROM documents_requests q WHERE q.agency_id = $1 AND q.incoming_id = $2 ORDER BY q.id`)
	sqlOpenFor       = store.SQL(`SELECT ` + senderAskColumns + ` FROM documents_requests q WHERE q.agency_id = $1 AND q.sender_code = $2 AND q.state = 'open'
		AND (q.document_id <> '' AND q.document_id = $3 OR q.number <> '' AND q.number = $4 AND q.notation = $5 AND q.issued_date = $6) ORDER BY q.id`)
	sqlSenderOpen  = store.SQL(`SELECT ` + senderAskColumns + ` FROM documents_requests q WHERE q.agency_id = $1 AND q.state = 'open' ORDER BY q.id DESC LIMIT 200`)
	sqlAttach      = store.SQL(`UPDATE documents_requests SET incoming_id = $1, state = $2 WHERE agency_id = $3 AND id = $4`)
	sqlFlagPending = store.SQL(`UPDATE documents_incoming SET pending_request = $1 WHERE agency_id = $2 AND id = $3`)
	sqlAskedByID   = store.SQL(`SELECT d.id FROM documents_incoming d WHERE d.agency_id = $1 AND d.document_id = $2 AND d.document_id <> ''
		AND d.sender_code IN (SELECT value FROM json_each(CAST($3 AS TEXT))) ORDER BY CASE WHEN d.state = 'refused' THEN 1 ELSE 0 END, d.id DESC LIMIT 1`)
	sqlAskedByNumber = store.SQL(`SELECT d.id FROM documents_incoming d WHERE d.agency_id = $1 AND d.number_key = $2 AND d.notation_key = $3 AND d.issued_date = $4
		AND d.number_key <> '' AND d.sender_code IN (SELECT value FROM json_each(CAST($5 AS TEXT))) ORDER BY CASE WHEN d.state = 'refused' THEN 1 ELSE 0 END, d.id DESC LIMIT 1`)
)

// Target finds the received document that a request is about (X9.5): one, none when it is not here, or two when the message names two different ones.
func (in *Asking) Target(ctx context.Context, r store.Reader) ([]int64, error) {
	codes := store.JSONOf(in.SenderCodes)
	var found []int64
	for _, named := range in.Targets {
		id, ok, err := store.Maybe[int64](ctx, r, sqlAskedByID, in.Agency, named, codes)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	if len(found) != 0 || in.Number == "" || in.IssuedDate == "" {
		return found, nil
	}
	return store.All[int64](ctx, r, sqlAskedByNumber, in.Agency, numberKey(in.Number), notationKey(in.Notation), in.IssuedDate, codes)
}

// Ask keeps a request of a sender, in exchange's transaction. About a document that is held it becomes pending (P of X12) and every holder is told;
// about a refused one it is agreed at once, for nothing is held (X12.3; setting documents.answer_refused, yes|no); about one that has not arrived it
// stays open and is matched when the document comes (X9.5); about two at once it stays open until the registry says which (PickRequest). The same request
// again gives the one there is.
func Ask(ctx context.Context, tx *store.Tx, in Asking) (*Request, error) {
	named := ""
	if len(in.Targets) > 0 {
		named = in.Targets[0]
	}
	if q, ok, err := store.Maybe[Request](ctx, tx, sqlSameSenderAsk, in.Agency, in.Packet, in.Kind, named); err != nil || ok {
		return &q, err
	}
	found, err := in.Target(ctx, tx)
	if err != nil {
		return nil, err
	}
	q := &Request{AgencyID: in.Agency, ID: tx.NewID(), Kind: in.Kind, Packet: in.Packet, SenderCode: in.SenderCode, SenderName: in.SenderName, DocumentID: named,
		Number: in.Number, Notation: in.Notation, IssuedDate: in.IssuedDate, Reason: text(in.Reason), By: line(in.By), ByUnit: line(in.ByUnit), Change: store.JSONOf(in.Change),
		Successor: in.Successor, State: AskedOpen, At: tx.Now(), Candidates: "[]"}
	if len(found) > 1 {
		q.Candidates = store.JSONOf(found)
	}
	if err := tx.Put(ctx, sqlPutSenderAsk, q.AgencyID, q.ID, q.IncomingID, q.Kind, q.Packet, q.SenderCode, q.SenderName, q.DocumentID, q.Number, q.Notation, q.IssuedDate,
		q.Reason, q.By, q.ByUnit, q.Change, q.Successor, q.State, q.At, q.Candidates); err != nil {
		return nil, err
	}
	for i, f := range in.Change.Files {
		f.Ordinal = i + 1
		if _, err := putFile(ctx, tx, in.Agency, q.Ref(), f); err != nil {
			return nil, err
		}
	}
	if len(found) == 1 {
		d, err := receiptHeld(ctx, tx, in.Agency, found[0])
		if err != nil {
			return nil, err
		}
		return q, d.raise(ctx, tx, q, in.Days)
	}
	clerks, err := clerksOf(ctx, tx, in.Agency)
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return q, tx.Record(store.Event{Verb: "document.request_received", Agency: in.Agency, Ref: q.Ref(), Title: joinCode(q.Number, q.Notation), Notify: clerks,
			Text: store.Say("{sender} gửi yêu cầu “{kind}” nêu hai văn bản khác nhau đã nhận: {reason}. Văn thư chọn văn bản được yêu cầu ở trang Yêu cầu chờ văn bản đến.",
				"sender", q.SenderName, "kind", store.Say(q.Kind.Label()), "reason", q.Reason)})
	}
	return q, tx.Record(store.Event{Verb: "document.request_received", Agency: in.Agency, Ref: q.Ref(), Title: joinCode(q.Number, q.Notation), Notify: clerks,
		Text: store.Say("{sender} gửi yêu cầu “{kind}” đối với văn bản {code} chưa đến cơ quan: {reason}. Yêu cầu được giữ và sẽ hiện khi văn bản đến.",
			"sender", q.SenderName, "kind", store.Say(q.Kind.Label()), "code", joinCode(q.Number, q.Notation), "reason", q.Reason)})
}

// raise puts a request before those who hold the document, as the table of receipts says.
func (d *Incoming) raise(ctx context.Context, tx *store.Tx, q *Request, days *calendar.Calendar) error {
	if _, err := d.State.after(actRequest); err != nil {
		return err
	}
	q.IncomingID, q.State = d.ID, AskedPending
	switch d.State {
	case Recalled:
		q.State = AskedVoid
	case Refused:
		answer, err := store.Setting(ctx, tx, d.AgencyID, "documents.answer_refused", "yes")
		if err != nil {
			return err
		}
		if answer != "no" {
			return d.answerRefused(ctx, tx, q)
		}
		q.State = AskedVoid
	}
	if err := tx.Put(ctx, sqlAttach, q.IncomingID, q.State, q.AgencyID, q.ID); err != nil {
		return err
	}
	t := told{verb: "document.request_received", step: Step{Act: "request_received",
		What: store.Say("{sender} gửi yêu cầu: {kind}", "sender", q.SenderName, "kind", store.Say(q.Kind.Label())), Note: q.Reason}}
	if q.State != AskedPending {
		return d.tell(ctx, tx, "", t)
	}
	if err := tx.Put(ctx, sqlFlagPending, q.Kind, d.AgencyID, d.ID); err != nil {
		return err
	}
	d.PendingRequest = q.Kind
	if err := q.remindLater(ctx, tx, days); err != nil {
		return err
	}
	var err error
	if t.notify, err = d.concerned(ctx, tx); err != nil {
		return err
	}
	t.text = store.Say("{sender} gửi yêu cầu “{kind}” đối với văn bản {code}: {reason}", "sender", q.SenderName, "kind", store.Say(q.Kind.Label()), "code", d.name(), "reason", q.Reason)
	return d.tell(ctx, tx, "", t)
}

// answerRefused agrees to a request about a document that was given back: nothing is held (X12.3).
func (d *Incoming) answerRefused(ctx context.Context, tx *store.Tx, q *Request) error {
	q.State, q.Automatic = AskedAgreed, true
	if err := tx.Put(ctx, sqlAttach, d.ID, AskedPending, q.AgencyID, q.ID); err != nil {
		return err
	}
	if err := q.decide(ctx, tx, AskedAgreed, "", true); err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.request_received", step: Step{Act: "request_received",
		What: store.Say("{sender} gửi yêu cầu: {kind}. Văn bản đã bị từ chối tiếp nhận nên hệ thống tự trả lời đồng ý.", "sender", q.SenderName, "kind", store.Say(q.Kind.Label())), Note: q.Reason}})
}

// matchOpen finds requests that came before the document did (X9.5).
func (d *Incoming) matchOpen(ctx context.Context, tx *store.Tx) error {
	open, err := store.All[Request](ctx, tx, sqlOpenFor, d.AgencyID, d.SenderCode, d.DocumentID, d.Number, d.Notation, d.IssuedDate)
	for i := range open {
		if err == nil && len(open[i].Choices()) == 0 {
			err = d.raise(ctx, tx, &open[i], nil)
		}
	}
	return err
}

// concerned lists who is told of a request: the registry, the leader, and every holder of a line (X9.11).
func (d *Incoming) concerned(ctx context.Context, tx *store.Tx) ([]int64, error) {
	out, err := clerksOf(ctx, tx, d.AgencyID)
	if err != nil {
		return nil, err
	}
	all, err := linesOf(ctx, tx, d.AgencyID, d.ID)
	if err != nil {
		return nil, err
	}
	add := func(people ...int64) {
		for _, p := range people {
			if p != 0 && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	add(d.SubmittedPerson)
	for i := range all {
		if all[i].State == LineRecalled {
			continue
		}
		people, err := peopleOf(ctx, tx, &all[i])
		if err != nil {
			return nil, err
		}
		add(people...)
	}
	return out, nil
}

// Requests lists what the sender asked about a document and what was answered, oldest first, to those who see the document (V53).
func Requests(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]Request, error) {
	if _, err := FindIncoming(ctx, r, a, id); err != nil {
		return nil, err
	}
	return store.All[Request](ctx, r, sqlSenderAsks, a.Agency, id)
}

// OpenRequests lists requests about documents that have not arrived, for the registry; newest first, at most 200.
func OpenRequests(ctx context.Context, r store.Reader, a store.Actor) ([]Request, error) {
	if !KeepsRegisters(a) {
		return nil, store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được thực hiện thao tác này.")
	}
	return store.All[Request](ctx, r, sqlSenderOpen, a.Agency)
}

// PickRequest says which of the received documents a request is about that names two (X9.5): the registry, who asked the sender.
func PickRequest(ctx context.Context, tx *store.Tx, request, incoming int64) error {
	a := tx.Actor()
	if !KeepsRegisters(a) {
		return store.Refuse(store.Forbidden, "Chỉ văn thư của cơ quan được thực hiện thao tác này.")
	}
	q, err := RequestOf(ctx, tx, a.Agency, request)
	if err != nil {
		return err
	}
	if q.State != AskedOpen {
		return store.Refuse(store.Conflict, "Yêu cầu này đã được gắn với văn bản hoặc đã được trả lời. Nội dung được giữ nguyên; tải lại trang.")
	}
	if !slices.Contains(q.Choices(), incoming) {
		return store.RefuseField("incoming", "Văn bản được chọn không phải là văn bản mà yêu cầu nêu. Hãy chọn lại.")
	}
	d, err := hold(ctx, tx, incoming, 0)
	if err != nil {
		return err
	}
	return d.raise(ctx, tx, q, nil)
}

// RequestOf gives a request to followers of the journal (exchange), which act for nobody.
func RequestOf(ctx context.Context, r store.Reader, agency, id int64) (*Request, error) {
	q, ok, err := store.Maybe[Request](ctx, r, sqlSenderAsk, agency, id)
	if err == nil && !ok {
		err = errNotFound()
	}
	return &q, err
}
