package client

// Dossier is a dossier with its documents.
type Dossier struct {
	ID          ID            `json:"id"`
	Code        string        `json:"code" doc:"Số và ký hiệu hồ sơ"`
	Year        int           `json:"year"`
	Organ       string        `json:"organ" doc:"Mã cơ quan lập danh mục"`
	Title       string        `json:"title"`
	State       string        `json:"state" enum:"open,closed,submitted,accepted,returned,destroyed"`
	StateLabel  string        `json:"state_label"`
	Retention   string        `json:"retention" doc:"Mã thời hạn bảo quản 01 đến 07"`
	Years       int           `json:"years" doc:"Số năm; 0: vĩnh viễn"`
	Rights      string        `json:"rights"`
	Person      string        `json:"person"`
	Start       string        `json:"start,omitempty"`
	End         string        `json:"end,omitempty"`
	Due         string        `json:"due,omitempty" doc:"Hạn nộp lưu"`
	Documents   int           `json:"documents"`
	Pages       int           `json:"pages"`
	ArchiveCode string        `json:"archive_code,omitempty"`
	Opens       bool          `json:"opens" doc:"Người hỏi mở được hồ sơ"`
	Items       []DossierItem `json:"items,omitempty"`
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
}

// DossierForm opens a dossier outside of the list.
type DossierForm struct {
	Title     string `json:"title" maxLength:"1000"`
	Retention string `json:"retention" enum:"01,02,03,04,05,06,07"`
	Years     int    `json:"years,omitempty" doc:"Chỉ khi mã là 07"`
	Code      string `json:"code,omitempty" doc:"Trống: hệ thống cấp"`
}

// DossierAdd puts documents into a dossier.
type DossierAdd struct {
	Refs []string `json:"refs" minItems:"1" maxItems:"200"`
}

// DossierPlaced is the result of one of them.
type DossierPlaced struct {
	Ref     string `json:"ref"`
	Ordinal int    `json:"ordinal,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// DossierClose ends a dossier.
type DossierClose struct {
	Note   string `json:"note,omitempty"`
	Accept bool   `json:"accept,omitempty" doc:"Đã xem các cảnh báo"`
}

// DossierDeposit hands closed dossiers to the archive.
type DossierDeposit struct {
	Dossiers  []ID   `json:"dossiers" minItems:"1" maxItems:"500"`
	Subject   string `json:"subject,omitempty"`
	Condition string `json:"condition,omitempty"`
}

// Deposit is a handing over.
type Deposit struct {
	ID        ID     `json:"id"`
	Name      string `json:"name"`
	State     string `json:"state" enum:"submitted,accepted,returned"`
	Dossiers  int64  `json:"dossiers"`
	Files     int64  `json:"files"`
	AnswerDue string `json:"answer_due,omitempty"`
}
