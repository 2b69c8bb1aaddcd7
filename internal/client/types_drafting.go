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
