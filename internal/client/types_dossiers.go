package client

import "time"

// Dossier is a dossier with its documents.
type Dossier struct {
	ID          ID             `json:"id"`
	Revision    int64          `json:"revision"`
	Code        string         `json:"code" doc:"Số và ký hiệu hồ sơ"`
	Year        int            `json:"year"`
	Organ       string         `json:"organ" doc:"Mã cơ quan lập danh mục"`
	Entry       ID             `json:"entry,omitempty" doc:"Dòng của danh mục hồ sơ"`
	Title       string         `json:"title"`
	State       string         `json:"state" enum:"open,closed,submitted,accepted,returned,destroyed"`
	StateLabel  string         `json:"state_label"`
	Retention   string         `json:"retention" doc:"Mã thời hạn bảo quản 01 đến 07"`
	Years       int            `json:"years" doc:"Số năm; 0: vĩnh viễn"`
	Source      string         `json:"source,omitempty" doc:"Văn bản quy định thời hạn"`
	Rights      string         `json:"rights"`
	Language    string         `json:"language,omitempty"`
	Keywords    string         `json:"keywords,omitempty"`
	Note        string         `json:"note,omitempty"`
	Extra       []DossierField `json:"extra,omitempty"`
	Person      string         `json:"person"`
	Unit        string         `json:"unit,omitempty"`
	Start       string         `json:"start,omitempty"`
	End         string         `json:"end,omitempty"`
	Due         string         `json:"due,omitempty" doc:"Hạn nộp lưu"`
	Documents   int            `json:"documents"`
	Pages       int            `json:"pages"`
	ClosingNote string         `json:"closing_note,omitempty"`
	ArchiveCode string         `json:"archive_code,omitempty"`
	OwnerUntil  string         `json:"owner_until,omitempty" doc:"Người nộp mở hồ sơ không cần yêu cầu đến hết ngày này"`
	FrozenAt    *time.Time     `json:"frozen_at,omitempty"`
	FreezeOrder string         `json:"freeze_order,omitempty"`
	DestroyedBy string         `json:"destroyed_by,omitempty" doc:"Quyết định hủy"`
	Opens       bool           `json:"opens" doc:"Người hỏi mở được hồ sơ"`
	Acts        []string       `json:"acts,omitempty" doc:"Việc người hỏi làm được ngay"`
	Items       []DossierItem  `json:"items,omitempty"`
}

// DossierField is describing data beyond the standard.
type DossierField struct {
	Name  string `json:"name" maxLength:"100"`
	Value string `json:"value" maxLength:"2000"`
}

// DossierItem is one document of a dossier.
type DossierItem struct {
	ID      ID     `json:"id"`
	Ordinal int    `json:"ordinal"`
	Ref     string `json:"ref"`
	Code    string `json:"code"`
	Date    string `json:"date,omitempty"`
	Type    string `json:"type"`
	Subject string `json:"subject"`
	Author  string `json:"author"`
	Pages   int    `json:"pages"`
	Note    string `json:"note,omitempty"`
	Files   int    `json:"files" doc:"Số tệp"`
}

// DossierForm opens a dossier from an issued list (entry), or outside of it.
type DossierForm struct {
	Entry     ID             `json:"entry,omitempty" doc:"Dòng của danh mục đã ban hành; khi có thì tiêu đề, mã và thời hạn lấy theo danh mục"`
	Title     string         `json:"title,omitempty" maxLength:"1000"`
	Retention string         `json:"retention,omitempty" enum:"01,02,03,04,05,06,07"`
	Years     int            `json:"years,omitempty" doc:"Chỉ khi mã là 07"`
	Source    string         `json:"source,omitempty" maxLength:"300" doc:"Văn bản quy định thời hạn"`
	Code      string         `json:"code,omitempty" maxLength:"30" doc:"Trống: hệ thống cấp"`
	Rights    string         `json:"rights,omitempty" enum:"01,02" doc:"Trống: 02"`
	Language  string         `json:"language,omitempty" maxLength:"100"`
	Start     string         `json:"start,omitempty" format:"date"`
	Keywords  string         `json:"keywords,omitempty" maxLength:"500"`
	Note      string         `json:"note,omitempty" maxLength:"2000"`
	Extra     []DossierField `json:"extra,omitempty" maxItems:"50"`
	Post      ID             `json:"post,omitempty" doc:"Vị trí của người phụ trách; trống: người gửi"`
	Revision  int64          `json:"revision,omitempty" doc:"Phiên bản đã xem, khi sửa"`
}

