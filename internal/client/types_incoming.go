package client

import "time"

// Incoming is a received document.
type Incoming struct {
	ID             ID         `json:"id"`
	Revision       int64      `json:"revision" doc:"Phiên bản của dòng dữ liệu, gửi lại khi sửa để phát hiện người khác sửa trước"`
	State          string     `json:"state"`
	StateLabel     string     `json:"state_label"`
	Stage          string     `json:"stage"`
	Source         string     `json:"source" doc:"exchange, paper"`
	SenderCode     string     `json:"sender_code,omitempty"`
	SenderAgency   ID         `json:"sender_agency,omitempty"`
	SenderName     string     `json:"sender_name"`
	DocumentID     string     `json:"document_id,omitempty"`
	Number         string     `json:"number,omitempty"`
	Notation       string     `json:"notation,omitempty"`
	Code           string     `json:"code,omitempty" doc:"Số và ký hiệu" example:"12/BC-UBND"`
	IssuedDate     string     `json:"issued_date,omitempty"`
	Type           string     `json:"type,omitempty"`
	TypeName       string     `json:"type_name,omitempty"`
	Subject        string     `json:"subject"`
	SignerName     string     `json:"signer_name,omitempty"`
	SignerPosition string     `json:"signer_position,omitempty"`
	Urgency        string     `json:"urgency"`
	DueDate        string     `json:"due_date,omitempty" doc:"Hạn nơi gửi đề nghị"`
	PageAmount     int        `json:"page_amount,omitempty"`
	Note           string     `json:"note,omitempty"`
	PaperReceived  bool       `json:"paper_received,omitempty"`
	ArrivedAt      time.Time  `json:"arrived_at"`
	ArrivedDate    string     `json:"arrived_date,omitempty"`
	Verdict        string     `json:"verdict,omitempty"`
	VerdictReason  string     `json:"verdict_reason,omitempty"`
	Warnings       []string   `json:"warnings,omitempty"`
	ReplyTo        ID         `json:"reply_to,omitempty"`
	ArrivalYear    int        `json:"arrival_year,omitempty"`
	ArrivalNumber  int64      `json:"arrival_number,omitempty" doc:"Số đến"`
	RegisteredAt   *time.Time `json:"registered_at,omitempty"`
	SubmittedTo    ID         `json:"submitted_to,omitempty"`
	RefuseGround   string     `json:"refuse_ground,omitempty"`
	RefuseReason   string     `json:"refuse_reason,omitempty"`
	HandleDue      string     `json:"handle_due,omitempty" doc:"Hạn xử lý theo chỉ đạo"`
	LeadName       string     `json:"lead_name,omitempty" doc:"Nơi chủ trì"`
	ReplyOutgoing  ID         `json:"reply_outgoing,omitempty"`
	Result         string     `json:"result,omitempty"`
	DoneAt         *time.Time `json:"done_at,omitempty"`
	TwinOf         ID         `json:"twin_of,omitempty"`
}

