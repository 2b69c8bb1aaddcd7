package client

import "time"

// Annex is a "Phụ lục" in the same file as the document.
type Annex struct {
	Title     string `json:"title" maxLength:"1000"`
	Body      string `json:"body" maxLength:"900000"`
	Landscape bool   `json:"landscape,omitempty" doc:"Khổ ngang"`
}

// Meeting holds the lines of an invitation.
type Meeting struct {
	Event string `json:"event,omitempty" maxLength:"2000"`
	Chair string `json:"chair,omitempty" maxLength:"500"`
	Time  string `json:"time,omitempty" maxLength:"500"`
	Place string `json:"place,omitempty" maxLength:"1000"`
}

// Receiver names one receiver: an agency of the directory, a unit of the own agency, or a name outside of both (by paper).
type Receiver struct {
	Agency ID     `json:"agency,omitempty"`
	Unit   ID     `json:"unit,omitempty"`
	Name   string `json:"name,omitempty" maxLength:"500"`
	Role   string `json:"role,omitempty" enum:"action,information" doc:"Để thực hiện (mặc định) hoặc để biết"`
	Group  ID     `json:"group,omitempty" doc:"Thay cho các trường trên: mọi cơ quan của một nhóm nơi nhận, theo ngày hôm nay"`
}

// Draft is everything a person writes into a draft.
type Draft struct {
	Type       string     `json:"type" maxLength:"50" doc:"Mã loại văn bản" example:"QUYET_DINH"`
	Form       string     `json:"form,omitempty" maxLength:"10" doc:"Mẫu, khi loại có hai mẫu"`
	Subject    string     `json:"subject" maxLength:"4000" doc:"Trích yếu"`
	Authority  string     `json:"authority,omitempty" maxLength:"1000" doc:"Thẩm quyền ban hành, với quyết định và nghị quyết"`
	Body       string     `json:"body,omitempty" maxLength:"1000000" doc:"Nội dung, đánh dấu nhẹ"`
	LegalBases []string   `json:"legal_bases,omitempty" maxItems:"100" doc:"Căn cứ"`
	Addressees []string   `json:"addressees,omitempty" maxItems:"100" doc:"Kính gửi"`
	Receivers  []Receiver `json:"receivers,omitempty" maxItems:"500" doc:"Nơi nhận"`
	Annexes    []Annex    `json:"annexes,omitempty" maxItems:"50" doc:"Phụ lục"`
	Meeting    *Meeting   `json:"meeting,omitempty" doc:"Giấy mời"`
	Signer     ID         `json:"signer,omitempty" doc:"Vị trí của người ký"`
	Capacity   string     `json:"capacity,omitempty" enum:"TM,Q,KT,TL,TUQ" doc:"Thẩm quyền ký; vắng mặt: ký trực tiếp"`
	Unit       ID         `json:"unit,omitempty" doc:"Đơn vị soạn thảo; vắng mặt: đơn vị của người soạn"`
	FieldAbbr  string     `json:"field_abbr,omitempty" maxLength:"50" doc:"Lĩnh vực trong ký hiệu công văn"`
	Register   ID         `json:"register,omitempty" doc:"Sổ của tổ chức tư vấn; vắng mặt: sổ thường"`
	Urgency    string     `json:"urgency,omitempty" enum:"ordinary,urgent,very_urgent,express" doc:"Vắng mặt: ordinary"`
	DueDate    string     `json:"due_date,omitempty" format:"date" doc:"Hạn trả lời"`
	ReplyTo    ID         `json:"reply_to,omitempty" doc:"Văn bản đến được trả lời"`
	KeptCopies int        `json:"kept_copies,omitempty" minimum:"0" maximum:"1000"`
	Restricted bool       `json:"restricted,omitempty" doc:"Chỉ người tham gia, văn thư và lãnh đạo được xem cả sau khi ban hành"`
	Revision   int64      `json:"revision,omitempty" doc:"Phiên bản đã xem, khi sửa"`
}

