package client

// Reorganisation is a decision that merges, splits, renames or dissolves agencies.
type Reorganisation struct {
	ID         ID               `json:"id"`
	Title      string           `json:"title"`
	Reference  string           `json:"reference" doc:"Số, ký hiệu văn bản căn cứ"`
	DecidedOn  string           `json:"decided_on"`
	Effective  string           `json:"effective" doc:"Ngày đầu tiên của tổ chức mới"`
	Note       string           `json:"note,omitempty"`
	State      string           `json:"state" enum:"draft,approved,executed,cancelled"`
	StateLabel string           `json:"state_label"`
	Revision   int64            `json:"revision"`
	Ending     []ID             `json:"ending,omitempty" doc:"Các cơ quan kết thúc hoạt động"`
	Links      []SuccessionLink `json:"links,omitempty"`
	Takers     []Taker          `json:"takers,omitempty"`
	Untaken    []UntakenSubject `json:"untaken,omitempty" doc:"Chưa có đơn vị tiếp nhận"`
}

// ReorganisationForm is what is typed of a decision.
type ReorganisationForm struct {
	Title     string `json:"title" maxLength:"300"`
	Reference string `json:"reference" maxLength:"300"`
	DecidedOn string `json:"decided_on" format:"date"`
	Effective string `json:"effective" format:"date"`
	Note      string `json:"note,omitempty" maxLength:"2000"`
	Revision  int64  `json:"revision,omitempty" doc:"Khi sửa: phiên bản đã xem"`
}

// SuccessionLink says how a new agency follows an old one.
type SuccessionLink struct {
	ID        ID     `json:"id,omitempty"`
	Old       ID     `json:"old"`
	OldName   string `json:"old_name,omitempty"`
	OldCode   string `json:"old_code,omitempty"`
	New       ID     `json:"new,omitempty" doc:"Vắng mặt: giải thể"`
	NewName   string `json:"new_name,omitempty"`
	NewCode   string `json:"new_code,omitempty"`
	Kind      string `json:"kind" enum:"whole,part,part_area,part_area_whole_population,rename,change_kind,transfer_of_function,dissolve"`
	KindLabel string `json:"kind_label,omitempty"`
	Share     string `json:"share,omitempty" doc:"Số từ 0 đến 1"`
	Basis     string `json:"basis,omitempty" doc:"area, population hoặc function; khi có tỷ lệ"`
	Source    string `json:"source,omitempty"`
}

// Taker names who takes a subject over from an agency that ends.
type Taker struct {
	Old     ID     `json:"old"`
	Subject string `json:"subject" enum:"documents,dossiers,unfinished,reports,assets"`
	By      ID     `json:"by,omitempty" doc:"Vắng mặt: bỏ đơn vị đã nêu"`
	ByName  string `json:"by_name,omitempty"`
}

// UntakenSubject is what nobody takes over yet.
type UntakenSubject struct {
	Old          ID     `json:"old"`
	OldName      string `json:"old_name"`
	Subject      string `json:"subject"`
	SubjectLabel string `json:"subject_label"`
	Count        int64  `json:"count"`
}

// ReorganisationEnd ends a decision that has not been carried out.
type ReorganisationEnd struct {
	Reason string `json:"reason"`
}

// Executed is what carrying a decision out has ended.
type Executed struct {
	Closed []ID `json:"closed"`
}

// Pending is what an agency that has ended left to this one.
type Pending struct {
	Agency ID       `json:"agency"`
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	Ended  string   `json:"ended" doc:"Ngày cuối cùng"`
	Left   []Left   `json:"left,omitempty" doc:"Chưa tiếp nhận"`
	Taken  []Taking `json:"taken,omitempty"`
}

// Left is one thing that an agency left.
type Left struct {
	Ref     string `json:"ref,omitempty"`
	Subject string `json:"subject"`
	Group   string `json:"group"`
	Code    string `json:"code,omitempty"`
	Title   string `json:"title"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Count   int64  `json:"count"`
	Due     string `json:"due,omitempty"`
	Holder  string `json:"holder,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Taking tells where a thing of an agency that has ended is gone on with.
type Taking struct {
	Ref     string `json:"ref" doc:"Ở cơ quan cũ"`
	NewRef  string `json:"new_ref,omitempty" doc:"Ở cơ quan này"`
	How     string `json:"how,omitempty" enum:"taken,joined,"`
	By      string `json:"by,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// TakeForm takes things over.
type TakeForm struct {
	Refs     []string `json:"refs" minItems:"1" maxItems:"2000"`
	Register ID       `json:"register,omitempty" doc:"Sổ văn bản đến; vắng mặt: sổ thường dùng"`
	Post     ID       `json:"post,omitempty" doc:"Người tiếp tục dự thảo, hồ sơ khi người đang giữ không chuyển về"`
}

// KeeperForm lets a person of this agency read the documents of one that has ended.
type KeeperForm struct {
	Person ID     `json:"person"`
	Until  string `json:"until" format:"date"`
}

// Keeper is who reads them.
type Keeper struct {
	Post   ID     `json:"post"`
	Person ID     `json:"person"`
	Name   string `json:"name"`
	Until  string `json:"until"`
}

// Handover is the record by which one agency hands over to another.
type Handover struct {
	ID             ID              `json:"id"`
	Reorganisation ID              `json:"reorganisation"`
	Old            ID              `json:"old"`
	OldName        string          `json:"old_name"`
	New            ID              `json:"new"`
	NewName        string          `json:"new_name"`
	Title          string          `json:"title"`
	Reference      string          `json:"reference"`
	Effective      string          `json:"effective"`
	State          string          `json:"state" enum:"open,signed,replaced"`
	StateLabel     string          `json:"state_label"`
	MadeBy         string          `json:"made_by,omitempty"`
	GivenBy        string          `json:"given_by,omitempty" doc:"Người ký của bên giao"`
	TakenBy        string          `json:"taken_by,omitempty" doc:"Người ký của bên nhận"`
	Changed        bool            `json:"changed,omitempty" doc:"Danh mục đã thay đổi sau khi lập: cần lập lại"`
	Totals         []HandoverTotal `json:"totals,omitempty"`
}

// HandoverTotal is how much of one list is handed over.
type HandoverTotal struct {
	Group string `json:"group"`
	Rows  int    `json:"rows"`
	Count int64  `json:"count"`
}

// HandoverForm makes a record.
type HandoverForm struct {
	Reorganisation ID `json:"reorganisation"`
	Old            ID `json:"old"`
	New            ID `json:"new"`
}

// HandoverSign signs it for a side.
type HandoverSign struct {
	Side string `json:"side" enum:"giving,taking"`
	SHA  string `json:"sha,omitempty" doc:"SHA-256 của tệp đã xem"`
}
