package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"congvu/internal/keys"
	"congvu/internal/pades"
)

// Outcome is the verdict on a bundle, or on one point of it.
type Outcome string

// The outcomes, from good to bad.
const (
	Holds      Outcome = "holds"
	Incomplete Outcome = "incomplete"
	Broken     Outcome = "broken"
)

// ExitCode is the process's answer: 0 holds, 1 does not, 2 incomplete.
func (o Outcome) ExitCode() int { return map[Outcome]int{Holds: 0, Broken: 1, Incomplete: 2}[o] }

// Point is one thing that was looked at, in one sentence.
type Point struct {
	Outcome Outcome        `json:"outcome"`
	Text    string         `json:"text"`
	Args    map[string]any `json:"args,omitempty"`
}

// Reason gives the sentence for the user.
func (p Point) Reason() (string, map[string]any) { return p.Text, p.Args }

// Report is what Verify found, in the order in which people ask.
type Report struct {
	Outcome Outcome `json:"outcome"`
	Points  []Point `json:"points"`
}

// Title is the verdict in a few words.
func (r *Report) Title() Point {
	c := &checking{Report: &Report{}}
	switch r.Outcome {
	case Holds:
		c.say(Holds, "Chứng cứ đứng vững")
	case Incomplete:
		c.say(Incomplete, "Chứng cứ chưa đủ căn cứ để kết luận")
	default:
		c.say(Broken, "Chứng cứ không đứng vững")
	}
	return c.Points[0]
}

// Options are what the reader brings himself: nothing in a bundle vouches for the bundle.
type Options struct {
	LogKeys   []Key             // keys of logs that the reader has from elsewhere
	Witnesses []Key             // keys of witnesses that the reader has from elsewhere
	Need      int               // witnesses wanted; -1 = none; 0 = as many as the bundle says
	Trust     *keys.Trust       // anchors for the certificates of receipts and files; nil = they are not judged
	Files     map[string]string // SHA-256 (hex) → name of files that the reader holds
	At        time.Time         // the present
}

type checking struct {
	*Report
	b   *Bundle
	opt Options

	size int64
	root Hash
	ok   bool // there is a checkpoint to prove against
}

func (c *checking) say(o Outcome, text string, pairs ...any) {
	p := Point{Outcome: o, Text: text}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Args == nil {
			p.Args = map[string]any{}
		}
		p.Args[pairs[i].(string)] = pairs[i+1]
	}
	c.Points = append(c.Points, p)
}

// Verify judges a bundle by itself and by what the reader brings. It needs no network.
func Verify(b *Bundle, opt Options) *Report {
	c := &checking{Report: &Report{}, b: b, opt: opt}
	c.document()
	c.checkpoint()
	c.lines()
	c.rows()
	c.parcels()
	c.receipts()
	c.files()
	c.Outcome = Holds
	for _, p := range c.Points {
		if p.Outcome == Broken || p.Outcome == Incomplete && c.Outcome == Holds {
			c.Outcome = p.Outcome
		}
	}
	return c.Report
}

func moment(us int64) time.Time { return time.UnixMicro(us) }

func (c *checking) document() {
	d := c.b.Document
	switch d.Direction {
	case "outgoing":
		c.say(Holds, "Văn bản {code} ngày {day} của {agency} ({agency_code}): {subject}", "code", d.Code, "day", d.Issued, "agency", d.AgencyName, "agency_code", d.AgencyCode, "subject", d.Subject)
	case "incoming":
		c.say(Holds, "Văn bản {code} ngày {day} của {sender}, do {agency} ({agency_code}) nhận: {subject}", "code", d.Code, "day", d.Issued, "sender", d.SenderName, "agency", d.AgencyName,
			"agency_code", d.AgencyCode, "subject", d.Subject)
	default:
		c.say(Broken, "Tệp chứng cứ không nói rõ là văn bản đi hay văn bản đến.")
	}
}

