package client

import "time"

// Request is what a sender asks about a document that he sent, and what was answered.
type Request struct {
	ID         ID         `json:"id"`
	Incoming   ID         `json:"incoming,omitempty" doc:"Văn bản đến; vắng mặt: chưa đến"`
	Kind       string     `json:"kind" enum:"give_back,recall,update,replace" doc:"Loại yêu cầu"`
	KindLabel  string     `json:"kind_label" doc:"Tên loại yêu cầu"`
	SenderCode string     `json:"sender_code" doc:"Mã cơ quan gửi"`
	SenderName string     `json:"sender_name" doc:"Tên cơ quan gửi"`
	DocumentID string     `json:"document_id" doc:"Mã văn bản"`
	Reason     string     `json:"reason" doc:"Lý do cơ quan gửi nêu"`
	By         string     `json:"by,omitempty" doc:"Người yêu cầu"`
	ByUnit     string     `json:"by_unit,omitempty" doc:"Đơn vị của người yêu cầu"`
	State      string     `json:"state" enum:"open,pending,agreed,declined,void" doc:"Trạng thái"`
	At         time.Time  `json:"at" doc:"Lúc nhận"`
	DecidedAt  *time.Time `json:"decided_at,omitempty" doc:"Lúc trả lời"`
	DecidedBy  string     `json:"decided_by,omitempty" doc:"Người trả lời"`
	Decision   string     `json:"decision,omitempty" doc:"Lý do trả lời"`
	Automatic  bool       `json:"automatic,omitempty" doc:"Hệ thống tự trả lời"`
	Choices    []ID       `json:"choices,omitempty" doc:"Văn bản đến để chọn, khi yêu cầu nêu hai văn bản"`
}

// Asked is what we asked a receiver, and what he answered.
type Asked struct {
	ID           ID         `json:"id"`
	Delivery     ID         `json:"delivery"`
	Kind         string     `json:"kind" enum:"give_back,recall,update,replace" doc:"Loại yêu cầu"`
	KindLabel    string     `json:"kind_label" doc:"Tên loại yêu cầu"`
	ReceiverCode string     `json:"receiver_code" doc:"Mã nơi nhận"`
	ReceiverName string     `json:"receiver_name" doc:"Tên nơi nhận"`
	Reason       string     `json:"reason" doc:"Lý do"`
	Basis        string     `json:"basis,omitempty" doc:"Căn cứ"`
	State        string     `json:"state" enum:"waiting,sent,agreed,declined,failed" doc:"Trạng thái"`
	At           time.Time  `json:"at" doc:"Lúc yêu cầu"`
	By           string     `json:"by,omitempty" doc:"Người yêu cầu"`
	SentAt       *time.Time `json:"sent_at,omitempty" doc:"Lúc gửi"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty" doc:"Lúc nơi nhận trả lời"`
	AnswerBy     string     `json:"answer_by,omitempty" doc:"Người trả lời"`
	AnswerUnit   string     `json:"answer_unit,omitempty" doc:"Đơn vị của người trả lời"`
	Answer       string     `json:"answer,omitempty" doc:"Nội dung trả lời"`
}

// Relation ties a document to the one it replaces, amends or corrects.
type Relation struct {
	Kind        string    `json:"kind" enum:"replace,amend,correct" doc:"Thay thế, sửa đổi hay đính chính"`
	KindLabel   string    `json:"kind_label" doc:"Tên"`
	Of          string    `json:"of" doc:"Văn bản thay thế, sửa đổi, đính chính"`
	Title       string    `json:"title" doc:"Số, ký hiệu của văn bản đó"`
	Target      string    `json:"target" doc:"Văn bản được thay thế, sửa đổi, đính chính"`
	TargetTitle string    `json:"target_title" doc:"Số, ký hiệu của văn bản đó"`
	Reason      string    `json:"reason" doc:"Lý do"`
	InForce     bool      `json:"in_force" doc:"Đã có hiệu lực"`
	At          time.Time `json:"at" doc:"Lúc ghi"`
}

// Agreeing names a request; 0 is the oldest.
type Agreeing struct {
	Request ID `json:"request,omitempty" doc:"Yêu cầu; vắng mặt: yêu cầu cũ nhất"`
}

// Declining keeps the document.
type Declining struct {
	Request ID     `json:"request,omitempty" doc:"Yêu cầu; vắng mặt: yêu cầu cũ nhất"`
	Reason  string `json:"reason" minLength:"1" maxLength:"4000" doc:"Lý do, gửi cho cơ quan gửi"`
}

// Adding sends an issued document to further receivers.
type Adding struct {
	Receivers []Receiver `json:"receivers" maxItems:"500" doc:"Nơi nhận thêm"`
	Reason    string     `json:"reason" minLength:"1" maxLength:"4000" doc:"Lý do; nơi nhận đã có văn bản đọc được khi được báo"`
	Announce  bool       `json:"announce,omitempty" doc:"Báo danh sách nơi nhận mới cho các nơi đã có văn bản, dưới dạng bản cập nhật"`
	Revision  int64      `json:"revision,omitempty" doc:"Bản đã xem"`
}

// Picking says which document a request is about that names two.
type Picking struct {
	Incoming ID `json:"incoming" doc:"Một trong các văn bản ở choices của yêu cầu"`
}

// Recalling takes an issued document back.
type Recalling struct {
	Reason   string `json:"reason" minLength:"1" maxLength:"4000" doc:"Lý do, gửi cho các nơi nhận"`
	Basis    string `json:"basis,omitempty" maxLength:"1000" doc:"Văn bản làm căn cứ thu hồi"`
	Revision int64  `json:"revision,omitempty" doc:"Bản đã xem"`
}

// Relating says what a draft does to an issued document.
type Relating struct {
	Target ID     `json:"target" doc:"Văn bản đi đã ban hành"`
	Kind   string `json:"kind" enum:"replace,amend,correct" doc:"Thay thế, sửa đổi hay đính chính"`
	Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Lý do"`
}

// Unrelating takes it back.
type Unrelating struct {
	Target ID `json:"target" doc:"Văn bản đi đã ban hành"`
}
