package client

import "time"

// PreparingSigning asks for a signature by a key that is not the server's.
type PreparingSigning struct {
	Purpose     string   `json:"purpose" enum:"approve,seal" doc:"approve: chữ ký của người có thẩm quyền; seal: chữ ký số của cơ quan trên văn bản và phụ lục"`
	Capacity    string   `json:"capacity,omitempty" enum:"TM,Q,KT,TL,TUQ" doc:"Thẩm quyền ký; vắng mặt: ký trực tiếp"`
	Consent     bool     `json:"consent,omitempty" doc:"Người ký đã đọc đúng bản sẽ ký và đồng ý ký; bắt buộc khi purpose là approve"`
	Certificate []byte   `json:"certificate,omitempty" maxLength:"16384" doc:"Chứng thư số trên thiết bị (DER, base64); vắng mặt: chứng thư đã được phê duyệt"`
	Chain       [][]byte `json:"chain,omitempty" maxItems:"8" doc:"Chứng thư của các cấp trên (DER, base64) đi kèm chữ ký"`
}

// SigningOrder is one signature made outside of the server: what is to be signed, until when, and what became of it.
type SigningOrder struct {
	ID          ID            `json:"id"`
	Document    ID            `json:"document"`
	Purpose     string        `json:"purpose"`
	Way         string        `json:"way" doc:"value: giá trị chữ ký; agent: chương trình ký trên máy"`
	Method      string        `json:"method" doc:"usb_token, sim_pki, remote"`
	MethodLabel string        `json:"method_label"`
	State       string        `json:"state" doc:"prepared, waiting, done, refused, expired, cancelled, failed"`
	StateLabel  string        `json:"state_label"`
	Reason      string        `json:"reason,omitempty"`
	Certificate string        `json:"certificate" doc:"Chủ thể của chứng thư số đã được phê duyệt"`
	Capacity    string        `json:"capacity,omitempty"`
	Expires     time.Time     `json:"expires"`
	Ended       *time.Time    `json:"ended,omitempty"`
	Hash        string        `json:"hash" doc:"Hàm băm của digest: SHA-256"`
	Token       string        `json:"token,omitempty" doc:"Mã dùng một lần để gửi chữ ký; chỉ cho một lần, khi chuẩn bị"`
	Parts       []SigningPart `json:"parts" doc:"Mỗi tệp một phần; chữ ký gửi lại theo đúng thứ tự này"`
}

// SigningPart is one file of it.
type SigningPart struct {
	File   ID     `json:"file"`
	Name   string `json:"name"`
	Main   bool   `json:"main"`
	SHA256 string `json:"sha256" doc:"Của tệp được ký, lúc chuẩn bị"`
	ToSign []byte `json:"to_sign,omitempty" doc:"Dữ liệu cần ký (DER của signed attributes, base64), cho thiết bị tự băm"`
	Digest string `json:"digest,omitempty" doc:"SHA-256 của to_sign (hex), cho thiết bị ký trên giá trị băm và để hiển thị cho người ký"`
}

// CompletingSigning brings the signatures.
type CompletingSigning struct {
	Token  string           `json:"token" maxLength:"100" doc:"Mã dùng một lần nhận khi chuẩn bị"`
	Values []SignatureValue `json:"values" maxItems:"51"`
}

// SignatureValue is what a key made of one part: exactly one of both.
type SignatureValue struct {
	Signature []byte `json:"signature,omitempty" maxLength:"8192" doc:"Giá trị chữ ký (base64): RSA PKCS#1 v1.5, hoặc ECDSA dạng ASN.1 hay r‖s"`
	Container []byte `json:"container,omitempty" maxLength:"98304" doc:"Gói CMS tách rời (DER, base64) trên tệp đã chuẩn bị"`
}

// PreparingSignings asks for several at once, so that one PIN covers them.
type PreparingSignings struct {
	PreparingSigning
	Documents []Picked `json:"documents" maxItems:"1000"`
}

// Picked is one document of a list.
type Picked struct {
	ID     ID     `json:"id"`
	SHA256 string `json:"sha256,omitempty" maxLength:"64" doc:"SHA-256 của tệp chính mà người ký đã xem; khác thì văn bản đó không được ký"`
}

// CompletingSignings brings the signatures of several.
type CompletingSignings struct {
	Signings []CompletingOne `json:"signings" maxItems:"1000"`
}

// CompletingOne is one of them.
type CompletingOne struct {
	ID ID `json:"id"`
	CompletingSigning
}

// SigningResult is what became of one of several.
type SigningResult struct {
	Document ID            `json:"document,omitempty"`
	Signing  *SigningOrder `json:"signing,omitempty"`
	Outgoing *Outgoing     `json:"outgoing,omitempty"`
	Refusal  string        `json:"refusal,omitempty" doc:"Vì sao văn bản này không được ký; các văn bản khác không bị ảnh hưởng"`
}

// StartingBatch orders many signatures or releases with one consent.
type StartingBatch struct {
	Kind      string   `json:"kind" enum:"sign,release" doc:"sign: ký số bằng khóa do máy chủ giữ; release: cấp số, ký số của cơ quan và ban hành"`
	Documents []Picked `json:"documents" maxItems:"1000"`
	Consent   bool     `json:"consent" doc:"Người ký đã xem danh sách và đồng ý"`
}

// Batch is how far it got.
type Batch struct {
	ID         ID         `json:"id"`
	Kind       string     `json:"kind"`
	State      string     `json:"state" doc:"running, ended"`
	StateLabel string     `json:"state_label"`
	Total      int        `json:"total"`
	Open       int        `json:"open" doc:"Số văn bản chờ hoặc đang ký"`
	Done       int        `json:"done"`
	Failed     int        `json:"failed"`
	Cancelled  int        `json:"cancelled"`
	Created    time.Time  `json:"created"`
	Ended      *time.Time `json:"ended,omitempty"`
}

// BatchItem is one document of it.
type BatchItem struct {
	Document   ID        `json:"document"`
	TypeName   string    `json:"type_name"`
	Subject    string    `json:"subject"`
	Capacity   string    `json:"capacity,omitempty"`
	Pages      int       `json:"pages"`
	SHA256     string    `json:"sha256" doc:"Của tệp chính, cố định khi bắt đầu"`
	State      string    `json:"state" doc:"waiting, working, done, failed, cancelled"`
	StateLabel string    `json:"state_label"`
	Reason     string    `json:"reason,omitempty"`
	At         time.Time `json:"at"`
}
