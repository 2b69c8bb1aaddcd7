package client

import "time"

// Nodes is how the installation stands on the axis.
type Nodes struct {
	Name    string `json:"name" doc:"Tên của bản cài đặt này trên trục"`
	Hub     bool   `json:"hub" doc:"Bản cài đặt khác nối vào đây"`
	Copies  int    `json:"copies,omitempty" doc:"Số bản của mỗi luồng trên cụm máy chủ riêng"`
	Waiting uint64 `json:"waiting" doc:"Gói tin đến chờ tiếp nhận"`
	Lost    uint64 `json:"lost" doc:"Gói tin gửi đến mã mà không bản cài đặt nào nhận"`
	Links   []Node `json:"links,omitempty"`
}

// Node is the connection to one installation.
type Node struct {
	Name      string     `json:"name,omitempty" doc:"Trống: bản cài đặt trung tâm"`
	Kept      bool       `json:"kept" doc:"Do quản trị hệ thống khai báo; nếu không: khai trong cấu hình của máy chủ"`
	Connected bool       `json:"connected"`
	Since     *time.Time `json:"since,omitempty" doc:"Kết nối hoặc mất kết nối từ lúc này"`
	Address   string     `json:"address,omitempty"`
	Waiting   uint64     `json:"waiting" doc:"Gói tin đang chờ"`
	Agencies  []string   `json:"agencies,omitempty" doc:"Mã các cơ quan đang có hiệu lực"`
	Idle      []string   `json:"idle,omitempty" doc:"Mã đã giao nhưng chưa có hiệu lực"`
	LastError string     `json:"last_error,omitempty"`
}

// NodeForm names an installation and the agencies that live there.
type NodeForm struct {
	Name     string   `json:"name" maxLength:"32"`
	Agencies []string `json:"agencies,omitempty" maxItems:"10000" doc:"Mã định danh của các cơ quan"`
}

// NodePassword is shown once.
type NodePassword struct {
	Name     string `json:"name"`
	Password string `json:"password" doc:"Không đọc lại được"`
}

// NodeTried is the answer of the other end.
type NodeTried struct {
	Milliseconds float64 `json:"ms"`
}
