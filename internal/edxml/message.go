package edxml

import "time"

// NS is the namespace of every element of a message (QCVN 102:2016/BTTTT).
const NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

// Organization is a From or To block (X4). OrganID is the code registered at the exchange, at most 35 characters.
type Organization struct {
	OrganID   string
	InCharge  string // parent body
	Name      string // name valid on the issue date
	Address   string
	Email     string
	Telephone string
	Fax       string
	Website   string
}

// Code is số and ký hiệu. A received number may hold letters.
type Code struct {
	Number   string
	Notation string
}

// String gives "number/notation", the form used inside one field (X3.6).
func (c Code) String() string {
	if c.Notation == "" {
		return c.Number
	}
	return c.Number + "/" + c.Notation
}

// DocumentType names the kind of document. Numbers disagree between systems: match by Name (X5.1).
type DocumentType struct {
	Type   int // 1 in the national samples
	Detail int // 0 in the national samples; always written (X5.4)
	Name   string
}

// Signer is the person who signed, with the capacity ("TM.", "KT. …", empty if none).
type Signer struct {
	Competence string
	Position   string
	FullName   string
}

// Priorities of Other.Priority (X5.2).
const (
	Ordinary   = 0 // thường
	Urgent     = 1 // khẩn
	VeryUrgent = 2 // thượng khẩn
	Express    = 3 // hỏa tốc
)

// Other is OtherInfo: urgency and the counts printed on the document. Amount and Pages are written when at least 1.
type Other struct {
	Priority      int
	Sphere        string
	TyperNotation string
	Amount        int
	Pages         int
	Direction     bool
	Appendixes    []string
}

// ResponseFor names a document that this message answers. In a status message OrganID is the addressee (X10.2).
type ResponseFor struct {
	OrganID    string
	Code       Code
	DocumentID string
	Date       Date
}

// Trace is one system the message went through (X6).
type Trace struct {
	OrganID string
	At      time.Time
}

// Staff is the clerk or leader acting. DepartmentID and StaffID are optional in the standard.
type Staff struct {
	Department   string
	DepartmentID string
	Name         string
	StaffID      string
	Email        string
	Mobile       string
}

// Kind is what a document message asks for (BussinessDocType).
type Kind int

// The four kinds. Any other number is read with a warning and must not be acted upon.
const (
	New Kind = iota
	Recall
	Update
	Replace
)

// Known tells whether k is one of the four kinds of the standard.
func (k Kind) Known() bool { return k >= New && k <= Replace }

// String is the name used in events and pages.
func (k Kind) String() string {
	if !k.Known() {
		return "unknown"
	}
	return [...]string{"new", "recall", "update", "replace"}[k]
}

// Business is the request a document message carries.
type Business struct {
	Kind             Kind
	DocumentID       string // target of a recall or update; see X9.5 for what a reader may conclude
	Reason           string
	Paper            bool // paper follows
	InfoChanged      bool // update: the description changed
	ReceiversChanged bool // update: the list of receivers changed
	Receivers        []ReceiverChange
	Replaces         []Replacement
	Staff            Staff
}

// ReceiverChange is one line of an update's receiver list. The meaning of Type is not settled: show it, never act on it (X6.4).
type ReceiverChange struct {
	OrganID string
	Type    int
}

// Replacement names a document replaced by this one, and for which receivers.
type Replacement struct {
	DocumentID string
	OrganIDs   []string
}

// DocumentMessage is an eDoc: one official document on its way from one agency to others. Files travel beside it.
type DocumentMessage struct {
	From         Organization
	To           []Organization
	DocumentID   string
	Code         Code
	Place        string
	Date         Date
	Type         DocumentType
	Subject      string
	Content      string
	Signer       Signer
	DueDate      Date
	Other        Other
	ResponseFor  []ResponseFor
	SteeringType int // 0 none, 1 steering, 2 report or answer to steering (X5.3)
	ToPlaces     []string
	Traces       []Trace
	Business     Business
	Extra        []Extra // elements the standard does not know, re-emitted when the message is forwarded
}

// StatusMessage answers a document message with one code (X10, X11). It has no receiver element: the addressee is ResponseFor.OrganID.
type StatusMessage struct {
	From        Organization
	ResponseFor ResponseFor
	Staff       Staff
	Code        string // two digits
	Description string
	At          time.Time
	Extra       []Extra
}

// Extra is a foreign element kept as XML, with the place (path of its parent) where it stood.
type Extra struct {
	Place string
	XML   string
}

// StatusLabels are the nine codes of the exchange; other codes are stored, shown as unknown, and change nothing (X11.1).
var StatusLabels = map[string]string{
	"01": "Đã đến", "02": "Từ chối tiếp nhận", "03": "Đã tiếp nhận", "04": "Phân công xử lý", "05": "Đang xử lý",
	"06": "Hoàn thành", "13": "Lấy lại", "15": "Đồng ý yêu cầu cập nhật, lấy lại", "16": "Từ chối yêu cầu cập nhật, lấy lại",
}

// NeedsReason tells whether a status with this code must say why: refusals and requests (X11).
func NeedsReason(code string) bool { return code == "02" || code == "13" || code == "16" }
