package client

import "time"

// Picture is one version in the agency's library of signature and seal images and of their placing.
type Picture struct {
	ID         ID         `json:"id"`
	Kind       string     `json:"kind" enum:"signature,seal,placing" doc:"Ảnh chữ ký, ảnh dấu hoặc vị trí chữ ký"`
	OwnerKind  string     `json:"owner_kind" enum:"person,agency"`
	Owner      ID         `json:"owner"`
	Version    int64      `json:"version"`
	State      string     `json:"state" enum:"proposed,approved,rejected,withdrawn"`
	SHA256     string     `json:"sha256,omitempty" doc:"Của ảnh PNG; vắng mặt với vị trí chữ ký"`
	WidthPx    int64      `json:"width_px,omitempty"`
	HeightPx   int64      `json:"height_px,omitempty"`
	WidthMM    float64    `json:"width_mm,omitempty" doc:"Kích thước thật; vắng mặt khi không biết"`
	HeightMM   float64    `json:"height_mm,omitempty"`
	Tint       string     `json:"tint,omitempty" enum:"blue,red,other" doc:"Màu nét: chữ ký cần xanh, dấu cần đỏ"`
	Placing    *Placing   `json:"placing,omitempty"`
	ValidFrom  string     `json:"valid_from" format:"date"`
	ValidTo    string     `json:"valid_to,omitempty" doc:"Vắng mặt: chưa định ngày hết"`
	Note       string     `json:"note,omitempty"`
	Reason     string     `json:"reason,omitempty" doc:"Lý do từ chối hoặc thu hồi"`
	ProposedBy ID         `json:"proposed_by"`
	ProposedAt time.Time  `json:"proposed_at"`
	DecidedBy  ID         `json:"decided_by,omitempty"`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	Alone      bool       `json:"alone,omitempty" doc:"Người đề xuất tự phê duyệt vì là quản trị duy nhất"`
}

// Placing is how an agency sets signatures on pages; distances in millimetres, to the right and upwards.
type Placing struct {
	Sign   Shift  `json:"sign" doc:"Chữ ký trên văn bản trình bày tại đây, tính từ giữa ô 7c"`
	Seal   Shift  `json:"seal" doc:"Dấu, tính từ 1/3 chữ ký bên trái"`
	Upload Corner `json:"upload" doc:"Chữ ký trên tệp PDF tải lên"`
	Block  Edge   `json:"block" doc:"Thông tin ký số trên phụ lục và bản sao, tính từ góc trên bên phải trang đầu"`
	Time   string `json:"time" enum:"iso,sample,dotted" doc:"Cách ghi thời gian ký"`
}

// Shift moves a picture and says how large it may be.
type Shift struct {
	Right  float64 `json:"right"`
	Up     float64 `json:"up"`
	Width  float64 `json:"width" doc:"Với dấu, 0 là kích thước thật"`
	Height float64 `json:"height,omitempty"`
}

// Corner is a place on a page by two edges of the paper.
type Corner struct {
	Page   string  `json:"page" enum:"last,first"`
	Side   string  `json:"side" enum:"right,left"`
	X      float64 `json:"x" doc:"Cách mép bên"`
	Y      float64 `json:"y" doc:"Cách mép dưới"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Edge is the distance from the upper right corner.
type Edge struct {
	Right float64 `json:"right"`
	Top   float64 `json:"top"`
}

// PlacingProposal proposes a new placing.
type PlacingProposal struct {
	Placing   Placing `json:"placing"`
	ValidFrom string  `json:"valid_from,omitempty" maxLength:"10" doc:"Vắng mặt: hôm nay"`
	ValidTo   string  `json:"valid_to,omitempty" maxLength:"10"`
	Note      string  `json:"note,omitempty" maxLength:"500"`
}

// PlacingNow is what serves today and where it leaves the rules.
type PlacingNow struct {
	Placing  Placing  `json:"placing"`
	Findings []string `json:"findings" doc:"Những chỗ khác quy định"`
}
