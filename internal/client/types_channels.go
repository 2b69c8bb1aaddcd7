package client

import "time"

// Channel is a gateway by which agencies elsewhere are reached.
type Channel struct {
	Kind        string            `json:"kind" enum:"lgsp,national"`
	KindLabel   string            `json:"kind_label,omitempty"`
	Environment string            `json:"environment" enum:"sandbox,production" doc:"Môi trường đang dùng: thử nghiệm hoặc chính thức"`
	Production  string            `json:"production,omitempty" maxLength:"500" doc:"Địa chỉ của môi trường chính thức"`
	Sandbox     string            `json:"sandbox,omitempty" maxLength:"500" doc:"Địa chỉ của môi trường thử nghiệm"`
	Enabled     bool              `json:"enabled"`
	Paths       map[string]string `json:"paths,omitempty" doc:"Đường dẫn khác của một lời gọi: send, list, fetch, confirm, agencies, changes, login"`
	Headers     map[string]string `json:"headers,omitempty" doc:"Tên khác của một tiêu đề"`
	Covers      []string          `json:"covers,omitempty" doc:"Mẫu mã định danh mà trục của địa phương chuyển đến được"`
	Signatures  string            `json:"signatures,omitempty" enum:"any,refuse_invalid,require" doc:"Đòi hỏi đối với chữ ký của gói tin nhận về"`
	Sign        bool              `json:"sign" doc:"Ký gói tin gửi đi"`
	Every       int               `json:"every_seconds,omitempty" doc:"Lấy văn bản mỗi bao nhiêu giây"`
	LookBack    int               `json:"look_back_days,omitempty"`
	Retries     int               `json:"retries,omitempty"`
	Parallel    int               `json:"parallel,omitempty"`
	Timeout     int               `json:"timeout_seconds,omitempty"`
	MaxMB       int               `json:"max_mb,omitempty"`
	Revision    int64             `json:"revision,omitempty" doc:"Khi sửa: phiên bản đã xem; 0 khi chưa cấu hình"`
}

// ChannelSwitch turns a gateway on or off.
type ChannelSwitch struct {
	Kind string `json:"kind" enum:"lgsp,national"`
	On   bool   `json:"on"`
}

// Credential is what an agency signs in with at a gateway. The secret is never given back.
type Credential struct {
	Agency      ID         `json:"agency"`
	AgencyCode  string     `json:"agency_code,omitempty"`
	AgencyName  string     `json:"agency_name,omitempty"`
	Channel     string     `json:"channel" enum:"lgsp,national"`
	Environment string     `json:"environment" enum:"sandbox,production"`
	SystemID    string     `json:"system_id" maxLength:"200"`
	FromCode    string     `json:"from_code,omitempty" maxLength:"35" doc:"Mã đã đăng ký với trục, nếu khác mã trên gói tin"`
	Enabled     bool       `json:"enabled"`
	InUse       bool       `json:"in_use" doc:"Môi trường này đang được dùng"`
	DocumentsTo *time.Time `json:"documents_to,omitempty" doc:"Đã lấy đủ văn bản đến thời điểm này"`
	StatusesTo  *time.Time `json:"statuses_to,omitempty"`
	SucceededAt *time.Time `json:"succeeded_at,omitempty"`
	FailedAt    *time.Time `json:"failed_at,omitempty"`
	Error       string     `json:"error,omitempty" doc:"Nguyên văn câu trả lời lỗi gần nhất"`
	Waiting     int64      `json:"waiting" doc:"Gói tin chờ gửi"`
	Failed      int64      `json:"failed" doc:"Gói tin gửi không thành công"`
	Revision    int64      `json:"revision,omitempty"`
}

// CredentialForm is what is typed of a credential.
type CredentialForm struct {
	Agency      ID     `json:"agency"`
	Channel     string `json:"channel" enum:"lgsp,national"`
	Environment string `json:"environment" enum:"sandbox,production"`
	SystemID    string `json:"system_id" maxLength:"200"`
	Secret      string `json:"secret,omitempty" maxLength:"1000" doc:"Chỉ ghi, không đọc lại được; bỏ trống: giữ khóa đang có"`
	FromCode    string `json:"from_code,omitempty" maxLength:"35"`
	Enabled     bool   `json:"enabled"`
	Revision    int64  `json:"revision,omitempty"`
}

// ChannelAct names a gateway and an agency.
type ChannelAct struct {
	Channel string `json:"channel" enum:"lgsp,national"`
	Agency  ID     `json:"agency"`
	Days    int    `json:"days,omitempty" minimum:"0" maximum:"366" doc:"Khi đồng bộ: nhìn lại bao nhiêu ngày"`
}

// ChannelTested is what came of testing a connection.
type ChannelTested struct {
	OK    bool          `json:"ok"`
	Words string        `json:"words,omitempty" doc:"Nguyên văn câu trả lời của máy chủ"`
	Calls []ChannelCall `json:"calls,omitempty"`
}

// ChannelCall is a request to a gateway and its answer, without secrets.
type ChannelCall struct {
	ID         ID        `json:"id,omitempty"`
	At         time.Time `json:"at"`
	Took       int64     `json:"took_ms"`
	Channel    string    `json:"channel"`
	AgencyName string    `json:"agency_name,omitempty"`
	Name       string    `json:"name"`
	HTTP       int       `json:"http,omitempty"`
	Code       string    `json:"code,omitempty"`
	Failed     bool      `json:"failed"`
	Document   string    `json:"document,omitempty"`
	Request    string    `json:"request,omitempty"`
	Answer     string    `json:"answer,omitempty"`
}

// ChannelRoute sends what is for certain codes a way of its own.
type ChannelRoute struct {
	ID         ID     `json:"id,omitempty"`
	Agency     ID     `json:"agency,omitempty" doc:"Cơ quan gửi; vắng mặt: mọi cơ quan"`
	AgencyName string `json:"agency_name,omitempty"`
	Pattern    string `json:"pattern" maxLength:"100" doc:"Mẫu mã nơi nhận, dấu * thay cho phần bất kỳ"`
	Channel    string `json:"channel" enum:"axis,lgsp,national"`
	Second     string `json:"second,omitempty" enum:"axis,lgsp,national" doc:"Kênh thứ hai, khi gửi bằng hai kênh"`
	Note       string `json:"note,omitempty" maxLength:"500"`
}