// checkpoint judges who signed the log's state, and how far the reader may believe the keys.
func (c *checking) checkpoint() {
	log, err := ParseKey(c.b.LogKey)
	if err != nil || log.Witness {
		c.say(Broken, "Khóa của nhật ký trong tệp chứng cứ không đọc được.")
		return
	}
	var witnesses []Key
	for _, text := range c.b.Witnesses {
		k, err := ParseKey(text)
		if err != nil || !k.Witness {
			c.say(Broken, "Khóa của bên làm chứng trong tệp chứng cứ không đọc được.")
			return
		}
		witnesses = append(witnesses, k)
	}
	for _, k := range c.opt.Witnesses {
		if k.Witness && !slices.ContainsFunc(witnesses, func(w Key) bool { return w.String() == k.String() }) {
			witnesses = append(witnesses, k)
		}
	}
	seen, err := OpenCheckpoint(c.b.Checkpoint, log, witnesses...)
	if err != nil {
		c.say(Broken, "Điểm kiểm tra của nhật ký không mang chữ ký đúng.")
		return
	}
	c.size, c.root, c.ok = seen.Size, seen.Root, true
	c.say(Holds, "Nhật ký {origin} đã ký điểm kiểm tra gồm {size} lá lúc {at}.", "origin", seen.Origin, "size", seen.Size, "at", time.Unix(seen.At, 0))
	need, known := c.b.Need, 0
	if c.opt.Need != 0 {
		need = max(c.opt.Need, 0)
	}
	for _, w := range seen.Witnesses {
		mine := slices.ContainsFunc(c.opt.Witnesses, func(k Key) bool { return k.String() == w.Key.String() })
		if mine {
			known++
			c.say(Holds, "Bên làm chứng {name} đã ký xác nhận lúc {at}; khóa khớp khóa ông/bà đưa vào.", "name", w.Key.Name, "at", w.At)
		} else {
			c.say(Holds, "Bên làm chứng {name} đã ký xác nhận lúc {at}; khóa lấy từ chính tệp chứng cứ.", "name", w.Key.Name, "at", w.At)
		}
	}
	if len(seen.Witnesses) < need {
		c.say(Incomplete, "Mới có {have} bên làm chứng ký xác nhận, cần {need}.", "have", len(seen.Witnesses), "need", need)
	}
	pinned := slices.ContainsFunc(c.opt.LogKeys, func(k Key) bool { return k.String() == log.String() })
	switch {
	case pinned:
		c.say(Holds, "Khóa của nhật ký khớp khóa ông/bà đưa vào.")
	case known > 0 && known >= need:
		c.say(Holds, "Khóa của nhật ký được bên làm chứng mà ông/bà biết xác nhận.")
	case slices.ContainsFunc(c.opt.LogKeys, func(k Key) bool { return k.Name == log.Name }):
		c.say(Broken, "Khóa của nhật ký trong tệp chứng cứ không phải khóa mà ông/bà có của {origin}.", "origin", log.Name)
	default:
		c.say(Incomplete, "Khóa của nhật ký lấy từ chính tệp chứng cứ; cần đối chiếu với khóa mà cơ quan công bố (địa chỉ /log/keys).")
	}
}

// inLog checks that a leaf stands in the log that was signed.
func (c *checking) inLog(index int64, path []Hash, leaf Hash) bool {
	return c.ok && index >= 0 && index < c.size && tlog.CheckRecord(path, c.size, c.root, index, leaf) == nil
}

// acts are the verbs that people ask about, in their words.
var acts = map[string]string{
	"document.signed": "ký", "document.numbered": "cấp số", "document.sealed": "đóng dấu", "document.issued": "phát hành",
	"document.arrived": "văn bản đến", "document.entered": "nhập văn bản đến", "document.registered": "đăng ký, cấp số đến", "document.refused": "từ chối tiếp nhận",
	"document.recalled": "thu hồi", "parcel.packed": "đóng gói tin để gửi", "parcel.received": "nhận gói tin", "parcel.duplicated": "nhận lại gói tin đã có",
	"delivery.queued": "xếp hàng gửi", "delivery.changed": "phản hồi của nơi nhận", "delivery.flagged": "phản hồi cần xem lại", "delivery.failed": "gửi không được",
	"delivery.resent": "gửi lại", "delivery.late": "nơi nhận chậm phản hồi", "proof.exported": "xuất chứng cứ",
}

