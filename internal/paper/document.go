package paper

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Form is the number of the sample in NĐ 30/2020, Phụ lục III, by which a document is laid out.
type Form string

const (
	Resolution     Form = "1.1" // nghị quyết (cá biệt)
	Decision       Form = "1.2" // quyết định quy định trực tiếp
	DecisionOnText Form = "1.3" // quyết định ban hành, phê duyệt một văn bản khác
	Named          Form = "1.4" // every other type with a name: tờ trình, báo cáo, thông báo, kế hoạch, chỉ thị …
	Letter         Form = "1.5" // công văn
	Telegram       Form = "1.6" // công điện
	Invitation     Form = "1.7" // giấy mời
)

// Urgency is the level a red stamp shows (D5.7); the zero value is an ordinary document without a stamp.
type Urgency string

const (
	Ordinary   Urgency = ""
	Urgent     Urgency = "KHẨN"
	VeryUrgent Urgency = "THƯỢNG KHẨN"
	Express    Urgency = "HỎA TỐC"
)

// CapacityLine is one line of box 7a above the signer's own office (D6): a prefix (TM., Q., KT., TL., TUQ.) and the collective,
// agency or office it stands before, e.g. {"KT.", "Chủ tịch"}.
type CapacityLine struct {
	Prefix, Office string
}

// Document is the content of an official document. Names are given as they are written in running text ("Ủy ban nhân dân
// thành phố Huế"); the layout makes capitals where the decree asks for them, except in Notation, whose letters are kept (D3.3).
type Document struct {
	Form         Form
	ParentAgency string    // box 2, direct parent, abbreviated as usual; may be empty
	Agency       string    // box 2
	Number       string    // box 3, digits; empty leaves the form field SoVanBan
	Notation     string    // box 3, e.g. "QĐ-UBND"
	Place        string    // box 4
	Date         time.Time // box 4, only year, month and day of its own zone; zero leaves the form field NgayBanHanh
	TypeName     string    // box 5a, e.g. "Tờ trình"; may be empty where the form itself names the type
	Subject      string    // boxes 5a and 5b; for a letter without "V/v"
	Authority    string    // decisions and resolutions: who decides, e.g. "Chủ tịch Ủy ban nhân dân thành phố"
	LegalBases   []string  // box 6; final marks are set by the layout
	Addressees   []string  // box 9a "Kính gửi"; of an invitation: who is invited; of a telegram: to whom it goes
	Meeting      Meeting   // invitations only
	Body         string    // box 6 in the light markup described in the package comment

	Capacity       []CapacityLine // box 7a, above SignerPosition
	SignerPosition string         // box 7a
	SignerOffice   string         // box 7b, other office of the signer above the name (D6.8); usually empty
	SignerName     string         // box 7b
	Receivers      []string       // box 9b without the lines "Như trên" and "Lưu", which the layout adds
	FileUnit       string         // box 9b: drafting unit that keeps a copy, abbreviated
	FileCopies     int            // box 9b: number of kept copies, 0 is not shown
	TypistMark     string         // box 12, e.g. "PL.(300)"

	Urgency     Urgency  // box 10b
	Circulation string   // box 11, e.g. "Lưu hành nội bộ"
	Address     []string // box 13, lines at the foot of page 1
	Annexes     []Annex
	Landscape   bool // for tables that are not made into annexes (D5.1)

	SealDiameter float64   // millimetres; 0 means 36
	Made         time.Time // goes into the file's metadata; zero leaves it out
}

// Meeting holds the lines of an invitation (Mẫu 1.7); empty ones are left out.
type Meeting struct {
	Event, Chair, Time, Place string
}

// Annex is a "Phụ lục" in the same file; its pages are numbered on their own.
type Annex struct {
	Title     string
	Body      string
	Landscape bool
}

// typeName is the heading of box 5a.
func (d *Document) typeName() string {
	if d.TypeName != "" {
		return d.TypeName
	}
	switch d.Form {
	case Resolution:
		return "Nghị quyết"
	case Decision, DecisionOnText:
		return "Quyết định"
	case Letter:
		return "Công văn"
	case Telegram:
		return "Công điện"
	case Invitation:
		return "Giấy mời"
	}
	return ""
}

// seal is the diameter of the seal in points.
func (d *Document) seal() float64 {
	if d.SealDiameter > 0 {
		return mm(d.SealDiameter)
	}
	return mm(36)
}

// tidied returns a copy whose one-line fields are NFC, trimmed and without invisible characters.
func (d Document) tidied() Document {
	for _, s := range []*string{&d.ParentAgency, &d.Agency, &d.Number, &d.Notation, &d.Place, &d.TypeName, &d.Subject, &d.Authority,
		&d.SignerPosition, &d.SignerOffice, &d.SignerName, &d.FileUnit, &d.TypistMark, &d.Circulation,
		&d.Meeting.Event, &d.Meeting.Chair, &d.Meeting.Time, &d.Meeting.Place} {
		*s = tidy(*s)
	}
	d.LegalBases, d.Addressees, d.Receivers, d.Address = tidyAll(d.LegalBases), tidyAll(d.Addressees), tidyAll(d.Receivers), tidyAll(d.Address)
	capacity := make([]CapacityLine, 0, len(d.Capacity))
	for _, c := range d.Capacity {
		capacity = append(capacity, CapacityLine{tidy(c.Prefix), tidy(c.Office)})
	}
	d.Capacity = capacity
	return d
}

func tidyAll(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		if l = tidy(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// tidy composes letters, drops characters that have no shape and makes every run of white space one space. A no-break space
// stays what it is.
func tidy(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFC.String(s) {
		switch {
		case r == '\u00a0':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			continue
		default:
			if space {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
		}
		space = false
	}
	return b.String()
}

func upper(s string) string { return strings.ToUpper(s) }