// DossierAdd puts documents into a dossier.
type DossierAdd struct {
	Refs []string `json:"refs" minItems:"1" maxItems:"200"`
}

// DossierPlaced is the result of one of them.
type DossierPlaced struct {
	Ref     string `json:"ref,omitempty"`
	Ordinal int    `json:"ordinal,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// DossierFile describes a photo, a recording, a scan or another paper that is no registered document.
type DossierFile struct {
	Title, Medium, Date, Author, Note string
	Pages                             int
}

// DossierOrder arranges a dossier.
type DossierOrder struct {
	Items []ID `json:"items,omitempty" maxItems:"2000" doc:"Mã mọi văn bản theo thứ tự mới; trống: theo thời gian"`
}

// DossierClose ends a dossier.
type DossierClose struct {
	Title     string `json:"title,omitempty" maxLength:"1000" doc:"Tiêu đề chính thức; trống: giữ nguyên"`
	Retention string `json:"retention,omitempty" enum:"01,02,03,04,05,06,07" doc:"Trống: giữ nguyên"`
	Years     int    `json:"years,omitempty" doc:"Chỉ khi mã là 07"`
	Note      string `json:"note,omitempty" maxLength:"2000"`
	KeepOrder bool   `json:"keep_order,omitempty" doc:"Không xếp lại theo thời gian"`
	Accept    bool   `json:"accept,omitempty" doc:"Đã xem các cảnh báo"`
}

// DossierFinding is something the closing check found.
type DossierFinding struct {
	Code    string `json:"code"`
	Ordinal int    `json:"ordinal,omitempty" doc:"Số thứ tự văn bản; không có: cả hồ sơ"`
	Stops   bool   `json:"stops" doc:"Phải sửa trước khi kết thúc"`
	Text    string `json:"text"`
}

// DossierShare is whom a dossier is shared with.
type DossierShare struct {
	ID     ID     `json:"id"`
	Kind   string `json:"kind" enum:"person,unit"`
	Name   string `json:"name"`
	Level  string `json:"level" enum:"read,work"`
	Reason string `json:"reason,omitempty"`
	Until  string `json:"until,omitempty"`
}

// DossierSharing shares a dossier with the person in a post or with a unit.
type DossierSharing struct {
	Post   ID     `json:"post,omitempty"`
	Unit   ID     `json:"unit,omitempty"`
	Level  string `json:"level" enum:"read,work" doc:"read: xem; work: cùng lập"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
	Until  string `json:"until,omitempty" format:"date"`
}

// DossierHandOver gives a dossier to another post.
type DossierHandOver struct {
	To   ID     `json:"to" doc:"Vị trí nhận"`
	Note string `json:"note,omitempty" maxLength:"500"`
}

// DossierNotice is the archive's notice that dossiers are to be deposited.
type DossierNotice struct {
	Dossiers []ID   `json:"dossiers" minItems:"1" maxItems:"500"`
	Note     string `json:"note,omitempty" maxLength:"1000"`
}

// DossierNoticed is such a notice of one dossier.
type DossierNoticed struct {
	On     string `json:"on"`
	Remind string `json:"remind" doc:"Ngày hệ thống nhắc"`
	Note   string `json:"note,omitempty"`
}

// DossierOrderText is the order or the decision by which the head acts on a dossier.
type DossierOrderText struct {
	Order string `json:"order" minLength:"5" maxLength:"1000" doc:"Yêu cầu, căn cứ hoặc quyết định"`
}

// DossierCorrection puts describing fields of a deposited dossier right.
type DossierCorrection struct {
	Title    string `json:"title,omitempty" maxLength:"1000" doc:"Trống: giữ nguyên"`
	Keywords string `json:"keywords,omitempty" maxLength:"500"`
	Note     string `json:"note,omitempty" maxLength:"2000"`
	Reason   string `json:"reason" minLength:"5" maxLength:"1000"`
}

