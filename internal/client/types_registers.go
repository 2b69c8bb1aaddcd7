package client

import "time"

// RegisterForm is a register with the rule of its series.
type RegisterForm struct {
	Direction   string   `json:"direction,omitempty" enum:"outgoing,incoming" doc:"Khi mở sổ: sổ văn bản đi hoặc đến"`
	Year        int      `json:"year,omitempty" doc:"Khi mở sổ; vắng mặt: năm nay"`
	Kind        string   `json:"kind,omitempty" enum:"administrative,normative,specialised,secret,advisory,copies,internal" doc:"Nhóm văn bản; vắng mặt: administrative"`
	Name        string   `json:"name" maxLength:"400" doc:"Tên sổ"`
	Types       []string `json:"types,omitempty" maxItems:"100" doc:"Mã loại văn bản; vắng mặt: mọi loại"`
	Units       []ID     `json:"units,omitempty" maxItems:"500" doc:"Đơn vị dùng sổ; vắng mặt: mọi đơn vị"`
	Notation    string   `json:"notation,omitempty" maxLength:"200" doc:"Mẫu ký hiệu với {type} {agency} {unit} {field} {body}; vắng mặt: theo NĐ 30/2020"`
	Body        string   `json:"body,omitempty" maxLength:"400" doc:"Tên Hội đồng, Ban, Tổ của sổ advisory"`
	BodyAbbr    string   `json:"body_abbr,omitempty" maxLength:"50"`
	FirstNumber int64    `json:"first_number,omitempty" doc:"Số bắt đầu; vắng mặt: 1"`
	NotCarried  bool     `json:"not_carried,omitempty" doc:"Năm sau không mở tiếp"`
	Default     bool     `json:"default,omitempty" doc:"Khi mở sổ: là sổ chung của năm"`
}

// OpeningYear names a year whose registers are opened by the rules of the year before.
type OpeningYear struct {
	Year int `json:"year" doc:"Năm nay hoặc năm sau"`
}

// ClosingRegister locks a register.
type ClosingRegister struct {
	From   string `json:"from" maxLength:"10" doc:"Khóa từ ngày (năm-tháng-ngày)"`
	Reason string `json:"reason" maxLength:"4000" doc:"Lý do"`
}

// RegisterLines is a register with its legal columns.
type RegisterLines struct {
	Columns []string       `json:"columns"`
	Lines   []RegisterLine `json:"lines"`
}

// RegisterLine is one line of a register.
type RegisterLine struct {
	Number      int64    `json:"number"`
	Suffix      string   `json:"suffix,omitempty" doc:"Chữ của số chèn"`
	Ref         string   `json:"ref,omitempty" doc:"Văn bản; vắng mặt: số không có văn bản"`
	Cells       []string `json:"cells"`
	Void        bool     `json:"void,omitempty" doc:"Số bỏ, dòng hủy hoặc thu hồi"`
	Held        bool     `json:"held,omitempty" doc:"Số đang giữ"`
	Reservation ID       `json:"reservation,omitempty"`
}

// CorrectingEntry corrects one column of one line; both values stay.
type CorrectingEntry struct {
	Number  int64  `json:"number"`
	Suffix  string `json:"suffix,omitempty" maxLength:"4"`
	Column  int    `json:"column" doc:"Cột, đếm từ 1"`
	Becomes string `json:"becomes" maxLength:"4000" doc:"Nội dung đúng"`
	Reason  string `json:"reason" maxLength:"4000" doc:"Lý do"`
}

// Reserving holds the next number.
type Reserving struct {
	ForDate string `json:"for_date,omitempty" maxLength:"10" doc:"Ngày dự kiến của văn bản"`
	Until   string `json:"until,omitempty" maxLength:"10" doc:"Giữ đến hết ngày; vắng mặt: hôm nay"`
	Reason  string `json:"reason" maxLength:"4000" doc:"Lý do"`
}

// Reservation is a number that was held and what became of it.
type Reservation struct {
	ID        ID        `json:"id"`
	Register  ID        `json:"register"`
	Number    int64     `json:"number"`
	State     string    `json:"state" doc:"held, used, released, void"`
	Lapsed    bool      `json:"lapsed,omitempty" doc:"Đã quá hạn giữ"`
	Mark      string    `json:"mark,omitempty" doc:"Điều ghi trong sổ"`
	Reason    string    `json:"reason"`
	ForDate   string    `json:"for_date,omitempty"`
	Until     string    `json:"until"`
	HeldBy    string    `json:"held_by"`
	Outgoing  ID        `json:"outgoing,omitempty" doc:"Văn bản đã dùng số"`
	EndReason string    `json:"end_reason,omitempty"`
	At        time.Time `json:"at"`
}

