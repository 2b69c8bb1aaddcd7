package client

import "time"

// Assigning is what is to be drafted, by whom and until when.
type Assigning struct {
	ReplyTo ID       `json:"reply_to,omitempty" doc:"Văn bản đến cần trả lời"`
	Type    string   `json:"type,omitempty" doc:"Mã loại văn bản; trống: công văn"`
	Subject string   `json:"subject" maxLength:"500"`
	Wanted  string   `json:"wanted,omitempty" maxLength:"4000" doc:"Yêu cầu nội dung"`
	Lead    Target   `json:"lead"`
	Helpers []Target `json:"helpers,omitempty" doc:"Phối hợp"`
	Due     string   `json:"due,omitempty" doc:"Hạn: năm-tháng-ngày"`
	DueDays int      `json:"due_days,omitempty" doc:"Hoặc số ngày làm việc"`
}

// Assignment is a task of drafting a document.
type Assignment struct {
	ID         ID        `json:"id"`
	State      string    `json:"state" enum:"assigned,accepted,drafting,returned,withdrawn"`
	StateLabel string    `json:"state_label"`
	ReplyTo    ID        `json:"reply_to,omitempty"`
	Outgoing   ID        `json:"outgoing,omitempty" doc:"Dự thảo đã tạo"`
	DraftState string    `json:"draft_state,omitempty"`
	Type       string    `json:"type"`
	Subject    string    `json:"subject"`
	Wanted     string    `json:"wanted,omitempty"`
	Due        string    `json:"due,omitempty"`
	Overdue    bool      `json:"overdue"`
	Lead       string    `json:"lead"`
	OrderedBy  string    `json:"ordered_by"`
	TakenBy    string    `json:"taken_by,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Helpers    []string  `json:"helpers"`
	Acts       []string  `json:"acts"`
	At         time.Time `json:"at"`
}

// AskingOpinions asks several for their opinion on a draft.
type AskingOpinions struct {
	Parent   ID       `json:"parent,omitempty" doc:"Ý kiến đang được hỏi của mình, khi hỏi tiếp"`
	Whom     []Target `json:"whom" maxItems:"50"`
	Question string   `json:"question" maxLength:"4000"`
	InOrder  bool     `json:"in_order,omitempty" doc:"Lần lượt thay vì cùng lúc"`
	Required bool     `json:"required,omitempty" doc:"Chờ đủ ý kiến hoặc hết hạn mới được trình ký"`
	Due      string   `json:"due,omitempty"`
	DueDays  int      `json:"due_days,omitempty"`
}

// OpinionRequest is one round of asking with its answers.
type OpinionRequest struct {
	ID       ID        `json:"id"`
	Parent   ID        `json:"parent,omitempty"`
	Level    int       `json:"level"`
	State    string    `json:"state" enum:"open,closed,withdrawn"`
	Question string    `json:"question"`
	InOrder  bool      `json:"in_order"`
	Required bool      `json:"required"`
	Due      string    `json:"due,omitempty"`
	AskedBy  string    `json:"asked_by"`
	At       time.Time `json:"at"`
	Opinions []Opinion `json:"opinions"`
}

// Opinion is one answer that was asked for. Silent is silence at the deadline, never consent.
type Opinion struct {
	ID           ID         `json:"id"`
	Holder       string     `json:"holder"`
	State        string     `json:"state" enum:"queued,asked,answered,silent,withdrawn"`
	StateLabel   string     `json:"state_label"`
	Verdict      string     `json:"verdict,omitempty" enum:"agree,agree_with,disagree,no_competence"`
	Words        string     `json:"words,omitempty"`
	Late         bool       `json:"late"`
	AnsweredBy   string     `json:"answered_by,omitempty"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty"`
	Settled      string     `json:"settled,omitempty" enum:"accepted,explained"`
	SettledWords string     `json:"settled_words,omitempty"`
	Files        []ID       `json:"files"`
}

// AskedOpinion is an opinion that waits for the caller.
type AskedOpinion struct {
	Opinion  ID     `json:"opinion"`
	Outgoing ID     `json:"outgoing"`
	Subject  string `json:"subject"`
	Question string `json:"question"`
	AskedBy  string `json:"asked_by"`
	Due      string `json:"due,omitempty"`
	State    string `json:"state"`
}

