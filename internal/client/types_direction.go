package client

import "time"

// LeadDesk is what waits for a leader, or for an assistant in his name.
type LeadDesk struct {
	ToDirect   []IncomingRow `json:"to_direct" doc:"Văn bản chờ chỉ đạo: khẩn trước, cũ trước; tối đa 100"`
	Review     []OutgoingRow `json:"review" doc:"Dự thảo chờ xem xét; tối đa 50"`
	Direct     Tab           `json:"direct" doc:"Số văn bản chờ chỉ đạo"`
	ToReview   Tab           `json:"to_review" doc:"Số dự thảo chờ xem xét"`
	ToSign     Tab           `json:"to_sign" doc:"Số văn bản chờ ký"`
	Extensions []Extension   `json:"extensions" doc:"Đề nghị gia hạn chờ trả lời"`
}

// PassTo is a unit or a post with the name it has today.
type PassTo struct {
	Unit ID     `json:"unit,omitempty"`
	Post ID     `json:"post,omitempty"`
	Name string `json:"name"`
}

// Proposal is how a document could be passed on, and why; a person decides.
type Proposal struct {
	Rule         ID       `json:"rule,omitempty" doc:"Quy tắc phân văn bản khớp"`
	ByRule       string   `json:"by_rule,omitempty" doc:"Quy định cho phép văn thư chuyển thẳng"`
	Leader       *PassTo  `json:"leader,omitempty" doc:"Lãnh đạo nên trình"`
	Lead         *PassTo  `json:"lead,omitempty" doc:"Nơi nên chủ trì"`
	Coordinators []PassTo `json:"coordinators,omitempty"`
	DueDays      int      `json:"due_days,omitempty" doc:"Số ngày làm việc"`
	Opinion      string   `json:"opinion,omitempty"`
	Because      string   `json:"because,omitempty" doc:"Vì sao; vắng mặt: không có đề xuất"`
	Recent       []PassTo `json:"recent" doc:"Những nơi đã chuyển gần đây, mới trước"`
}