// LostNumber is a number that was given before the data were restored from an older copy, and that the register has forgotten.
type LostNumber struct {
	Register ID        `json:"register"`
	Number   int64     `json:"number"`
	State    string    `json:"state" doc:"missing, entered, void"`
	Source   string    `json:"source" doc:"Biết từ đâu: outside, receipt, stream"`
	Title    string    `json:"title,omitempty" doc:"Số, ký hiệu, nếu biết"`
	Peer     string    `json:"peer,omitempty" doc:"Nơi giữ văn bản, nếu biết"`
	Ref      string    `json:"ref,omitempty" doc:"Văn bản đã nhập lại với số này"`
	Reason   string    `json:"reason,omitempty"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
}

// VoidingLost voids the missing numbers from first to last.
type VoidingLost struct {
	First  int64  `json:"first" minimum:"1"`
	Last   int64  `json:"last" minimum:"1"`
	Reason string `json:"reason" maxLength:"1000"`
}

// SecretForm enters a secret document by number only: there is no field for its subject, and no file can be added.
type SecretForm struct {
	Direction string `json:"direction" enum:"outgoing,incoming"`
	Register  ID     `json:"register,omitempty" doc:"Vắng mặt: sổ văn bản mật của chiều đó"`
	Date      string `json:"date,omitempty" maxLength:"10" doc:"Ngày văn bản; vắng mặt: hôm nay"`
	Party     string `json:"party" maxLength:"400" doc:"Cơ quan ban hành hoặc nơi nhận"`
	Code      string `json:"code,omitempty" maxLength:"100" doc:"Số, ký hiệu ghi trên văn bản"`
	Secrecy   int    `json:"secrecy" doc:"1 mật, 2 tối mật, 3 tuyệt mật"`
	Urgency   string `json:"urgency,omitempty" enum:"ordinary,urgent,very_urgent,express"`
	// LostNumber enters it again with the number that it had before a restore.
	LostNumber int64 `json:"lost_number,omitempty" minimum:"1" doc:"Số cũ của văn bản, là số thiếu sau khôi phục của sổ"`
}

// SecretEntry is a line of a register of secrets.
type SecretEntry struct {
	ID       ID     `json:"id"`
	Register ID     `json:"register"`
	Year     int    `json:"year"`
	Number   int64  `json:"number"`
	Date     string `json:"date"`
	Party    string `json:"party"`
	Code     string `json:"code,omitempty"`
	Secrecy  int    `json:"secrecy"`
}

// PaperForm enters a document that was signed and issued on paper.
type PaperForm struct {
	Type       string   `json:"type" maxLength:"40" doc:"Mã loại văn bản"`
	Subject    string   `json:"subject" maxLength:"2000"`
	Signer     string   `json:"signer" maxLength:"400" doc:"Họ tên người ký"`
	Unit       ID       `json:"unit,omitempty" doc:"Đơn vị soạn thảo; vắng mặt: của văn thư"`
	FieldAbbr  string   `json:"field_abbr,omitempty" maxLength:"50"`
	Date       string   `json:"date,omitempty" maxLength:"10" doc:"Vắng mặt: hôm nay"`
	Receivers  []string `json:"receivers" maxItems:"500"`
	KeptCopies int      `json:"kept_copies,omitempty"`
	Urgency    string   `json:"urgency,omitempty" enum:"ordinary,urgent,very_urgent,express"`
	Register   ID       `json:"register,omitempty"`
	Migrated   bool     `json:"migrated,omitempty" doc:"Chuyển từ sổ giấy trước đây, hoặc số thiếu sau khôi phục: number và suffix là số có sẵn"`
	Number     int64    `json:"number,omitempty"`
	Suffix     string   `json:"suffix,omitempty" maxLength:"4" doc:"Chữ của số chèn, ví dụ a"`
}

// PostingForm hands envelopes to the post.
type PostingForm struct {
	SentOn    string `json:"sent_on,omitempty" maxLength:"10" doc:"Vắng mặt: hôm nay"`
	Outgoing  ID     `json:"outgoing,omitempty" doc:"Văn bản đi; số, ký hiệu lấy theo đó"`
	Code      string `json:"code,omitempty" maxLength:"200" doc:"Số, ký hiệu"`
	Receiver  string `json:"receiver" maxLength:"2000"`
	Envelopes int    `json:"envelopes"`
	Postmark  string `json:"postmark,omitempty" maxLength:"400" doc:"Số hiệu bưu gửi"`
	Note      string `json:"note,omitempty" maxLength:"2000"`
}

// Posting is a line of the book of the post.
type Posting struct {
	ID         ID     `json:"id"`
	SentOn     string `json:"sent_on"`
	Outgoing   ID     `json:"outgoing,omitempty"`
	Code       string `json:"code"`
	Receiver   string `json:"receiver"`
	Envelopes  int    `json:"envelopes"`
	Postmark   string `json:"postmark,omitempty"`
	Note       string `json:"note,omitempty"`
	VoidReason string `json:"void_reason,omitempty"`
}

// CopyUseForm lends a kept copy.
type CopyUseForm struct {
	LentOn    string `json:"lent_on,omitempty" maxLength:"10" doc:"Vắng mặt: hôm nay"`
	User      string `json:"user" maxLength:"2000" doc:"Họ tên người sử dụng"`
	Outgoing  ID     `json:"outgoing,omitempty"`
	Code      string `json:"code,omitempty" maxLength:"2000" doc:"Số, ký hiệu"`
	About     string `json:"about,omitempty" maxLength:"2000" doc:"Tên loại và trích yếu; tự điền khi là văn bản của năm nay"`
	Dossier   string `json:"dossier,omitempty" maxLength:"200" doc:"Số và ký hiệu hồ sơ"`
	AllowedBy string `json:"allowed_by" maxLength:"2000" doc:"Người cho phép"`
	Note      string `json:"note,omitempty" maxLength:"2000"`
}

// CopyUse is a line of the book of kept copies.
type CopyUse struct {
	ID         ID     `json:"id"`
	LentOn     string `json:"lent_on"`
	User       string `json:"user"`
	Outgoing   ID     `json:"outgoing,omitempty"`
	Code       string `json:"code"`
	About      string `json:"about"`
	Dossier    string `json:"dossier,omitempty"`
	AllowedBy  string `json:"allowed_by"`
	Note       string `json:"note,omitempty"`
	ReturnedOn string `json:"returned_on,omitempty"`
}

// ReturningCopy is the day a kept copy came back.
type ReturningCopy struct {
	On string `json:"on,omitempty" maxLength:"10" doc:"Vắng mặt: hôm nay"`
}