// IncomingRow is a row of the inbox.
type IncomingRow struct {
	ID            ID         `json:"id"`
	Line          ID         `json:"line,omitempty" doc:"Dòng xử lý, ở các danh sách của người xử lý"`
	State         string     `json:"state"`
	StateLabel    string     `json:"state_label"`
	LineState     string     `json:"line_state,omitempty"`
	Role          string     `json:"role,omitempty" doc:"lead, coordinate, inform"`
	Source        string     `json:"source"`
	Verdict       string     `json:"verdict,omitempty"`
	ArrivalNumber int64      `json:"arrival_number,omitempty"`
	ArrivalYear   int        `json:"arrival_year,omitempty"`
	ArrivedDate   string     `json:"arrived_date,omitempty"`
	SenderName    string     `json:"sender_name"`
	Code          string     `json:"code,omitempty"`
	IssuedDate    string     `json:"issued_date,omitempty"`
	Type          string     `json:"type,omitempty"`
	TypeName      string     `json:"type_name,omitempty"`
	Subject       string     `json:"subject"`
	Urgency       string     `json:"urgency"`
	LeadName      string     `json:"lead_name,omitempty"`
	HolderName    string     `json:"holder_name,omitempty"`
	FromName      string     `json:"from_name,omitempty"`
	Due           string     `json:"due,omitempty"`
	Overdue       bool       `json:"overdue,omitempty"`
	At            time.Time  `json:"at"`
	ReadAt        *time.Time `json:"read_at,omitempty"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
}

// IncomingEntry is a paper document typed in by the registry.
type IncomingEntry struct {
	SenderAgency   ID     `json:"sender_agency,omitempty" doc:"Cơ quan gửi trong danh bạ; nếu không có thì nhập tên"`
	SenderCode     string `json:"sender_code,omitempty" maxLength:"35"`
	SenderName     string `json:"sender_name,omitempty" maxLength:"500"`
	Number         string `json:"number,omitempty" maxLength:"50"`
	Notation       string `json:"notation,omitempty" maxLength:"100"`
	IssuedDate     string `json:"issued_date,omitempty" format:"date"`
	ArrivedDate    string `json:"arrived_date,omitempty" format:"date" doc:"Vắng mặt: hôm nay"`
	Type           string `json:"type,omitempty" maxLength:"50"`
	Subject        string `json:"subject" maxLength:"4000" doc:"Trích yếu"`
	SignerName     string `json:"signer_name,omitempty" maxLength:"200"`
	SignerPosition string `json:"signer_position,omitempty" maxLength:"200"`
	Urgency        string `json:"urgency,omitempty" enum:"ordinary,urgent,very_urgent,express" doc:"Vắng mặt: ordinary"`
	DueDate        string `json:"due_date,omitempty" format:"date"`
	PageAmount     int    `json:"page_amount,omitempty" minimum:"0" maximum:"100000"`
	Note           string `json:"note,omitempty" maxLength:"4000"`
	ReplyTo        ID     `json:"reply_to,omitempty" doc:"Văn bản đi được trả lời"`
}

// Registering is what the clerk decides when a document enters the register.
type Registering struct {
	Register      ID     `json:"register,omitempty" doc:"Sổ; vắng mặt: sổ mặc định"`
	Twin          string `json:"twin,omitempty" enum:"register_anyway,link,update,stop" doc:"Quyết định khi văn bản bị trùng"`
	TwinOf        ID     `json:"twin_of,omitempty"`
	VerdictReason string `json:"verdict_reason,omitempty" maxLength:"1000" doc:"Bắt buộc khi kiểm tra chữ ký số không đạt"`
	PaperReceived bool   `json:"paper_received,omitempty"`
	Revision      int64  `json:"revision,omitempty" doc:"Phiên bản đã xem; vắng mặt: không kiểm tra"`
	Lost          int64  `json:"lost,omitempty" doc:"Số đến mà văn bản này đã có trước khi khôi phục dữ liệu và sổ đang thiếu"`

	Pass *Passing `json:"pass,omitempty" doc:"Trình hoặc chuyển thẳng trong cùng một lần: cả hai việc cùng xong, hoặc không việc nào"`
}

// Registered is the outcome of a registration.
type Registered struct {
	Incoming Incoming `json:"incoming"`
	LinkedTo ID       `json:"linked_to,omitempty" doc:"Văn bản giữ số đến, khi liên kết bản trùng"`
	Already  bool     `json:"already,omitempty" doc:"Đã đăng ký từ trước; không có gì thay đổi"`
	Warnings []string `json:"warnings,omitempty"`
}

// Twin is a document that an arriving one seems to repeat.
type Twin struct {
	ID            ID     `json:"id"`
	Identifier    bool   `json:"identifier,omitempty" doc:"Trùng mã định danh văn bản; nếu không: trùng số, ký hiệu, nơi gửi, năm"`
	SameContent   bool   `json:"same_content,omitempty"`
	State         string `json:"state"`
	Source        string `json:"source"`
	ArrivalNumber int64  `json:"arrival_number,omitempty"`
	ArrivalYear   int    `json:"arrival_year,omitempty"`
	SenderName    string `json:"sender_name"`
	Number        string `json:"number,omitempty"`
	Notation      string `json:"notation,omitempty"`
	IssuedDate    string `json:"issued_date,omitempty"`
	Subject       string `json:"subject"`
}

// Refusing gives a document back to its sender.
type Refusing struct {
	Ground string `json:"ground" enum:"wrong_addressee,bad_signature,broken_integrity,other"`
	Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"10 đến 1000 ký tự; được gửi cho cơ quan gửi"`
}