// Outgoing is a document that the agency makes.
type Outgoing struct {
	ID             ID         `json:"id"`
	State          string     `json:"state"`
	StateLabel     string     `json:"state_label"`
	Revision       int64      `json:"revision"`
	Title          string     `json:"title" doc:"Số ký hiệu, hoặc loại và trích yếu khi chưa có số"`
	Type           string     `json:"type"`
	TypeName       string     `json:"type_name"`
	Form           string     `json:"form,omitempty"`
	Subject        string     `json:"subject"`
	Authority      string     `json:"authority,omitempty"`
	Body           string     `json:"body,omitempty"`
	LegalBases     []string   `json:"legal_bases,omitempty"`
	Addressees     []string   `json:"addressees,omitempty"`
	Receivers      []Receiver `json:"receivers,omitempty"`
	Annexes        []Annex    `json:"annexes,omitempty"`
	Meeting        *Meeting   `json:"meeting,omitempty"`
	FieldAbbr      string     `json:"field_abbr,omitempty"`
	Urgency        string     `json:"urgency"`
	DueDate        string     `json:"due_date,omitempty"`
	ReplyTo        ID         `json:"reply_to,omitempty"`
	KeptCopies     int        `json:"kept_copies,omitempty"`
	Restricted     bool       `json:"restricted,omitempty"`
	Unit           ID         `json:"unit,omitempty"`
	UnitName       string     `json:"unit_name,omitempty"`
	DrafterPost    ID         `json:"drafter_post,omitempty"`
	DrafterName    string     `json:"drafter_name"`
	HolderPost     ID         `json:"holder_post,omitempty" doc:"Vị trí đang đến lượt"`
	HolderName     string     `json:"holder_name,omitempty"`
	SignerPost     ID         `json:"signer_post,omitempty"`
	SignerName     string     `json:"signer_name,omitempty"`
	Capacity       string     `json:"capacity,omitempty"`
	CapacityLines  []string   `json:"capacity_lines,omitempty"`
	SignerPosition string     `json:"signer_position,omitempty"`
	MainFile       ID         `json:"main_file,omitempty"`
	FileCurrent    bool       `json:"file_current" doc:"Tệp chính đúng với nội dung hiện tại"`
	Version        int64      `json:"version,omitempty"`
	Register       ID         `json:"register,omitempty"`
	Year           int        `json:"year,omitempty"`
	Number         int64      `json:"number,omitempty"`
	Notation       string     `json:"notation,omitempty"`
	NumberText     string     `json:"number_text,omitempty" example:"05/QĐ-UBND"`
	IssuedDate     string     `json:"issued_date,omitempty"`
	DocumentID     string     `json:"document_id,omitempty"`
	SignedAt       *time.Time `json:"signed_at,omitempty"`
	NumberedAt     *time.Time `json:"numbered_at,omitempty"`
	SealedAt       *time.Time `json:"sealed_at,omitempty"`
	IssuedAt       *time.Time `json:"issued_at,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
	At             time.Time  `json:"at"`
}

// OutgoingRow is a row of a list of outgoing documents.
type OutgoingRow struct {
	ID          ID        `json:"id"`
	State       string    `json:"state"`
	StateLabel  string    `json:"state_label"`
	Type        string    `json:"type"`
	TypeName    string    `json:"type_name"`
	Subject     string    `json:"subject"`
	Urgency     string    `json:"urgency"`
	DueDate     string    `json:"due_date,omitempty"`
	UnitName    string    `json:"unit_name,omitempty"`
	DrafterName string    `json:"drafter_name"`
	HolderName  string    `json:"holder_name,omitempty"`
	SignerName  string    `json:"signer_name,omitempty"`
	NumberText  string    `json:"number_text,omitempty"`
	IssuedDate  string    `json:"issued_date,omitempty"`
	At          time.Time `json:"at"`
}

// Sending lays a draft before a person.
type Sending struct {
	To   ID     `json:"to,omitempty" doc:"Vị trí của người xem xét"`
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Approving passes a draft on.
type Approving struct {
	Next ID     `json:"next,omitempty" doc:"Vị trí của người xem xét tiếp; vắng mặt: trình người ký"`
	Note string `json:"note,omitempty" maxLength:"4000"`
}

// Signing gives the signature.
type Signing struct {
	Capacity string `json:"capacity,omitempty" enum:"TM,Q,KT,TL,TUQ" doc:"Thẩm quyền ký; vắng mặt: ký trực tiếp"`
	Consent  bool   `json:"consent" doc:"Người ký đã đọc đúng bản sẽ ký và đồng ý ký"`
}

// Numbering draws a number.
type Numbering struct {
	Register    ID     `json:"register,omitempty" doc:"Sổ; vắng mặt: sổ mặc định của năm"`
	Reservation ID     `json:"reservation,omitempty" doc:"Số đang giữ cho văn bản này; vắng mặt: số tiếp theo"`
	Date        string `json:"date,omitempty" format:"date" doc:"Ngày văn bản; vắng mặt: hôm nay"`
}

// Capacity is one capacity in which a post may sign.
type Capacity struct {
	Code     string   `json:"code" doc:"Rỗng: ký trực tiếp"`
	Lines    []string `json:"lines" doc:"Các dòng trên chức vụ"`
	Position string   `json:"position"`
}

// Delivery is one receiver of an issued document and how far it got.
type Delivery struct {
	ID           ID         `json:"id"`
	Outgoing     ID         `json:"outgoing"`
	Title        string     `json:"title"`
	ReceiverCode string     `json:"receiver_code,omitempty"`
	ReceiverName string     `json:"receiver_name"`
	Role         string     `json:"role"`
	Channel      string     `json:"channel,omitempty" doc:"axis; vắng mặt: ngoài mạng"`
	State        string     `json:"state"`
	StateLabel   string     `json:"state_label"`
	At           time.Time  `json:"at"`
	By           string     `json:"by,omitempty"`
	ByUnit       string     `json:"by_unit,omitempty"`
	Description  string     `json:"description,omitempty"`
	Flagged      bool       `json:"flagged,omitempty" doc:"Văn thư cần xem"`
	Late         bool       `json:"late,omitempty"`
	Sends        int        `json:"sends,omitempty"`
	SentAt       *time.Time `json:"sent_at,omitempty"`
	ArrivedAt    *time.Time `json:"arrived_at,omitempty"`
}

// Answer is one status that came back.
type Answer struct {
	Code        string    `json:"code" doc:"Mã trạng thái QCVN 102:2016/BTTTT"`
	Effect      string    `json:"effect"`
	StatedAt    time.Time `json:"stated_at"`
	At          time.Time `json:"at"`
	By          string    `json:"by,omitempty"`
	ByUnit      string    `json:"by_unit,omitempty"`
	Description string    `json:"description,omitempty"`
	SHA256      string    `json:"sha256,omitempty" doc:"Mã băm gói tin mà nơi nhận xác nhận"`
	Agreed      bool      `json:"agreed,omitempty"`
	Signature   string    `json:"signature,omitempty"`
}

// Quarantined is a parcel that could not be opened or believed.
type Quarantined struct {
	ID           ID        `json:"id"`
	Parcel       string    `json:"parcel"`
	SenderCode   string    `json:"sender_code,omitempty"`
	ReceiverCode string    `json:"receiver_code,omitempty"`
	Kind         string    `json:"kind"`
	DocumentID   string    `json:"document_id,omitempty"`
	Title        string    `json:"title,omitempty"`
	Reason       string    `json:"reason" doc:"Mã lý do, ổn định"`
	Text         string    `json:"text"`
	Size         int64     `json:"size"`
	State        string    `json:"state" doc:"waiting, retrying, accepted, refused"`
	At           time.Time `json:"at"`
	Tries        int       `json:"tries,omitempty"`
	Decision     string    `json:"decision,omitempty"`
	GivenTo      ID        `json:"given_to,omitempty" doc:"Cơ quan được chuyển gói tin"`
}

// LookedParcel is a parcel in quarantine with what its operator needs to decide.
type LookedParcel struct {
	Parcel     Quarantined `json:"parcel"`
	SHA256     string      `json:"sha256,omitempty"`
	Read       *ReadParcel `json:"read,omitempty" doc:"Nội dung đọc được; vắng mặt: không đọc được gì"`
	Why        string      `json:"why,omitempty" doc:"Bộ đọc nói gì về gói tin lúc này"`
	Raw        string      `json:"raw,omitempty" doc:"Nguyên văn phần đầu, tệp mã hóa được rút gọn"`
	Whole      bool        `json:"whole,omitempty" doc:"raw là toàn bộ gói tin"`
	Tries      []ParcelTry `json:"tries,omitempty"`
	Givable    bool        `json:"givable,omitempty" doc:"Chuyển cho cơ quan khác được"`
	Successors []ID        `json:"successors,omitempty" doc:"Cơ quan kế tục trên hệ thống này"`
}

// ReadParcel is what could be read of a message; none of it took effect.
type ReadParcel struct {
	Status     string   `json:"status,omitempty" doc:"Mã trạng thái; vắng mặt: gói tin chở văn bản"`
	From       string   `json:"from,omitempty"`
	To         []string `json:"to,omitempty"`
	DocumentID string   `json:"document_id,omitempty"`
	Code       string   `json:"code,omitempty"`
	Date       string   `json:"date,omitempty"`
	Type       string   `json:"type,omitempty"`
	Business   string   `json:"business,omitempty" doc:"Văn bản mới, thu hồi, cập nhật, thay thế"`
	Signer     string   `json:"signer,omitempty"`
	Subject    string   `json:"subject,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Staff      string   `json:"staff,omitempty"`
	StaffUnit  string   `json:"staff_unit,omitempty"`
	Files      []string `json:"files,omitempty"`
}

