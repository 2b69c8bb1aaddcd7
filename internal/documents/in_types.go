package documents

import (
	"fmt"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// InState is where a received document stands, towards its sender (X12).
type InState string

const (
	Arrived    InState = "arrived"     // the software has it, the registry has not acted (01)
	Registered InState = "registered"  // it has an arrival number (03)
	Assigned   InState = "assigned"    // somebody has to handle it (04)
	InProgress InState = "in_progress" // handling has begun (05)
	Done       InState = "done"        // the lead has finished, or the reply is issued (06)
	Refused    InState = "refused"     // given back to the sender (02)
	Recalled   InState = "recalled"    // taken back by the sender
)

// Label is the state's Vietnamese name.
func (s InState) Label() string {
	return map[InState]string{Arrived: "Chờ tiếp nhận", Registered: "Đã tiếp nhận", Assigned: "Đã phân công", InProgress: "Đang xử lý",
		Done: "Hoàn thành", Refused: "Đã từ chối tiếp nhận", Recalled: "Đã thu hồi"}[s]
}

// Source is how a document came (D10.12). What came by exchange is content-locked.
type Source string

const (
	FromExchange Source = "exchange"
	FromPaper    Source = "paper"
)

// Ground is why a document is refused (NĐ 30/2020 art. 21.2b; X11).
type Ground string

const (
	WrongAddressee  Ground = "wrong_addressee"
	BadSignature    Ground = "bad_signature"
	BrokenIntegrity Ground = "broken_integrity"
	OtherGround     Ground = "other"
)

// Grounds lists them in the order of the form.
var Grounds = []Ground{WrongAddressee, BadSignature, BrokenIntegrity, OtherGround}

// Label is the ground's Vietnamese name.
func (g Ground) Label() string {
	return map[Ground]string{WrongAddressee: "Gửi sai nơi nhận", BadSignature: "Chữ ký số thiếu hoặc không hợp lệ",
		BrokenIntegrity: "Văn bản không bảo đảm tính toàn vẹn", OtherGround: "Lý do khác"}[g]
}

// TwinDecision is what a clerk decides about a document that seems to be here already (V8, D10.14).
type TwinDecision string

const (
	TwinUndecided      TwinDecision = ""
	TwinRegisterAnyway TwinDecision = "register_anyway" // a document of its own: it gets an arrival number of its own
	TwinLink           TwinDecision = "link"            // the same document come twice: no second arrival number (X21.8)
	TwinUpdate         TwinDecision = "update"          // a newer version of the one that is registered: its files and particulars change, its number does not (X21.7)
	TwinStop           TwinDecision = "stop"            // nothing is done
)

// ResponseFor names a document of ours that a received one answers (edXML ResponseFor).
type ResponseFor struct {
	OrganID    string        `json:"organ_id,omitempty"`
	Code       string        `json:"code,omitempty"` // number and notation joined: "15/QĐ-UBND"
	Date       calendar.Date `json:"date,omitempty"`
	DocumentID string        `json:"document_id,omitempty"`
}

// Arrival is what exchange has opened and checked.
type Arrival struct {
	Agency         int64  // the receiving agency
	Packet         string // the transport's own id of the packet ("axis:…"); the same packet is never a second receipt (X21.3)
	SenderCode     string
	SenderAgency   int64 // the sender in our directory, 0 when unknown
	SenderName     string
	DocumentID     string
	Number         string
	Notation       string
	IssuedDate     calendar.Date
	TypeCode       string
	TypeName       string // as the sender wrote it
	Subject        string
	SignerName     string
	SignerPosition string
	Urgency        Urgency
	DueDate        calendar.Date
	PageAmount     int
	Language       string
	Note           string
	Places         []string // to whom it was sent, by name
	Files          []File   // from KeepFile, or put together by exchange: name, size, SHA, media, pages, main, verdict and report
	ResponseFor    []ResponseFor
	Warnings       []store.Message // what the clerk must know: packet signature invalid, fields missing …
}

// EntryForm is a paper document typed in by the registry.
type EntryForm struct {
	SenderAgency   int64 // picked from the directory, or 0 and a name
	SenderCode     string
	SenderName     string
	Number         string
	Notation       string
	IssuedDate     calendar.Date
	ArrivedDate    calendar.Date // "" = today
	TypeCode       string
	Subject        string
	SignerName     string
	SignerPosition string
	Urgency        Urgency
	DueDate        calendar.Date
	PageAmount     int
	Note           string
	ReplyTo        int64 // our outgoing document that it answers, 0 = none
}

// RegisterForm is what the clerk decides when a document enters the register.
type RegisterForm struct {
	Register      int64        // a Book; 0 = the agency's one book (D10.6)
	Twin          TwinDecision // needed when a duplicate is shown
	TwinOf        int64        // which of the duplicates; 0 = the first shown
	VerdictReason string       // needed when the signature check failed or is indeterminate (S13.6)
	PaperReceived bool         // the paper came too (D10.11)
	Revision      int64        // 0 = whatever the present revision is
	Lost          int64        // an arrival number that the register has forgotten, and that this document had (fence.go); 0 = the next one
}

// Registration is the outcome of Register.
type Registration struct {
	Incoming *Incoming
	LinkedTo int64           // with TwinLink: the document that holds the arrival number
	Already  bool            // it had been registered before; nothing changed
	Warnings []store.Message // D10.13
}

// Twin is a document that an arriving one seems to repeat.
type Twin struct {
	ID            int64
	Identifier    bool // same sender and DocumentId; else same number, notation, issuer and year
	SameContent   bool // the same files
	State         InState
	Source        Source
	ArrivalNumber int64
	ArrivalYear   int
	SenderName    string
	Number        string
	Notation      string
	IssuedDate    calendar.Date
	Subject       string
	TwinOf        int64        // it repeats another itself
	Decision      TwinDecision `db:"twin_decision"`
}

// Duplicate refuses a registration until the clerk decides (V8, D10.14, N26). errors.Is(err, store.Conflict) holds.
type Duplicate struct {
	Twins   []Twin // at least one, the surest first
	refusal error
}

func (d *Duplicate) Error() string { return fmt.Sprintf("%d twins: %v", len(d.Twins), d.refusal) }

// Unwrap gives the refusal with its sentence.
func (d *Duplicate) Unwrap() error { return d.refusal }

// Incoming is a received document.
type Incoming struct {
	AgencyID        int64
	ID              int64
	Revision        int64
	State           InState
	Stage           string // the agency's queue it stands in: a tab code, or "linked"
	Source          Source
	Packet          string
	SenderCode      string
	SenderAgency    int64
	SenderName      string
	DocumentID      string
	Number          string
	Notation        string
	IssuedDate      calendar.Date
	TypeCode        string
	TypeName        string
	Subject         string
	SignerName      string
	SignerPosition  string
	Urgency         Urgency
	DueDate         calendar.Date // asked for by the sender
	PageAmount      int
	Language        string
	Note            string
	PaperReceived   bool
	ArrivedAt       store.Instant `db:"arrived_us"`
	ArrivedDate     calendar.Date
	Verdict         string // the worst of its main files: failed, indeterminate, none, passed; "" for paper
	VerdictReason   string // why it was registered in spite of the verdict
	VerdictBy       int64
	Warnings        store.JSON // []store.Message
	ResponseFor     store.JSON // []ResponseFor
	ReplyTo         int64      // our outgoing document that it answers
	Register        int64      // the Book
	ArrivalYear     int
	ArrivalNumber   int64         // số đến; 0 = none yet
	RegisteredAt    store.Instant `db:"registered_us"`
	RegisteredBy    int64
	SubmittedTo     int64 // the leader's post
	SubmittedPerson int64
	SubmittedAt     store.Instant `db:"submitted_us"`
	RefusedAt       store.Instant `db:"refused_us"`
	RefuseGround    Ground
	RefuseReason    string
	HandleDue       calendar.Date // set by the direction in force
	LeadName        string
	ReplyOutgoing   int64 // our outgoing document that answers it
	Result          string
	DoneAt          store.Instant `db:"done_us"`
	TwinOf          int64
	TwinDecision    TwinDecision
	ResendOf        int64            // an earlier, refused receipt of the same document (X12.8)
	PendingRequest  RequestKind      // what the sender asks and nobody has answered (P of X12); "" = nothing
	RecalledAt      store.Instant    `db:"recalled_us"`
	ReplacedBy      int64            // the received document that replaces it
	Places          store.PackedJSON // []string: to whom the sender says to have sent it
}

// Ref names it in journal, history and files.
func (d *Incoming) Ref() string { return IncomingRef(d.ID) }

// Code is number and notation as a person writes them: "12/BC-UBND"; "" when it has neither.
func (d *Incoming) Code() string { return joinCode(d.Number, d.Notation) }

func joinCode(number, notation string) string {
	if number == "" || notation == "" {
		return number + notation
	}
	return number + "/" + notation
}

// LineRole is what a holder has to do with a document (D11.2).
type LineRole string

const (
	Lead       LineRole = "lead"       // chủ trì
	Coordinate LineRole = "coordinate" // phối hợp
	Inform     LineRole = "inform"     // để biết
)

// Label is the role's Vietnamese name.
func (r LineRole) Label() string {
	return map[LineRole]string{Lead: "Chủ trì", Coordinate: "Phối hợp", Inform: "Để biết"}[r]
}

// LineState is the state of a receipt line (D11.4).
type LineState string

const (
	LineWaiting      LineState = "waiting_registration"
	LineToDo         LineState = "to_do"
	LineForwarded    LineState = "forwarded"
	LineDone         LineState = "done"
	LineReturnedByMe LineState = "returned_by_me"
	LineReturnedToMe LineState = "returned_to_me"
	LineRecalled     LineState = "recalled"
)

// Label is the state's Vietnamese name.
func (s LineState) Label() string {
	return map[LineState]string{LineWaiting: "Chờ vào sổ", LineToDo: "Cần xử lý", LineForwarded: "Đã chuyển", LineDone: "Đã xong",
		LineReturnedByMe: "Đã trả lại", LineReturnedToMe: "Bị trả lại", LineRecalled: "Đã rút lại"}[s]
}

// Line is the receipt line of one unit or person (D11.1).
type Line struct {
	AgencyID      int64
	ID            int64
	Revision      int64
	IncomingID    int64
	ParentID      int64 // the line it was forwarded from; 0 = given by a direction
	DirectionID   int64
	Role          LineRole
	HolderKind    string // "unit" or "post"
	HolderID      int64
	HolderPerson  int64 // 0 for a unit
	UnitID        int64 // the unit, or the post's unit
	HolderName    string
	State         LineState
	Box           string // the tab it is counted in
	HandedOver    bool   // given away wholly: it closes when the line below closes
	FromPerson    int64
	FromHolding   int64
	FromName      string
	Note          string
	DueDate       calendar.Date
	At            store.Instant `db:"at_us"`
	ReadAt        store.Instant `db:"read_us"` // first reading (D11.5); 0 = unread
	ReadBy        int64
	StartedAt     store.Instant `db:"started_us"`
	DoneAt        store.Instant `db:"done_us"`
	DoneBy        int64
	Result        string
	ReplyOutgoing int64
	Reason        string // why it was returned or recalled
}

// Target is a unit or a person (in a post) that a document goes to; exactly one is set.
type Target struct {
	Unit int64
	Post int64
	Due  calendar.Date // "" = the direction's deadline
}

// Direction is a leader's direction (bút phê, NĐ 30/2020 art. 23.4). It is append-only: directing again replaces the former one visibly (D12.4).
type Direction struct {
	Leads        []Target // exactly one unless the agency's setting allows several (D11.3)
	Coordinators []Target
	Informed     []Target
	Opinion      string
	Due          calendar.Date      // a date …
	DueDays      int                // … or this many working days from today
	Days         *calendar.Calendar // nil = calendar.Default()
	ByRule       string             // a clerk forwards directly (D10.8): the clause of the working regulation that names the handler
	Revision     int64

	written *Prepared // by whom it was prepared, when a leader confirms it
}

// Directed is a direction as it is kept.
type Directed struct {
	AgencyID       int64
	ID             int64
	IncomingID     int64
	LeaderPerson   int64
	LeaderHolding  int64
	LeaderName     string
	LeaderTitle    string
	WrittenPerson  int64 // the assistant who wrote for the leader, or the leader himself (D12.3)
	WrittenHolding int64
	WrittenName    string
	ByRule         string
	Opinion        string
	DueDate        calendar.Date
	At             store.Instant `db:"at_us"`
	ReplacedBy     int64         // the direction that replaced it, 0 = in force
}

// ForwardForm gives a line on to others.
type ForwardForm struct {
	Lead         Target // zero = none; only from a leading line
	Coordinators []Target
	Informed     []Target
	Note         string
	Due          calendar.Date
	DueDays      int
	Days         *calendar.Calendar // nil = calendar.Default()
	Revision     int64              // of the line
}

// CompleteForm finishes a line (D11.7): a result, or the outgoing document that replies.
type CompleteForm struct {
	Result        string
	ReplyOutgoing int64
	Revision      int64
}

// InFilter narrows a list of incoming documents. Zero values narrow nothing.
type InFilter struct {
	Tab     string // "" = the first tab of the actor
	Q       string // words of subject, sender, number
	Type    string
	Urgency string        // slug of the level
	From    calendar.Date // arrival date
	To      calendar.Date
	Before  string             // cursor of Page.Next
	Limit   int                // 0 = 50, at most 200
	Days    *calendar.Calendar // nil = calendar.Default()
}

// IncomingRow is a row of the inbox: one per document in the registry's and leaders' tabs, one per line in the handlers' (D11.1).
type IncomingRow struct {
	ID             int64
	LineID         int64 // 0 in tabs of documents
	State          InState
	LineState      LineState
	Role           LineRole
	Source         Source
	Verdict        string
	ArrivalNumber  int64
	ArrivalYear    int
	ArrivedDate    calendar.Date
	SenderName     string
	Number         string
	Notation       string
	IssuedDate     calendar.Date
	TypeCode       string
	TypeName       string
	Subject        string
	Urgency        Urgency
	LeadName       string
	PendingRequest RequestKind // what the sender asks and nobody has answered
	HolderName     string      // of the line
	FromName       string
	Due            calendar.Date // of the line, else of the direction in force, else asked for by the sender
	At             store.Instant `db:"at_us"`
	ReadAt         store.Instant `db:"read_us"`
	DoneAt         store.Instant `db:"done_us"`
	Late           calendar.Due  `db:"-"` // where the deadline stands
}

// Code is number and notation joined.
func (r IncomingRow) Code() string { return joinCode(r.Number, r.Notation) }

// Ref names the document.
func (r IncomingRow) Ref() string { return IncomingRef(r.ID) }

// WorkList is one list of "Việc của tôi": its count is the number of entries the linked list shows (N8).
type WorkList struct {
	Code  string // stable: "in.to_do", "in.arrivals", "out.to_sign" …
	Title string // Vietnamese
	Kind  string // "incoming" or "outgoing"
	Tab   string // the tab of Inbox or ListOutgoing it links to
	Count int    // capped: 1001 means "1000+"
	Rows  []WorkRow
}

// WorkRow is one entry of a work list.
type WorkRow struct {
	Ref     string
	Line    int64
	Title   string // "12/BC-UBND"
	Subject string
	From    string
	Urgency Urgency
	Due     calendar.Due
	At      store.Instant
	Unread  bool
}
