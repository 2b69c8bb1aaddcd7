package client

import "time"

// FollowRow is one line that somebody was given, with where it stands.
type FollowRow struct {
	Document   ID         `json:"document"`
	Line       ID         `json:"line"`
	Code       string     `json:"code,omitempty"`
	Subject    string     `json:"subject"`
	SenderName string     `json:"sender_name"`
	Urgency    string     `json:"urgency"`
	Role       string     `json:"role"`
	State      string     `json:"state"`
	StateLabel string     `json:"state_label"`
	HolderName string     `json:"holder_name"`
	Due        string     `json:"due,omitempty" doc:"Hạn đang có"`
	FirstDue   string     `json:"first_due,omitempty" doc:"Hạn đặt lần đầu, khi đã gia hạn"`
	Overdue    bool       `json:"overdue,omitempty"`
	Days       int        `json:"days,omitempty" doc:"Số ngày làm việc còn lại hoặc đã quá"`
	At         time.Time  `json:"at"`
	ReadAt     *time.Time `json:"read_at,omitempty"`
	DoneAt     *time.Time `json:"done_at,omitempty"`
	Chased     int        `json:"chased,omitempty" doc:"Số lần đã đôn đốc"`
	LastChased *time.Time `json:"last_chased,omitempty" doc:"Lần đôn đốc hoặc nhắc gần nhất"`
	Extension  ID         `json:"extension,omitempty" doc:"Đề nghị gia hạn chờ trả lời"`
}

// Chase is one time somebody was pressed about a line, by a person or by the system.
type Chase struct {
	Line      ID        `json:"line"`
	Kind      string    `json:"kind" enum:"chased,soon,late,escalated"`
	KindLabel string    `json:"kind_label"`
	By        string    `json:"by,omitempty"`
	Words     string    `json:"words,omitempty"`
	At        time.Time `json:"at"`
}

// Extension is a deadline asked to be put off, and the answer.
type Extension struct {
	ID         ID         `json:"id"`
	Line       ID         `json:"line"`
	Document   ID         `json:"document"`
	AskedBy    string     `json:"asked_by"`
	Reason     string     `json:"reason"`
	WasDue     string     `json:"was_due"`
	Due        string     `json:"due" doc:"Hạn được đề nghị; khi đã đồng ý: hạn đã đồng ý"`
	State      string     `json:"state" enum:"asked,agreed,refused,dropped"`
	StateLabel string     `json:"state_label"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredBy string     `json:"answered_by,omitempty"`
	At         time.Time  `json:"at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
}

// AskingExtension asks for a later deadline.
type AskingExtension struct {
	Due    string `json:"due" format:"date" doc:"Hạn mới"`
	Reason string `json:"reason" maxLength:"1000" doc:"10 đến 1000 ký tự"`
}

// AnsweringExtension agrees to a later deadline or refuses it.
type AnsweringExtension struct {
	Agree  bool   `json:"agree"`
	Due    string `json:"due,omitempty" format:"date" doc:"Hạn mới khi đồng ý; vắng mặt: đúng ngày được đề nghị"`
	Answer string `json:"answer,omitempty" maxLength:"1000" doc:"Không đồng ý thì cần lý do, 10 đến 1000 ký tự"`
}

// Week is what a week brings, and what the last one brought.
type Week struct {
	From    string      `json:"from"`
	To      string      `json:"to"`
	Due     []FollowRow `json:"due" doc:"Đến hạn trong tuần"`
	Overdue []FollowRow `json:"overdue"`
	Done    []FollowRow `json:"done" doc:"Đã xong tuần trước"`
	More    bool        `json:"more,omitempty" doc:"Có danh sách dài hơn số được nêu"`
	Digest  bool        `json:"digest" doc:"Tôi nhận tin tóm tắt mỗi tuần"`
}

// Digesting switches the weekly digest.
type Digesting struct {
	On bool `json:"on"`
}

// LeftWork is what a post still holds: an open line, or a draft of its own.
type LeftWork struct {
	Line    ID     `json:"line,omitempty"`
	Draft   ID     `json:"draft,omitempty"`
	Ref     string `json:"ref"`
	Title   string `json:"title,omitempty"`
	Subject string `json:"subject"`
	Due     string `json:"due,omitempty"`
}

// PostLeft is a post with the work it still holds.
type PostLeft struct {
	Post Post       `json:"post"`
	Left []LeftWork `json:"left"`
}

// MovingWork hands lines and drafts of a post to another post: all of them, or none.
type MovingWork struct {
	To     ID   `json:"to" doc:"Vị trí nhận"`
	Lines  []ID `json:"lines,omitempty" maxItems:"2000"`
	Drafts []ID `json:"drafts,omitempty" maxItems:"2000"`
}
