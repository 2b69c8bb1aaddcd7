package documents

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"congvu/internal/i18n"
)

var (
	readNumber = regexp.MustCompile(`(?i)^(?:số|sô|so|s6)\s*[:;.,]?\s*(\d{1,6}[a-z]?)?\s*[/|]\s*([\p{L}\d][\p{L}\d\-–&./ ]{0,60})`)
	readDate   = regexp.MustCompile(`ngay\s*(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})`)
	readDue    = regexp.MustCompile(`truoc\s+(?:\d{1,2}\s*(?:gio|h|g)\s*\d{0,2}\s*(?:phut)?,?\s*)?(?:het\s+)?ngay\s+(\d{1,2})\s*(?:thang|/|-|\.)\s*(\d{1,2})\s*(?:nam|/|-|\.)\s*(\d{4})`)
)

// number reads box 3 of the left column.
func (r *pageReader) number() {
	for _, l := range r.first {
		if l.Box.Top > r.height*0.45 || l.Box.Left > r.mid {
			continue
		}
		m := readNumber.FindStringSubmatch(l.Text)
		if m == nil {
			continue
		}
		r.head = max(r.head, l.Box.Bottom)
		notation := strings.ReplaceAll(strings.TrimRight(strings.TrimSpace(m[2]), ".-–/ "), " ", "")
		sure := 0.97
		if !strings.Contains(notation, "-") {
			sure = 0.7
		}
		r.say(ReadNumber, m[1], sure, l)
		r.say(ReadNotation, strings.ReplaceAll(notation, "–", "-"), sure, l)
		return
	}
}

// day gives a real day as YYYY-MM-DD, "" for none.
func day(y, m, d string) string {
	if t, err := time.Parse("2006-1-2", y+"-"+m+"-"+d); err == nil && t.Year() >= 1945 && t.Year() <= 2100 {
		return t.Format("2006-01-02")
	}
	return ""
}

// date reads box 4 of the right column; the first date of a law cited in the text is no date of the document.
func (r *pageReader) date() {
	for _, l := range r.first {
		if l.Box.Top > r.height*0.45 || l.Box.Right < r.width*0.5 {
			continue
		}
		if m := readDate.FindStringSubmatch(l.fold); m != nil {
			sure := 0.97
			if l.Box.Left < r.width*0.3 {
				sure = 0.6 // a line of running text
			} else {
				r.head = max(r.head, l.Box.Bottom)
			}
			r.say(ReadIssued, day(m[3], m[2], m[1]), sure, l)
			return
		}
	}
}

// agencyHeads begin the name of an agency in box 2.
var agencyHeads = []string{"uy ban", "ubnd", "so ", "bo ", "hoi dong", "hdnd", "cuc ", "chi cuc", "tong cuc", "van phong", "phong ", "trung tam", "ban ", "truong ", "benh vien", "chinh phu",
	"thanh uy", "tinh uy", "dang uy", "vien ", "cong an", "thanh tra", "toa an", "kho bac", "thue ", "bao hiem", "cong ty", "tap doan", "quoc hoi", "to cong tac", "hoi ", "lien doan", "mat tran", "kiem toan", "ngan hang", "dai "}

// agency reads box 2: what stands in the left column above the number; the lowest name is the agency, what is above it the parent.
func (r *pageReader) agency() {
	var column []printed
	below := r.head
	if below == 0 {
		below = r.height * 0.2
	}
	for _, l := range r.first {
		if l.Box.Right <= r.mid+4 && l.Box.Bottom < below-2 && l.capitals() && !strings.HasPrefix(l.fold, "so:") && len([]rune(l.Text)) > 2 {
			column = append(column, l)
		}
	}
	if len(column) == 0 || len(column) > 6 {
		return
	}
	from := -1
	for i, l := range column {
		for _, head := range agencyHeads {
			if strings.HasPrefix(l.fold+" ", head) {
				from = i
			}
		}
	}
	sure := 0.92
	if from < 0 {
		from, sure = len(column)-1, 0.6
	}
	r.say(ReadSender, joined(column[from:]), sure, column[from:]...)
	r.say(ReadParent, joined(column[:from]), sure-0.05, column[:from]...)
}

func stampText(l printed) string { return strings.Trim(l.fold, " .:-|[]") }

func isStamp(l printed) bool {
	return slices.Contains([]string{"hoa toc", "hoa toc hen gio", "thuong khan", "khan", "mat", "toi mat", "tuyet mat"}, stampText(l))
}