// Submitting lays a document before a leader.
type Submitting struct {
	To   ID     `json:"to" doc:"Vị trí của lãnh đạo"`
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Target is a unit or a post that a document goes to; exactly one is set.
type Target struct {
	Unit ID     `json:"unit,omitempty"`
	Post ID     `json:"post,omitempty"`
	Due  string `json:"due,omitempty" format:"date" doc:"Vắng mặt: hạn chung"`
}

// Directing is a leader's direction.
type Directing struct {
	Leads        []Target `json:"leads" maxItems:"100" doc:"Nơi chủ trì"`
	Coordinators []Target `json:"coordinators,omitempty" maxItems:"500"`
	Informed     []Target `json:"informed,omitempty" maxItems:"500"`
	Opinion      string   `json:"opinion,omitempty" maxLength:"10000" doc:"Ý kiến chỉ đạo"`
	Due          string   `json:"due,omitempty" format:"date"`
	DueDays      int      `json:"due_days,omitempty" minimum:"0" maximum:"3650" doc:"Hoặc số ngày làm việc kể từ hôm nay"`
	ByRule       string   `json:"by_rule,omitempty" maxLength:"1000" doc:"Căn cứ quy chế khi văn thư chuyển thẳng"`
	Revision     int64    `json:"revision,omitempty"`
}

// Direction is a direction as it is kept.
type Direction struct {
	ID          ID        `json:"id"`
	LeaderName  string    `json:"leader_name"`
	LeaderTitle string    `json:"leader_title,omitempty"`
	WrittenBy   string    `json:"written_by,omitempty" doc:"Người ghi thay"`
	ByRule      string    `json:"by_rule,omitempty"`
	Opinion     string    `json:"opinion,omitempty"`
	Due         string    `json:"due,omitempty"`
	At          time.Time `json:"at"`
	ReplacedBy  ID        `json:"replaced_by,omitempty"`
}

// Line is the receipt line of one unit or person.
type Line struct {
	ID            ID         `json:"id"`
	Revision      int64      `json:"revision"`
	Parent        ID         `json:"parent,omitempty"`
	Direction     ID         `json:"direction,omitempty"`
	Role          string     `json:"role"`
	RoleLabel     string     `json:"role_label"`
	HolderKind    string     `json:"holder_kind" doc:"unit, post"`
	Holder        ID         `json:"holder"`
	HolderName    string     `json:"holder_name"`
	State         string     `json:"state"`
	StateLabel    string     `json:"state_label"`
	HandedOver    bool       `json:"handed_over,omitempty"`
	FromName      string     `json:"from_name,omitempty"`
	Note          string     `json:"note,omitempty"`
	Due           string     `json:"due,omitempty"`
	At            time.Time  `json:"at"`
	ReadAt        *time.Time `json:"read_at,omitempty"`
	StartedAt     *time.Time `json:"started_at,omitempty"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
	Result        string     `json:"result,omitempty"`
	ReplyOutgoing ID         `json:"reply_outgoing,omitempty"`
	Reason        string     `json:"reason,omitempty"`
}

// Forwarding gives a line on to others.
type Forwarding struct {
	Lead         *Target  `json:"lead,omitempty"`
	Coordinators []Target `json:"coordinators,omitempty" maxItems:"500"`
	Informed     []Target `json:"informed,omitempty" maxItems:"500"`
	Note         string   `json:"note,omitempty" maxLength:"4000"`
	Due          string   `json:"due,omitempty" format:"date"`
	DueDays      int      `json:"due_days,omitempty" minimum:"0" maximum:"3650"`
	Revision     int64    `json:"revision,omitempty"`
}

// HandingOver gives a line away wholly.
type HandingOver struct {
	To   Target `json:"to"`
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Completing finishes a line.
type Completing struct {
	Result        string `json:"result,omitempty" maxLength:"10000" doc:"Kết quả xử lý"`
	ReplyOutgoing ID     `json:"reply_outgoing,omitempty" doc:"Hoặc văn bản đi trả lời"`
	Revision      int64  `json:"revision,omitempty"`
}
