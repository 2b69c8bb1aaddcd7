package client

import "time"

// Source is a word processor's file that becomes the main file of a draft.
type Source struct {
	ID       ID        `json:"id"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"`
	State    string    `json:"state" enum:"waiting,done,failed" doc:"Đang chờ chuyển đổi, đã thành tệp chính, không chuyển được"`
	Reason   string    `json:"reason,omitempty" doc:"Vì sao không chuyển được"`
	LinksCut int64     `json:"links_cut" doc:"Số liên kết đến tệp bên ngoài đã cắt trước khi chuyển"`
	Version  int64     `json:"version" doc:"Phiên bản tệp chính do tệp này tạo ra; 0: chưa có"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Comparison is what changed between two versions of a draft.
type Comparison struct {
	From    int64    `json:"from"`
	To      int64    `json:"to" doc:"0: nội dung hiện tại"`
	Changes []Change `json:"changes"`
	Unread  bool     `json:"unread" doc:"Có tệp tải lên không đọc được chữ để so sánh"`
}

// Change is one field that differs.
type Change struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Before string `json:"before"`
	After  string `json:"after"`
	Parts  []Part `json:"parts"`
}

// Part is a run of words that both states have, or only one of them.
type Part struct {
	Kind string `json:"kind" enum:"same,added,removed"`
	Text string `json:"text"`
}

// Editor is somebody else who has a draft open to change it.
type Editor struct {
	Person ID        `json:"person"`
	Name   string    `json:"name"`
	Post   string    `json:"post"`
	Since  time.Time `json:"since"`
}
