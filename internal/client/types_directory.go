package client

// Directory is how the directory of the country stands.
type Directory struct {
	Sources   []DirectorySource `json:"sources"`
	Conflicts int64             `json:"conflicts" doc:"Xung đột mã chờ quyết định"`
	Senders   int64             `json:"senders" doc:"Cơ quan gửi chưa biết chờ giải quyết"`
}

// DirectorySource counts the entries of one list.
type DirectorySource struct {
	Source  string `json:"source" doc:"national, lgsp …; message: chỉ biết từ văn bản đến"`
	Entries int64  `json:"entries"`
	Live    int64  `json:"live"`
	Linked  int64  `json:"linked"`
	Pending int64  `json:"pending"`
}

// DirectoryRun is one synchronisation.
type DirectoryRun struct {
	ID         ID     `json:"id"`
	Source     string `json:"source"`
	Kind       string `json:"kind" enum:"full,changes"`
	State      string `json:"state" enum:"planning,held,carrying,done,refused,abandoned,failed"`
	StateLabel string `json:"state_label"`
	Units      int64  `json:"units"`
	Known      int64  `json:"known" doc:"Số mục còn hiệu lực trước khi đồng bộ"`
	Creates    int64  `json:"creates"`
	Modifies   int64  `json:"modifies"`
	Closes     int64  `json:"closes"`
	Unchanged  int64  `json:"unchanged"`
	Carried    int64  `json:"carried"`
	Conflicts  int64  `json:"conflicts"`
	Problems   int64  `json:"problems"`
	Note       string `json:"note,omitempty"`
	StartedAt  string `json:"started_at" format:"date-time"`
	EndedAt    string `json:"ended_at,omitempty" format:"date-time"`

	Steps []DirectoryStep `json:"steps,omitempty" doc:"Khi xem một lần: các bước chưa thực hiện hoặc không nhận, tối đa 200"`
}

// DirectoryStep is what a run has still to do, or cannot do.
type DirectoryStep struct {
	Act     string `json:"act" enum:"create,modify,close"`
	Entry   string `json:"entry"`
	Code    string `json:"code,omitempty"`
	Name    string `json:"name,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// DirectoryEntry is what a list says of one of its units.
type DirectoryEntry struct {
	Source     string `json:"source"`
	ID         string `json:"id"`
	Parent     string `json:"parent,omitempty"`
	Code       string `json:"code"`
	Code102    string `json:"code102,omitempty"`
	OldCode    string `json:"old_code,omitempty"`
	Name       string `json:"name"`
	Mail       string `json:"mail,omitempty"`
	Version    string `json:"version,omitempty"`
	CenterCode string `json:"center_code,omitempty"`
	IsAgency   bool   `json:"is_agency"`
	ValidFrom  string `json:"valid_from" format:"date"`
	ValidTo    string `json:"valid_to,omitempty" format:"date"`
	Agency     ID     `json:"agency,omitempty"`
	Action     string `json:"action" enum:"CREATE,MODIFY,DELETE"`
	Link       string `json:"link" enum:"REGISTERED,PENDING,NOT_EXIST"`
	Validity   string `json:"validity" enum:"VALID,CONFLICT"`
	Seen       int64  `json:"seen,omitempty" doc:"Số bản tin đã nhận từ cơ quan gửi chưa biết"`
}

// DirectoryAgency is an agency with all that is known of it.
type DirectoryAgency struct {
	Agency    Agency           `json:"agency"`
	Origin    string           `json:"origin,omitempty" doc:"Danh mục giữ mục này; vắng mặt: quản trị nhập"`
	Codes     []DirectoryTerm  `json:"codes"`
	Names     []DirectoryTerm  `json:"names"`
	Entries   []DirectoryEntry `json:"entries"`
	Conflicts []CodeConflict   `json:"conflicts"`
}

// DirectoryTerm is a code or a name with its time.
type DirectoryTerm struct {
	Text      string `json:"text"`
	Kind      string `json:"kind,omitempty" enum:"current,wire,qcvn102,other"`
	ValidFrom string `json:"valid_from" format:"date"`
	ValidTo   string `json:"valid_to,omitempty" format:"date"`
}

// CodeConflict is a code that two claim.
type CodeConflict struct {
	ID         ID     `json:"id"`
	Code       string `json:"code"`
	Agency     ID     `json:"agency" doc:"Cơ quan đang có mã"`
	AgencyName string `json:"agency_name"`
	Source     string `json:"source"`
	Entry      string `json:"entry"`
	EntryName  string `json:"entry_name"`
	State      string `json:"state" enum:"open,kept,moved,same,gone"`
	StateLabel string `json:"state_label"`
	Reason     string `json:"reason,omitempty"`
}

// ConflictDecision settles a conflict.
type ConflictDecision struct {
	Decision string `json:"decision" enum:"kept,moved,same" doc:"kept: giữ cho cơ quan đang có; moved: chuyển cho mục của danh mục; same: là cùng một cơ quan"`
	Reason   string `json:"reason" maxLength:"1000"`
}

// SenderDecision settles an unknown sender.
type SenderDecision struct {
	Act    string `json:"act" enum:"enter,link,ignore"`
	Name   string `json:"name,omitempty" maxLength:"500" doc:"Khi nhập thành cơ quan mới"`
	Agency ID     `json:"agency,omitempty" doc:"Khi liên kết với cơ quan đã có"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Khi không phải cơ quan"`
}

// RunDecision says why a held run is refused, or what was checked before it goes on.
type RunDecision struct {
	Reason string `json:"reason,omitempty" maxLength:"1000"`
}
