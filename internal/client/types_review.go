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