// DossierAccount counts the dossiers of one account.
type DossierAccount struct {
	Person    string `json:"person"`
	Open      int64  `json:"open"`
	Closed    int64  `json:"closed"`
	Submitted int64  `json:"submitted"`
	Accepted  int64  `json:"accepted"`
	Returned  int64  `json:"returned"`
	Destroyed int64  `json:"destroyed"`
	Total     int64  `json:"total"`
	Documents int64  `json:"documents"`
	Pages     int64  `json:"pages"`
}

// DossierRequest asks the archive for the use of a dossier.
type DossierRequest struct {
	ID         ID        `json:"id"`
	Dossier    ID        `json:"dossier"`
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	Person     string    `json:"person"`
	Reason     string    `json:"reason"`
	State      string    `json:"state" enum:"asked,granted,refused"`
	Until      string    `json:"until,omitempty"`
	Answer     string    `json:"answer,omitempty"`
	AnsweredBy string    `json:"answered_by,omitempty"`
	At         time.Time `json:"at"`
}

// DossierAsking asks for a dossier of the archive that is known by its code and year only.
type DossierAsking struct {
	Code   string `json:"code" maxLength:"50" doc:"Số và ký hiệu hồ sơ"`
	Year   int    `json:"year"`
	Reason string `json:"reason" maxLength:"1000"`
}

// DossierRequestAnswer grants or refuses it.
type DossierRequestAnswer struct {
	Grant bool   `json:"grant"`
	Until string `json:"until,omitempty" format:"date" doc:"Khi cho sử dụng: đến hết ngày, trong vòng một năm"`
	Text  string `json:"text,omitempty" maxLength:"1000" doc:"Bắt buộc khi từ chối"`
}

// DossierList is the yearly list of dossiers.
type DossierList struct {
	ID         ID               `json:"id"`
	Year       int              `json:"year"`
	State      string           `json:"state" enum:"draft,submitted,approved,issued"`
	StateLabel string           `json:"state_label"`
	Numbering  string           `json:"numbering" enum:"list,heading"`
	Decision   string           `json:"decision,omitempty"`
	ApprovedBy string           `json:"approved_by,omitempty"`
	ApprovedAt *time.Time       `json:"approved_at,omitempty"`
	IssuedAt   *time.Time       `json:"issued_at,omitempty"`
	Total      int              `json:"total"`
	Permanent  int              `json:"permanent"`
	Limited    int              `json:"limited"`
	Headings   []DossierHeading `json:"headings,omitempty"`
}

// DossierHeading is a large or small heading of it with what stands under it.
type DossierHeading struct {
	ID      ID             `json:"id"`
	Parent  ID             `json:"parent,omitempty" doc:"Đề mục lớn"`
	Title   string         `json:"title"`
	Abbr    string         `json:"abbr,omitempty"`
	Entries []DossierEntry `json:"entries"`
}

// DossierEntry is one dossier foreseen by it.
type DossierEntry struct {
	ID        ID     `json:"id"`
	Code      string `json:"code"`
	Title     string `json:"title"`
	Retention string `json:"retention"`
	Years     int    `json:"years"`
	Person    string `json:"person,omitempty"`
	Note      string `json:"note,omitempty"`
	Amended   bool   `json:"amended,omitempty" doc:"Bổ sung sau khi ban hành"`
	Dossier   ID     `json:"dossier,omitempty" doc:"Hồ sơ đã mở"`
}

// DossierListForm begins the list of a year.
type DossierListForm struct {
	Year      int    `json:"year"`
	Numbering string `json:"numbering" enum:"list,heading" doc:"list: số liên tục cả danh mục; heading: theo từng đề mục lớn"`
	Copy      int    `json:"copy,omitempty" doc:"Chép từ danh mục của năm"`
}

// DossierHeadingForm puts a heading at the end.
type DossierHeadingForm struct {
	Parent ID     `json:"parent,omitempty" doc:"Đề mục lớn; trống: là đề mục lớn"`
	Title  string `json:"title" maxLength:"300"`
	Abbr   string `json:"abbr,omitempty" maxLength:"15" doc:"Chữ viết tắt của đề mục lớn"`
}

// DossierEntryForm foresees a dossier.
type DossierEntryForm struct {
	Heading   ID     `json:"heading,omitempty" doc:"Đề mục; khi sửa thì giữ nguyên"`
	Title     string `json:"title" maxLength:"1000"`
	Retention string `json:"retention" enum:"01,02,03,04,05,06,07"`
	Years     int    `json:"years,omitempty" doc:"Chỉ khi mã là 07"`
	Post      ID     `json:"post,omitempty" doc:"Vị trí của người lập hồ sơ"`
	Note      string `json:"note,omitempty" maxLength:"500"`
}

