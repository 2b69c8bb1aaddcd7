package client

import "time"

// Template is what drafts of a type begin from. Marks in its texts are {{Tên trường}}.
type Template struct {
	Key      string          `json:"key" doc:"Mã số, hoặc mã chữ của mẫu có sẵn"`
	Origin   string          `json:"origin,omitempty" doc:"Mẫu có sẵn mà nó là hoặc được lấy từ đó"`
	Own      bool            `json:"own" doc:"Của cơ quan; sai: mẫu có sẵn của sản phẩm"`
	Revision int64           `json:"revision"`
	Version  int64           `json:"version"`
	Type     string          `json:"type"`
	Name     string          `json:"name"`
	Note     string          `json:"note,omitempty"`
	On       bool            `json:"on"`
	Content  TemplateContent `json:"content"`
	File     string          `json:"file,omitempty" doc:"Tên tệp DOCX của mẫu"`
	Asked    []TemplateField `json:"asked" doc:"Các trường người soạn phải điền"`
	Signer   bool            `json:"signer" doc:"Mẫu in người ký: phải chọn người ký khi bắt đầu"`
	By       string          `json:"by,omitempty"`
	At       *time.Time      `json:"at,omitempty"`
}

// TemplateContent is the text of a template.
type TemplateContent struct {
	Form       string          `json:"form,omitempty" maxLength:"10"`
	Subject    string          `json:"subject,omitempty" maxLength:"4000"`
	Authority  string          `json:"authority,omitempty" maxLength:"1000"`
	LegalBases []string        `json:"legal_bases,omitempty" maxItems:"200"`
	Addressees []string        `json:"addressees,omitempty" maxItems:"200"`
	Meeting    *Meeting        `json:"meeting,omitempty"`
	Body       string          `json:"body,omitempty" maxLength:"1000000"`
	Annexes    []Annex         `json:"annexes,omitempty" maxItems:"50"`
	Fields     []TemplateField `json:"fields,omitempty" maxItems:"200" doc:"Cách hỏi từng trường; vắng mặt khi lưu: giữ như cũ"`
}

// TemplateField tells how one mark is asked.
type TemplateField struct {
	Name     string   `json:"name" maxLength:"400"`
	Kind     string   `json:"kind" enum:"line,text,date,number,choice"`
	Optional bool     `json:"optional,omitempty"`
	Hint     string   `json:"hint,omitempty" maxLength:"1000"`
	Value    string   `json:"value,omitempty" maxLength:"10000" doc:"Giá trị ghi sẵn"`
	Choices  []string `json:"choices,omitempty" maxItems:"100"`
}

// TemplateSaving is a new template or a new version of one.
type TemplateSaving struct {
	Revision int64           `json:"revision,omitempty" doc:"Phiên bản đã xem, khi sửa"`
	Type     string          `json:"type,omitempty" maxLength:"50" doc:"Loại văn bản, khi lập mới"`
	Name     string          `json:"name" maxLength:"800"`
	Note     string          `json:"note,omitempty" maxLength:"2000"`
	Content  TemplateContent `json:"content"`
	NoFile   bool            `json:"no_file,omitempty" doc:"Bỏ tệp DOCX của mẫu"`
}

// TemplateVersion is one kept state of a template.
type TemplateVersion struct {
	No   int64     `json:"no"`
	File string    `json:"file,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Switch turns something on or off.
type Switch struct {
	On bool `json:"on"`
}

// Beginning fills a template.
type Beginning struct {
	Values   map[string]string `json:"values" doc:"Giá trị theo tên trường; ngày ghi dd/mm/yyyy hoặc yyyy-mm-dd"`
	Signer   ID                `json:"signer,omitempty"`
	Capacity string            `json:"capacity,omitempty" enum:"TM,Q,KT,TL,TUQ"`
	Unit     ID                `json:"unit,omitempty"`
	ReplyTo  ID                `json:"reply_to,omitempty" doc:"Văn bản đến được trả lời"`
}