func (c *checking) lines() {
	if len(c.b.Lines) == 0 {
		c.say(Incomplete, "Tệp chứng cứ không có dòng nhật ký nào.")
	}
	for _, l := range c.b.Lines {
		what := Point{Text: acts[l.Verb]}
		if what.Text == "" {
			what.Text = l.Verb
		}
		var who any = l.Who
		if l.Who == "" && l.Person == 0 {
			who = Point{Text: "hệ thống"}
		}
		switch {
		case l.Agency != c.b.Document.Agency || l.Ref != c.b.Document.Ref:
			c.say(Broken, "Dòng nhật ký {id} không phải của văn bản này.", "id", fmt.Sprint(l.ID))
		case !c.inLog(l.Index, l.Path, l.Leaf()):
			c.say(Broken, "Dòng nhật ký «{what}» lúc {at} KHÔNG có trong nhật ký đã ký.", "what", what, "at", moment(l.At))
		case len(l.Salt) == 0:
			c.say(Holds, "«{what}» lúc {at}, {who}: có trong nhật ký ở lá {index}; lời đã được rút theo quy định.", "what", what, "at", moment(l.At), "who", who, "index", l.Index)
		case !l.says():
			c.say(Broken, "Lời của dòng nhật ký «{what}» lúc {at} không phải lời đã niêm phong.", "what", what, "at", moment(l.At))
		default:
			c.say(Holds, "«{what}» {title} lúc {at}, {who}: có trong nhật ký ở lá {index}.", "what", what, "title", l.Title, "at", moment(l.At), "who", who, "index", l.Index)
		}
	}
}

// says tells whether title and data are those that were sealed.
func (l Line) says() bool {
	notify, forgets, words := Told(l.Data)
	return Commit(l.Salt, l.Title, words) == l.Words && slices.Equal(notify, l.Notify) && forgets == l.Forgets
}

// registered is what of the register's rows is compared with the bundle's own words.
type registered struct {
	DocumentID, Number, Notation, NumberText, IssuedDate, Subject string
	SenderCode, SenderName                                        string
	ArrivedUs                                                     int64
	ArrivalNumber, ArrivalYear                                    json.Number
	Files                                                         []struct{ Name, SHA string }
}

// read takes the rows apart: the document, its numbers, its receivers, its files.
func (r *registered) read(text string) error {
	var parts []json.RawMessage
	if err := json.Unmarshal([]byte(text), &parts); err != nil || len(parts) != 4 {
		return ErrBundle
	}
	var head struct {
		DocumentID, NumberText, IssuedDate, Notation, Subject string
		SenderCode, SenderName                                string
		ArrivedUs                                             int64
		Number                                                any
		ArrivalNumber, ArrivalYear                            int64
	}
	if err := json.Unmarshal(parts[0], &head); err != nil {
		return err
	}
	r.DocumentID, r.NumberText, r.IssuedDate, r.Notation, r.Subject = head.DocumentID, head.NumberText, head.IssuedDate, head.Notation, head.Subject
	r.Number, r.SenderCode, r.SenderName, r.ArrivedUs = fmt.Sprint(head.Number), head.SenderCode, head.SenderName, head.ArrivedUs
	if head.ArrivalNumber > 0 {
		r.ArrivalNumber, r.ArrivalYear = json.Number(fmt.Sprint(head.ArrivalNumber)), json.Number(fmt.Sprint(head.ArrivalYear))
	}
	return json.Unmarshal(parts[3], &r.Files)
}

// rows checks that number, dates and files of the document are those that were sealed.
func (c *checking) rows() {
	r := c.b.Rows
	if r == nil {
		c.say(Incomplete, "Tệp chứng cứ không có phần niêm phong số, ngày và mã băm tệp của văn bản.")
		return
	}
	d := c.b.Document
	if !c.inLog(r.Index, r.Path, RowsLeaf(d.Agency, d.Ref, r.Entry, r.Words)) || Commit(r.Salt, RowsTitle, JoinRows(r.Register, r.Carried)) != r.Words {
		c.say(Broken, "Phần niêm phong số, ngày và tệp của văn bản KHÔNG có trong nhật ký đã ký.")
		return
	}
	var in registered
	if err := in.read(r.Register); err != nil {
		c.say(Broken, "Phần niêm phong số, ngày và tệp của văn bản không đọc được.")
		return
	}
	code, arrival := in.NumberText, ""
	if d.Direction == "incoming" {
		code = joinCode(in.Number, in.Notation)
		if in.ArrivalNumber != "" {
			arrival = in.ArrivalNumber.String() + "/" + in.ArrivalYear.String()
		}
	}
	if code != d.Code || in.IssuedDate != d.Issued || in.DocumentID != d.DocumentID || in.Subject != d.Subject || arrival != d.ArrivalNumber ||
		in.SenderCode != d.SenderCode || in.SenderName != d.SenderName || in.ArrivedUs != d.ArrivedAt {
		c.say(Broken, "Số, ngày, trích yếu hoặc số đến ghi trong tệp chứng cứ khác với sổ đã niêm phong ({code}, ngày {day}).", "code", code, "day", in.IssuedDate)
		return
	}
	for _, f := range c.b.Files {
		if !slices.ContainsFunc(in.Files, func(x struct{ Name, SHA string }) bool { return x.SHA == f.SHA256 && x.Name == f.Name }) {
			c.say(Broken, "Tệp {name} với mã băm {sha} không có trong sổ đã niêm phong.", "name", f.Name, "sha", f.SHA256)
			return
		}
	}
	if d.Direction == "incoming" && arrival != "" {
		c.say(Holds, "Sổ đã niêm phong ghi {agency} nhận văn bản lúc {at}, số đến {number}.", "agency", d.AgencyName, "at", moment(d.ArrivedAt), "number", arrival)
	}
	c.say(Holds, "Số, ngày, trích yếu và mã băm của {count} tệp khớp sổ đã niêm phong ở lá {index}.", "count", len(c.b.Files), "index", r.Index)
}