// ParcelTry is one thing that happened to a parcel in quarantine.
type ParcelTry struct {
	Act    string    `json:"act" doc:"kept, retry, given, refused, answered, accepted"`
	At     time.Time `json:"at"`
	Person string    `json:"person,omitempty" doc:"Vắng mặt: hệ thống"`
	Reason string    `json:"reason,omitempty"`
	Text   string    `json:"text,omitempty"`
}

// GivingParcel names the agency that a parcel is opened for.
type GivingParcel struct {
	Agency ID `json:"agency" doc:"Cơ quan nhận"`
}

// Verification is the verdict on the signatures of a PDF file.
type Verification struct {
	Outcome    string              `json:"outcome" doc:"passed, indeterminate, failed, none, unreadable"`
	Title      string              `json:"title" doc:"Kết luận bằng lời"`
	Advice     string              `json:"advice" doc:"Nên làm gì với văn bản"`
	Integrity  string              `json:"integrity,omitempty"`
	SHA256     string              `json:"sha256"`
	Size       int                 `json:"size"`
	VerifiedAt time.Time           `json:"verified_at"`
	Signatures []VerifiedSignature `json:"signatures"`
	Findings   []string            `json:"findings,omitempty"`
}

// VerifiedSignature is the verdict on one signature.
type VerifiedSignature struct {
	Field         string     `json:"field"`
	Kind          string     `json:"kind"`
	Level         string     `json:"level,omitempty"`
	Indication    string     `json:"indication"`
	SubIndication string     `json:"sub_indication,omitempty"`
	Integrity     string     `json:"integrity"`
	SignerName    string     `json:"signer_name,omitempty"`
	SignerOrg     string     `json:"signer_organization,omitempty"`
	Serial        string     `json:"serial,omitempty"`
	Issuer        string     `json:"issuer,omitempty"`
	ClaimedTime   *time.Time `json:"claimed_time,omitempty"`
	Explanation   []string   `json:"explanation" doc:"Ai ký, khi nào và theo đồng hồ nào, phạm vi, thay đổi về sau, chứng thư số, nên làm gì"`
	Findings      []string   `json:"findings,omitempty"`
}

