package pades

import "fmt"

// Change grades what happened to a document after a signature, from nothing to an alteration.
type Change int

const (
	NoChange         Change = iota
	ValidationChange        // validation data, document information, metadata
	SignatureChange         // a signature was added
	FillChange              // a prepared empty field was filled, as the certification allows
	DoubtfulChange          // structure tree, late certification: invisible, but not accounted for
	BadFillChange           // a form value was set or replaced without permission
	AnnotationChange
	OtherChange
)

var changeNames = [...]string{"none", "validation", "signature", "fill", "doubtful", "bad-fill", "annotation", "other"}

func (c Change) String() string { return changeNames[c] }

// MarshalText writes the grade as a word.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the word back.
func (c *Change) UnmarshalText(b []byte) error {
	for i, n := range changeNames {
		if n == string(b) {
			*c = Change(i)
			return nil
		}
	}
	return fmt.Errorf("pades: unknown change %q", b)
}

var changeCodes = map[Change]string{ValidationChange: "change.validation", SignatureChange: "change.signature", FillChange: "change.fill",
	DoubtfulChange: "change.doubt", BadFillChange: "change.fill-bad", AnnotationChange: "change.annotation", OtherChange: "change.other"}

// What happened at a place, as the sentences show it.
const (
	wasAdded      = "đã thêm"
	wasRemoved    = "đã xóa"
	wasReplaced   = "nội dung đã đổi"
	wasRetyped    = "kiểu dữ liệu đã đổi"
	wasUnreadable = "không đọc được"
	showsOther    = "hiển thị khác giá trị"
	tooMuch       = "quá nhiều để so sánh"
)

// difference is one change at one place of the document.
type difference struct {
	grade Change
	where string
	what  string
}

const (
	maxDifferences = 200
	maxShown       = 4
)

// changes is what a comparison found. hard says that something beyond doubt is no matter of content: a later signature over
// all of it does not take it over.
type changes struct {
	grade Change
	hard  bool
	list  []difference
	total map[Change]int
}

func (c *changes) add(d difference, hard bool) {
	c.grade = max(c.grade, d.grade)
	c.hard = c.hard || hard && d.grade > DoubtfulChange
	if c.total == nil {
		c.total = map[Change]int{}
	}
	c.total[d.grade]++
	if len(c.list) < maxDifferences {
		c.list = append(c.list, d)
	}
}

// findings shows the first few differences of each grade.
func (c *changes) findings() []Finding {
	var out []Finding
	for g := OtherChange; g > NoChange; g-- {
		shown := 0
		for _, d := range c.list {
			if d.grade == g && shown < maxShown {
				out = append(out, finding(changeCodes[g], map[string]any{"where": d.where, "what": d.what}))
				shown++
			}
		}
		if rest := c.total[g] - shown; rest > 0 {
			out = append(out, finding("change.more", map[string]any{"count": rest}))
		}
	}
	return out
}