// Answering is what somebody thinks of a draft.
type Answering struct {
	Verdict string `json:"verdict" enum:"agree,agree_with,disagree,no_competence"`
	Words   string `json:"words,omitempty" maxLength:"4000"`
}

// Settling is what the drafter did with an opinion.
type Settling struct {
	Settled string `json:"settled" enum:"accepted,explained"`
	Words   string `json:"words,omitempty" maxLength:"4000"`
}

// Remark is a note that may be left out.
type Remark struct {
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Approval is one step of a draft's way to its signer.
type Approval struct {
	ID          ID         `json:"id"`
	Round       int64      `json:"round" doc:"Lần trình"`
	Stage       int64      `json:"stage" doc:"Các bước cùng số được thực hiện song song"`
	State       string     `json:"state" enum:"waiting,open,done,returned,skipped,void"`
	StateLabel  string     `json:"state_label"`
	Duty        string     `json:"duty" enum:"content,layout,review"`
	Post        ID         `json:"post"`
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Certificate bool       `json:"certificate"`
	Method      string     `json:"method,omitempty" enum:"initials_plain,initials_certificate"`
	Words       string     `json:"words,omitempty"`
	Void        string     `json:"void,omitempty" doc:"Vì sao hết hiệu lực hoặc bị bỏ"`
	Version     int64      `json:"version,omitempty"`
	DoneAt      *time.Time `json:"done_at,omitempty"`
}

// ProposedStep is a step as the plan proposes it.
type ProposedStep struct {
	Stage       int64  `json:"stage"`
	Duty        string `json:"duty" enum:"content,layout,review"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Certificate bool   `json:"certificate"`
}

// AddingStep puts a step into the way of a draft.
type AddingStep struct {
	Post        ID     `json:"post"`
	Duty        string `json:"duty" enum:"content,layout,review"`
	Beside      bool   `json:"beside,omitempty" doc:"Song song với bước hiện tại"`
	Certificate bool   `json:"certificate,omitempty"`
}

// Initialling approves with the caller's certificate.
type Initialling struct {
	Note    string `json:"note,omitempty" maxLength:"4000"`
	Next    ID     `json:"next,omitempty"`
	Consent bool   `json:"consent" doc:"Đã xem toàn bộ nội dung"`
}

// PlanStep is one line of the agency's plan of approvals.
type PlanStep struct {
	Stage       int64  `json:"stage" minimum:"1" maximum:"20"`
	Duty        string `json:"duty" enum:"content,layout,review"`
	Whom        string `json:"whom" enum:"unit_head,post"`
	Post        ID     `json:"post,omitempty"`
	Certificate bool   `json:"certificate,omitempty"`
}

// ApprovalPlan replaces the plan of a type; no steps: drafts go to whom the drafter names.
type ApprovalPlan struct {
	Type  string     `json:"type,omitempty" maxLength:"40"`
	Steps []PlanStep `json:"steps" maxItems:"20"`
}

// PageComment is a comment on a place of a page; lengths are millimetres from the upper left corner.
type PageComment struct {
	ID         ID        `json:"id"`
	Parent     ID        `json:"parent,omitempty"`
	Version    int64     `json:"version"`
	Earlier    bool      `json:"earlier" doc:"Ở bản trước của tệp"`
	Page       int64     `json:"page"`
	X          int64     `json:"x"`
	Y          int64     `json:"y"`
	W          int64     `json:"w"`
	H          int64     `json:"h"`
	Words      string    `json:"words"`
	State      string    `json:"state" enum:"open,resolved"`
	Who        string    `json:"who"`
	Answer     string    `json:"answer,omitempty"`
	ResolvedBy string    `json:"resolved_by,omitempty"`
	At         time.Time `json:"at"`
}

// Commenting leaves a comment on a page, or answers one.
type Commenting struct {
	Parent ID     `json:"parent,omitempty"`
	Page   int64  `json:"page,omitempty"`
	X      int64  `json:"x,omitempty"`
	Y      int64  `json:"y,omitempty"`
	W      int64  `json:"w,omitempty"`
	H      int64  `json:"h,omitempty"`
	Text   string `json:"text" maxLength:"4000"`
}