// stamps reads the stamps of urgency and secrecy (boxes 10a, 10b): a short line in capitals by itself.
func (r *pageReader) stamps() {
	for _, l := range r.first {
		if l.Box.Top > r.height*0.5 || !l.capitals() {
			continue
		}
		switch stampText(l) {
		case "hoa toc", "hoa toc hen gio":
			r.say(ReadUrgency, Express.Slug(), 0.95, l)
		case "thuong khan":
			r.say(ReadUrgency, VeryUrgent.Slug(), 0.95, l)
		case "khan":
			r.say(ReadUrgency, Urgent.Slug(), 0.9, l)
		case "mat", "toi mat", "tuyet mat":
			r.say(ReadSecrecy, l.Text, 0.9, l)
		}
	}
}

// title reads boxes 5a and 5b: the type in capitals with the subject below it, or "V/v" of a letter under its number.
func (r *pageReader) title() {
	if lines := r.letterSubject(); len(lines) > 0 {
		subject := joined(lines)
		if _, rest, ok := strings.Cut(subject, " "); ok {
			r.say(ReadSubject, rest, 0.93, lines...)
		}
		if at := slices.IndexFunc(r.types, Type.Letter); at >= 0 {
			r.say(ReadType, r.types[at].Code, 0.9, lines[0])
		}
		return
	}
	at, kind := r.typeLine()
	if at < 0 {
		return
	}
	r.say(ReadType, kind.Code, 0.95, r.first[at])
	lines := r.under(at)
	sure := 0.9
	if len(lines) > 6 {
		sure = 0.6
	}
	r.say(ReadSubject, joined(lines), sure, lines...)
}

// letterSubject gives the lines of "V/v …" in the left column.
func (r *pageReader) letterSubject() []printed {
	var out []printed
	for _, l := range r.first {
		if l.Box.Left > r.mid || l.Box.Top > r.height*0.45 {
			continue
		}
		starts := strings.HasPrefix(l.fold, "v/v") || strings.HasPrefix(l.fold, "v/ v") || strings.HasPrefix(l.fold, "w ") && l.Box.Top > r.head-2 && r.head > 0
		switch {
		case len(out) == 0 && starts:
			out = append(out, l)
		case len(out) > 0:
			last := out[len(out)-1]
			if l.Box.Right > r.mid+20 || l.Box.Top-last.Box.Bottom > 1.2*last.Box.Height()+3 || strings.HasPrefix(l.fold, "kinh gui") || l.capitals() && isStamp(l) {
				return out
			}
			out = append(out, l)
		}
	}
	return out
}

// typeLine finds the first line under the head that is the name of a type in capitals.
func (r *pageReader) typeLine() (int, Type) {
	for i, l := range r.first {
		if l.Box.Top < r.head-2 || l.Box.Top > r.height*0.6 || !l.capitals() {
			continue
		}
		for _, t := range r.types {
			name := i18n.Fold(strings.TrimSuffix(t.Name, " (cá biệt)"))
			if t.Abbr != "" && strings.TrimRight(l.fold, " .:") == name {
				return i, t
			}
		}
	}
	return -1, Type{}
}

// under gives the centred lines below the type until the text begins.
func (r *pageReader) under(at int) []printed {
	var out []printed
	last := r.first[at]
	for _, l := range r.first[at+1:] {
		switch {
		case strings.HasPrefix(l.fold, "kinh gui"), strings.HasPrefix(l.fold, "can cu"), strings.HasPrefix(l.fold, "thuc hien "), strings.HasPrefix(l.fold, "dieu 1"):
			return out
		case l.capitals() && len([]rune(l.Text)) > 4:
			return out
		case abs(l.centre()-last.centre()) > r.width*0.08, l.Box.Top-last.Box.Bottom > 2.2*last.Box.Height()+6:
			return out
		}
		if strings.Trim(l.Text, "-–—_ .") == "" {
			continue
		}
		out, last = append(out, l), l
	}
	return out
}

func abs(f float64) float64 { return max(f, -f) }

// deadline reads "trước ngày …" anywhere in the text, not earlier than the document.
func (r *pageReader) deadline() {
	var all strings.Builder
	var ends []int
	for _, l := range r.all {
		all.WriteString(l.fold)
		all.WriteByte(' ')
		ends = append(ends, all.Len())
	}
	issued := r.reading.Value(ReadIssued)
	for _, m := range readDue.FindAllStringSubmatchIndex(all.String(), 50) {
		part := func(i int) string { return all.String()[m[2*i]:m[2*i+1]] }
		due := day(part(3), part(2), part(1))
		if due == "" || issued != "" && due < issued {
			continue
		}
		at, _ := slices.BinarySearchFunc(ends, m[0], func(end, want int) int {
			if end <= want {
				return -1
			}
			return 1
		})
		sure := 0.8
		if issued == "" {
			sure = 0.5
		}
		r.say(ReadDue, due, sure, r.all[min(at, len(r.all)-1)])
		return
	}
}