// Added names what was made by an act.
type Added struct {
	ID ID `json:"id"`
}

// Imported counts the rows taken over from a sheet.
type Imported struct {
	Rows int `json:"rows"`
}

// DossierDecision is the head's decision on a list.
type DossierDecision struct {
	Decision string `json:"decision" maxLength:"200" doc:"Số, ký hiệu, ngày của quyết định ban hành"`
}

// RetentionGroup is one line of the agency's table of periods.
type RetentionGroup struct {
	Name      string `json:"name" maxLength:"300"`
	Retention string `json:"retention" enum:"01,02,03,04,05,06,07"`
	Years     int    `json:"years,omitempty" doc:"Chỉ khi mã là 07"`
	Source    string `json:"source" maxLength:"300" doc:"Văn bản quy định"`
	Version   int64  `json:"version,omitempty" readOnly:"true"`
}

// DossierDeposit hands closed dossiers to the archive.
type DossierDeposit struct {
	Dossiers  []ID   `json:"dossiers" minItems:"1" maxItems:"500"`
	Subject   string `json:"subject,omitempty" maxLength:"500"`
	Condition string `json:"condition,omitempty" maxLength:"2000"`
}

// HistoricalDeposit registers permanent dossiers with the historical archive.
type HistoricalDeposit struct {
	Dossiers []ID   `json:"dossiers" minItems:"1" maxItems:"500"`
	Subject  string `json:"subject,omitempty" maxLength:"500"`
	Archive  string `json:"archive" maxLength:"300" doc:"Tên lưu trữ lịch sử"`
	Fonds    string `json:"fonds,omitempty" maxLength:"300"`
	Scheme   string `json:"scheme,omitempty" maxLength:"300"`
	Planned  string `json:"planned" format:"date"`
	Mode     string `json:"mode" enum:"online,direct"`
	Paper    bool   `json:"paper,omitempty"`
	Contact  string `json:"contact" maxLength:"300"`
	Note     string `json:"note,omitempty" maxLength:"2000"`
}

// Deposit is a handing over.
type Deposit struct {
	ID         ID            `json:"id"`
	Kind       string        `json:"kind" enum:"current,historical"`
	Name       string        `json:"name"`
	State      string        `json:"state" enum:"submitted,accepted,returned"`
	StateLabel string        `json:"state_label"`
	Subject    string        `json:"subject,omitempty"`
	Person     string        `json:"person"`
	Receiver   string        `json:"receiver,omitempty"`
	Dossiers   int64         `json:"dossiers"`
	Documents  int64         `json:"documents"`
	Files      int64         `json:"files"`
	Pages      int64         `json:"pages"`
	AnswerDue  string        `json:"answer_due,omitempty"`
	Answer     string        `json:"answer,omitempty"`
	AnsweredAt *time.Time    `json:"answered_at,omitempty"`
	Request    string        `json:"request,omitempty" doc:"Mã yêu cầu đăng ký nộp lưu trữ lịch sử"`
	At         time.Time     `json:"at"`
	Lines      []DepositLine `json:"lines,omitempty"`
}

// DepositLine is one dossier of it with what the archive's check found.
type DepositLine struct {
	Dossier   ID       `json:"dossier"`
	Ordinal   int      `json:"ordinal"`
	Code      string   `json:"code"`
	Title     string   `json:"title"`
	Documents int64    `json:"documents"`
	Files     int64    `json:"files"`
	Checked   bool     `json:"checked"`
	Sound     bool     `json:"sound" doc:"Đủ điều kiện tiếp nhận"`
	Scanned   bool     `json:"scanned" doc:"Đã quét vi-rút"`
	Shortage  string   `json:"shortage,omitempty"`
	Missing   []string `json:"missing,omitempty"`
	Failed    []string `json:"failed,omitempty" doc:"Tệp có chữ ký số không hợp lệ"`
	Viruses   []string `json:"viruses,omitempty"`
}

// DepositAnswer is the archive's answer.
type DepositAnswer struct {
	Accept bool   `json:"accept"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Bắt buộc khi trả lại"`
}