// AskingSigner proposes another signer.
type AskingSigner struct {
	To       ID     `json:"to" doc:"Vị trí của người ký mới"`
	Capacity string `json:"capacity,omitempty" enum:"TM,Q,KT,TL,TUQ"`
	Note     string `json:"note,omitempty" maxLength:"4000"`
}

// Finding is one thing in a draft that departs from the prescribed layout.
type Finding struct {
	Box      string `json:"box" doc:"Số của ô trong Phụ lục I"`
	Code     string `json:"code"`
	Text     string `json:"text"`
	Page     int    `json:"page,omitempty" doc:"Trang của tệp tải lên"`
	X        int    `json:"x,omitempty" doc:"Cách mép trái, mm"`
	Y        int    `json:"y,omitempty" doc:"Cách mép trên, mm"`
	W        int    `json:"w,omitempty" doc:"Rộng, mm"`
	H        int    `json:"h,omitempty" doc:"Cao, mm"`
	Hint     bool   `json:"hint" doc:"Gợi ý về viện dẫn, viết hoa; không chặn trình"`
	Waived   bool   `json:"waived"`
	Reason   string `json:"reason,omitempty"`
	WaivedBy string `json:"waived_by,omitempty"`
}

// Waiver lets a draft go on with a finding about its layout.
type Waiver struct {
	Code   string `json:"code" maxLength:"60"`
	Reason string `json:"reason" maxLength:"4000"`
}

// Version is one state of a document's main file.
type Version struct {
	No      int64     `json:"no"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256"`
	Pages   int       `json:"pages,omitempty"`
	Verdict string    `json:"verdict,omitempty"`
	Method  string    `json:"method,omitempty" doc:"Cách tạo chữ ký: server_key, usb_token, sim_pki, remote"`
	At      time.Time `json:"at"`
}