// Passing is where a document goes in the same act that registers it.
type Passing struct {
	To     ID         `json:"to,omitempty" doc:"Trình vị trí lãnh đạo này"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
	Direct *Directing `json:"direct,omitempty" doc:"Hoặc chuyển thẳng theo quy chế; by_rule bắt buộc"`
	Rule   ID         `json:"rule,omitempty" doc:"Quy tắc đã đề xuất, để tính số lần dùng"`
}

// Prepared is a direction that an assistant has prepared and the leader has not confirmed yet.
type Prepared struct {
	ID           ID        `json:"id"`
	Leader       ID        `json:"leader" doc:"Vị trí của lãnh đạo sẽ xác nhận"`
	By           string    `json:"by" doc:"Người chuẩn bị"`
	At           time.Time `json:"at"`
	Leads        []Target  `json:"leads"`
	LeadName     string    `json:"lead_name,omitempty"`
	Coordinators []Target  `json:"coordinators,omitempty"`
	Informed     []Target  `json:"informed,omitempty"`
	Opinion      string    `json:"opinion,omitempty"`
	Due          string    `json:"due,omitempty"`
}

// BulkItem is one document of an order, with its line for acts of a line.
type BulkItem struct {
	ID   ID `json:"id"`
	Line ID `json:"line,omitempty" doc:"Dòng xử lý; cần khi chuyển tiếp, hoàn thành, đôn đốc"`
}

// BulkOrder is one act upon up to fifty received documents; each has its own result.
type BulkOrder struct {
	Act     string      `json:"act" enum:"register,register_pass,submit,direct,forward,complete,read,conclude,chase" doc:"register_pass: vào sổ và chuyển theo quy tắc phân văn bản"`
	Items   []BulkItem  `json:"items" minItems:"1" maxItems:"50"`
	To      ID          `json:"to,omitempty" doc:"submit: vị trí của lãnh đạo"`
	Note    string      `json:"note,omitempty" maxLength:"4000" doc:"submit: ghi chú; chase: nội dung đôn đốc"`
	Direct  *Directing  `json:"direct,omitempty" doc:"direct: ý kiến chỉ đạo chung"`
	Forward *Forwarding `json:"forward,omitempty" doc:"forward: nơi nhận chung"`
	Result  string      `json:"result,omitempty" maxLength:"10000" doc:"complete, conclude: kết quả"`
}

// BulkRow tells what became of one document.
type BulkRow struct {
	ID   ID     `json:"id"`
	Line ID     `json:"line,omitempty"`
	Name string `json:"name,omitempty" doc:"Số ký hiệu và trích yếu; vắng mặt: không tìm thấy"`
	Done bool   `json:"done"`
	Said string `json:"said" doc:"Đã làm gì, hoặc vì sao không"`
}

// Rule is a standing routing rule.
type Rule struct {
	ID           ID         `json:"id"`
	Revision     int64      `json:"revision"`
	State        string     `json:"state" enum:"draft,active,ended"`
	StateLabel   string     `json:"state_label"`
	Name         string     `json:"name"`
	Priority     int        `json:"priority"`
	SenderAgency ID         `json:"sender_agency,omitempty"`
	SenderGroup  ID         `json:"sender_group,omitempty"`
	Type         string     `json:"type,omitempty"`
	Words        string     `json:"words,omitempty"`
	Leader       ID         `json:"leader,omitempty"`
	Lead         *Target    `json:"lead,omitempty"`
	Coordinators []Target   `json:"coordinators,omitempty"`
	DueDays      int        `json:"due_days,omitempty"`
	Opinion      string     `json:"opinion,omitempty"`
	ByRule       string     `json:"by_rule,omitempty" doc:"Quy định cho phép văn thư chuyển thẳng; vắng mặt: chỉ đề xuất"`
	ValidFrom    string     `json:"valid_from"`
	ValidTo      string     `json:"valid_to,omitempty"`
	Hits         int64      `json:"hits" doc:"Số lần đã dùng"`
	LastHit      *time.Time `json:"last_hit,omitempty"`
	Tried        bool       `json:"tried" doc:"Đã thử ở bản hiện tại"`
}

// RuleForm is what is said of a routing rule; a changed rule is a draft until it has been tried and activated again.
type RuleForm struct {
	Revision     int64    `json:"revision,omitempty" doc:"Bản đã xem, khi sửa"`
	Name         string   `json:"name" maxLength:"200"`
	Priority     int      `json:"priority,omitempty" minimum:"0" maximum:"9999" doc:"Số nhỏ được xét trước"`
	SenderAgency ID       `json:"sender_agency,omitempty" doc:"Cơ quan ban hành"`
	SenderGroup  ID       `json:"sender_group,omitempty" doc:"Nhóm cơ quan ban hành"`
	Type         string   `json:"type,omitempty" maxLength:"50" doc:"Mã loại văn bản"`
	Words        string   `json:"words,omitempty" maxLength:"1000" doc:"Các cụm từ trong trích yếu, cách nhau bằng dấu phẩy"`
	Leader       ID       `json:"leader,omitempty" doc:"Trình vị trí lãnh đạo này"`
	Lead         *Target  `json:"lead,omitempty" doc:"Nơi chủ trì"`
	Coordinators []Target `json:"coordinators,omitempty" maxItems:"100"`
	DueDays      int      `json:"due_days,omitempty" minimum:"0" maximum:"1000"`
	Opinion      string   `json:"opinion,omitempty" maxLength:"4000"`
	ByRule       string   `json:"by_rule,omitempty" maxLength:"300" doc:"Quy định cho phép văn thư chuyển thẳng; vắng mặt: chỉ đề xuất"`
	ValidFrom    string   `json:"valid_from,omitempty" format:"date" doc:"Vắng mặt: hôm nay"`
	ValidTo      string   `json:"valid_to,omitempty" format:"date"`
}

// RuleTrial is what a rule would have done with the agency's last documents.
type RuleTrial struct {
	Of   int             `json:"of" doc:"Số văn bản gần nhất đã xét"`
	Fits []RuleTrialLine `json:"fits"`
}

// RuleTrialLine is one document that a rule fits.
type RuleTrialLine struct {
	Document    ID     `json:"document"`
	Code        string `json:"code,omitempty"`
	Subject     string `json:"subject"`
	SenderName  string `json:"sender_name"`
	ArrivedDate string `json:"arrived_date,omitempty"`
	LeadName    string `json:"lead_name,omitempty" doc:"Nơi đã chủ trì trong thực tế"`
	Before      string `json:"before,omitempty" doc:"Quy tắc được xét trước cũng khớp"`
}

// Group is a named group of receivers.
type Group struct {
	ID      ID       `json:"id"`
	Shared  bool     `json:"shared" doc:"Dùng chung trong cơ quan; nếu không: của riêng tôi"`
	Kind    string   `json:"kind" enum:"inside,outside" doc:"inside: đơn vị, cá nhân trong cơ quan; outside: các cơ quan khác"`
	Name    string   `json:"name"`
	Members []Member `json:"members"`
	Gone    int      `json:"gone,omitempty" doc:"Số nơi không còn trong danh bạ"`

	Everywhere bool   `json:"everywhere,omitempty" doc:"Dùng chung cho mọi cơ quan trong hệ thống"`
	ValidFrom  string `json:"valid_from,omitempty" format:"date" doc:"Ngày đầu tiên dùng được; vắng mặt: không giới hạn"`
	ValidTo    string `json:"valid_to,omitempty" format:"date" doc:"Ngày cuối cùng dùng được"`
}

// GroupReceivers is a group as it stands on a day: who gets a document, and why a member gets none.
type GroupReceivers struct {
	Group     ID              `json:"group"`
	Name      string          `json:"name"`
	On        string          `json:"on" format:"date"`
	Receivers []GroupReceiver `json:"receivers"`
	Left      []string        `json:"left" doc:"Mỗi thành viên không nhận được trong ngày: một câu nêu lý do và các cơ quan kế tục"`
}

// GroupReceiver is one agency that gets the document.
type GroupReceiver struct {
	Agency  ID     `json:"agency"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	Instead string `json:"instead,omitempty" doc:"Thành viên đã kết thúc hoạt động mà cơ quan này tiếp nhận"`
}

