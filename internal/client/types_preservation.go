package client

import (
	"encoding/json"
	"time"
)

// PreservationCount is how many signed files are in a state at a level of signature.
type PreservationCount struct {
	State      string `json:"state" enum:"waiting,kept,failed,unfit"`
	StateLabel string `json:"state_label"`
	Level      string `json:"level" doc:"B, T, LT, LTA; trống: chưa rõ"`
	Count      int64  `json:"count"`
}

// Preservation are the figures about time stamps and preserved signatures: of the agency, or of the installation for its administrator.
type Preservation struct {
	Files          []PreservationCount `json:"files"`
	Worse          int64               `json:"worse" doc:"Số tệp có kết quả kiểm tra lại xấu hơn lúc ban hành hoặc lúc đến"`
	StampsWaiting  int64               `json:"stamps_waiting"`
	StampsFailed   int64               `json:"stamps_failed"`
	NextRenewal    *time.Time          `json:"next_renewal,omitempty"`
	LastCheck      *time.Time          `json:"last_check,omitempty"`
	Authority      bool                `json:"authority" doc:"Máy chủ có dịch vụ cấp dấu thời gian"`
	Timestamp      string              `json:"timestamp,omitempty" doc:"Chính sách của cơ quan: required, wanted hoặc off"`
	ArchiveCheckIn int                 `json:"archive_check_days,omitempty" doc:"Số ngày giữa hai lần kiểm tra lại"`
}

// Preserving is how an agency keeps its signatures.
type Preserving struct {
	Timestamp        string `json:"timestamp" enum:"required,wanted,off"`
	ArchiveCheckDays int    `json:"archive_check_days" minimum:"1" maximum:"3650"`
}

// PreservedFile tells how the signatures of one file are kept. The file itself never changes; its preserved revision begins with its bytes.
type PreservedFile struct {
	File          ID         `json:"file"`
	Ref           string     `json:"ref"`
	Title         string     `json:"title"`
	Name          string     `json:"name"`
	Source        string     `json:"source" enum:"issued,received"`
	SHA256        string     `json:"sha256"`
	FirstVerdict  string     `json:"first_verdict" doc:"Kết quả lúc ban hành hoặc lúc đến; không bao giờ đổi"`
	Level         string     `json:"level"`
	State         string     `json:"state" enum:"waiting,kept,failed,unfit"`
	StateLabel    string     `json:"state_label"`
	Reason        string     `json:"reason,omitempty"`
	KeptSHA256    string     `json:"kept_sha256,omitempty"`
	KeptSize      int64      `json:"kept_size,omitempty"`
	RenewBefore   *time.Time `json:"renew_before,omitempty"`
	Verdict       string     `json:"verdict"`
	CheckedAt     *time.Time `json:"checked_at,omitempty"`
	NextCheck     *time.Time `json:"next_check,omitempty"`
	WorseSince    *time.Time `json:"worse_since,omitempty"`
	EvidenceBytes bool       `json:"has_evidence"`
}

// PreservationReport is the machine's verdict on the newest revision of a file, with what the check fetched.
type PreservationReport struct {
	Report   json.RawMessage `json:"report"`
	Evidence json.RawMessage `json:"evidence"`
}

// TimeStamp is the request for a time stamp on one signature.
type TimeStamp struct {
	ID         ID         `json:"id"`
	Outgoing   ID         `json:"outgoing"`
	File       ID         `json:"file"`
	Purpose    string     `json:"purpose" enum:"approve,seal"`
	State      string     `json:"state" enum:"waiting,stamped,failed,overtaken"`
	StateLabel string     `json:"state_label"`
	Reason     string     `json:"reason,omitempty"`
	Tries      int        `json:"tries"`
	Authority  string     `json:"authority,omitempty"`
	Time       *time.Time `json:"time,omitempty"`
	AskedAt    time.Time  `json:"asked_at"`
}

// Checks tells how many files an archive check was ordered for.
type Checks struct {
	Files int64 `json:"files"`
}

// Release is an order to issue a document that was remembered until its time stamps came.
type Release struct {
	State   string    `json:"state" enum:"waiting,done,refused,withdrawn"`
	Reason  string    `json:"reason,omitempty"`
	AskedAt time.Time `json:"asked_at"`
	At      time.Time `json:"at"`
}
