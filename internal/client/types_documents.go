package client

import "time"

// File is a file of a document.
type File struct {
	ID      ID     `json:"id"`
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Media   string `json:"media"`
	Pages   int    `json:"pages,omitempty"`
	Main    bool   `json:"main,omitempty" doc:"Tệp văn bản chính"`
	Verdict string `json:"verdict,omitempty" doc:"Kết quả kiểm tra chữ ký số: passed, indeterminate, failed, none; vắng mặt: không phải PDF"`
}

// Step is one line of a document's history.
type Step struct {
	At   time.Time `json:"at"`
	Act  string    `json:"act"`
	Who  string    `json:"who"`
	Post string    `json:"post,omitempty"`
	What string    `json:"what"`
	Note string    `json:"note,omitempty"`
	Late bool      `json:"late,omitempty"`
}

// Moment is one line of the whole course of a document.
type Moment struct {
	Step
	Kind      string `json:"kind" doc:"Loại việc: receive, direction, handling, draft, opinion, approval, issue, delivery, recall, copy, rights, upkeep, reading"`
	KindLabel string `json:"kind_label"`
	Person    ID     `json:"person,omitempty"`
}

// CoursePerson stands in a document's course.
type CoursePerson struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Course is a part of the whole course of a document, oldest first.
type Course struct {
	Rows     []Moment       `json:"rows"`
	Next     string         `json:"next,omitempty" doc:"Giá trị cursor của phần sau; vắng mặt: đã hết"`
	People   []CoursePerson `json:"people,omitempty" doc:"Những người có tên trong lịch sử"`
	Readings bool           `json:"readings" doc:"Có lượt xem: chỉ hiện với người được xem quyền của văn bản"`
}

// Act is something the caller may do now.
type Act struct {
	Code  string `json:"code"`
	Label string `json:"label,omitempty"`
	Line  ID     `json:"line,omitempty" doc:"Dòng xử lý mà việc này thuộc về"`
}

// Register is a register of one year.
type Register struct {
	ID        ID     `json:"id"`
	Year      int    `json:"year"`
	Direction string `json:"direction" doc:"outgoing, incoming"`
	Name      string `json:"name"`
	Types     string `json:"types,omitempty" doc:"Mã loại văn bản, cách nhau bằng dấu cách; vắng mặt: mọi loại"`
	Default   bool   `json:"default,omitempty"`
	LockedOn  string `json:"locked_on,omitempty"`

	Kind        string `json:"kind" doc:"Nhóm văn bản: administrative, normative, specialised, secret, advisory, copies, internal"`
	Units       string `json:"units,omitempty" doc:"Mã đơn vị dùng sổ, cách nhau bằng dấu cách; vắng mặt: mọi đơn vị"`
	Notation    string `json:"notation,omitempty" doc:"Mẫu ký hiệu; vắng mặt: theo NĐ 30/2020"`
	Body        string `json:"body,omitempty"`
	BodyAbbr    string `json:"body_abbr,omitempty"`
	FirstNumber int64  `json:"first_number"`
	Carried     bool   `json:"carried" doc:"Năm sau mở tiếp"`
	LockReason  string `json:"lock_reason,omitempty"`
}

// WorkList is one list of "Việc của tôi".
type WorkList struct {
	Code  string    `json:"code"`
	Title string    `json:"title"`
	Kind  string    `json:"kind" doc:"incoming, outgoing"`
	Tab   string    `json:"tab"`
	Count int       `json:"count" doc:"Đếm tối đa 1000; 1001 nghĩa là nhiều hơn"`
	Rows  []WorkRow `json:"rows"`
}

// WorkRow is one entry of a work list.
type WorkRow struct {
	Ref     string    `json:"ref"`
	Line    ID        `json:"line,omitempty"`
	Title   string    `json:"title"`
	Subject string    `json:"subject"`
	From    string    `json:"from,omitempty"`
	Urgency string    `json:"urgency"`
	Due     string    `json:"due,omitempty"`
	Overdue bool      `json:"overdue,omitempty"`
	At      time.Time `json:"at"`
	Unread  bool      `json:"unread,omitempty"`
}

// Reason says why.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Lý do"`
}

// Note is a note that may be left out.
type Note struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"Ghi chú"`
}

// Text is an opinion or a comment.
type Text struct {
	Text string `json:"text" minLength:"1" maxLength:"10000" doc:"Ý kiến"`
}