// Member is one receiver of a group, with the name it has today.
type Member struct {
	Unit   ID     `json:"unit,omitempty"`
	Post   ID     `json:"post,omitempty"`
	Agency ID     `json:"agency,omitempty"`
	Name   string `json:"name,omitempty"`
}

// GroupForm is what is said of a group.
type GroupForm struct {
	Shared  bool     `json:"shared,omitempty" doc:"Khi lập: dùng chung trong cơ quan; chỉ văn thư và quản trị"`
	Kind    string   `json:"kind,omitempty" enum:"inside,outside" doc:"Khi lập; không đổi được"`
	Name    string   `json:"name" maxLength:"200"`
	Members []Member `json:"members" maxItems:"500"`

	Everywhere bool   `json:"everywhere,omitempty" doc:"Khi lập: dùng chung cho mọi cơ quan trong hệ thống; chỉ quản trị hệ thống"`
	ValidFrom  string `json:"valid_from,omitempty" format:"date" doc:"Ngày đầu tiên dùng được"`
	ValidTo    string `json:"valid_to,omitempty" format:"date" doc:"Ngày cuối cùng dùng được"`
}

// Phrase is a text of an opinion that a person uses again.
type Phrase struct {
	ID    ID     `json:"id,omitempty" doc:"Vắng mặt: mẫu có sẵn, dùng khi chưa có mẫu riêng"`
	Words string `json:"words"`
}

// StandIn is one post standing in for another for a term: it sees and directs, it never signs.
type StandIn struct {
	ID            ID     `json:"id"`
	Kind          string `json:"kind" enum:"absence,assistant"`
	Principal     ID     `json:"principal" doc:"Vị trí được làm thay"`
	PrincipalName string `json:"principal_name,omitempty"`
	Deputy        ID     `json:"deputy,omitempty" doc:"Vị trí làm thay; vắng mặt: không cử ai"`
	DeputyName    string `json:"deputy_name,omitempty"`
	Scope         string `json:"scope" enum:"sight,prepare,direct"`
	Reason        string `json:"reason"`
	ValidFrom     string `json:"valid_from"`
	ValidTo       string `json:"valid_to,omitempty"`
}

// StandInForm says who stands in for whom.
type StandInForm struct {
	Kind      string `json:"kind" enum:"absence,assistant" doc:"absence: làm thay khi vắng mặt, phải có ngày kết thúc; assistant: trợ lý, thư ký"`
	Principal ID     `json:"principal" doc:"Vị trí được làm thay"`
	Deputy    ID     `json:"deputy,omitempty" doc:"Vị trí làm thay"`
	Scope     string `json:"scope" enum:"sight,prepare,direct" doc:"sight: xem; prepare: chuẩn bị ý kiến; direct: ghi ý kiến chỉ đạo thay"`
	Reason    string `json:"reason" maxLength:"300" doc:"Lý do hoặc văn bản phân công"`
	ValidFrom string `json:"valid_from,omitempty" format:"date" doc:"Vắng mặt: hôm nay"`
	ValidTo   string `json:"valid_to,omitempty" format:"date" doc:"Đến hết ngày"`
}

// Delegation lets one post sign for another (NĐ 30/2020 art. 13).
type Delegation struct {
	ID        ID     `json:"id"`
	Capacity  string `json:"capacity" enum:"KT,TL,TUQ"`
	From      ID     `json:"from" doc:"Vị trí giao quyền ký"`
	FromName  string `json:"from_name,omitempty"`
	To        ID     `json:"to" doc:"Vị trí được giao"`
	ToName    string `json:"to_name,omitempty"`
	Types     string `json:"types,omitempty" doc:"Mã loại văn bản, cách nhau bằng dấu cách; vắng mặt: mọi loại"`
	Reference string `json:"reference" doc:"Văn bản giao quyền"`
	ValidFrom string `json:"valid_from"`
	ValidTo   string `json:"valid_to,omitempty"`
}

// DelegationForm gives a right to sign.
type DelegationForm struct {
	Capacity  string   `json:"capacity" enum:"KT,TL,TUQ" doc:"KT: ký thay; TL: thừa lệnh; TUQ: thừa ủy quyền, phải có thời hạn"`
	From      ID       `json:"from"`
	To        ID       `json:"to"`
	Types     []string `json:"types,omitempty" maxItems:"100" doc:"Mã loại văn bản; bắt buộc với TL và TUQ"`
	Reference string   `json:"reference" maxLength:"300"`
	ValidFrom string   `json:"valid_from,omitempty" format:"date" doc:"Vắng mặt: hôm nay"`
	ValidTo   string   `json:"valid_to,omitempty" format:"date"`
}

// LastDay ends something after a day.
type LastDay struct {
	On string `json:"on" format:"date" doc:"Ngày cuối cùng còn hiệu lực"`
}