func joinCode(number, notation string) string {
	if notation == "" {
		return number
	}
	return number + "/" + notation
}

// parcels ties the messages that travelled to the journal.
func (c *checking) parcels() {
	for _, p := range c.b.Parcels {
		if p.Content != nil && hexSum(p.Content) != p.SHA256 {
			c.say(Broken, "Gói tin {id} kèm trong tệp chứng cứ không có mã băm đã ghi.", "id", p.ID)
			continue
		}
		verb := map[string]string{"out": "parcel.packed", "in": "parcel.received"}[p.Direction]
		sealed := false
		for _, l := range c.b.Lines {
			var told struct {
				Data struct {
					Parcel string `json:"parcel"`
					SHA    string `json:"sha256"`
				} `json:"data"`
			}
			if (l.Verb == verb || p.Direction == "in" && l.Verb == "parcel.duplicated") && len(l.Salt) > 0 && json.Unmarshal([]byte(l.Data), &told) == nil {
				sealed = sealed || told.Data.Parcel == p.ID && told.Data.SHA == p.SHA256
			}
		}
		if sealed {
			c.say(Holds, "Mã băm của gói tin {id} khớp dòng nhật ký đã niêm phong.", "id", p.ID)
		} else {
			c.say(Incomplete, "Không có dòng nhật ký nào xác nhận mã băm của gói tin {id}.", "id", p.ID)
		}
	}
}

// files judges the files that came along, and those that the reader holds.
func (c *checking) files() {
	for _, f := range c.b.Files {
		if name, held := c.opt.Files[f.SHA256]; held {
			c.say(Holds, "Tệp {name} của ông/bà đúng là tệp {file} của văn bản.", "name", name, "file", f.Name)
		}
		if f.Content == nil {
			continue
		}
		if hexSum(f.Content) != f.SHA256 || int64(len(f.Content)) != f.Size {
			c.say(Broken, "Tệp {name} kèm trong tệp chứng cứ không có mã băm đã ghi.", "name", f.Name)
			continue
		}
		if c.opt.Trust == nil || !bytes.HasPrefix(f.Content, []byte("%PDF-")) {
			continue
		}
		report, err := pades.Verify(f.Content, pades.VerifyOptions{At: c.opt.At, Trust: c.opt.Trust, RevocationOptional: c.opt.Trust.AllowTest})
		switch {
		case err != nil || report.Outcome == pades.Failed || report.Outcome == pades.Unreadable:
			c.say(Broken, "Chữ ký số trong tệp {name} không hợp lệ.", "name", f.Name)
		case report.Outcome == pades.Passed:
			c.say(Holds, "Chữ ký số trong tệp {name} hợp lệ.", "name", f.Name)
		default:
			c.say(Incomplete, "Chữ ký số trong tệp {name} chưa đủ căn cứ để kết luận.", "name", f.Name)
		}
	}
	for sha, name := range c.opt.Files {
		if !slices.ContainsFunc(c.b.Files, func(f File) bool { return f.SHA256 == sha }) {
			c.say(Broken, "Tệp {name} của ông/bà không phải tệp nào của văn bản.", "name", name)
		}
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Safe is a short name of the document for a file.
func (d Document) Safe() string {
	name := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, d.Code)
	if len(name) > 60 {
		name = name[:60]
	}
	return strings.Trim(name, "-.")
}
