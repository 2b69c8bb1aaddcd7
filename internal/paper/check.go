package paper

import (
	"regexp"
	"strings"
	"unicode"

	"congvu/internal/typeface"
)

// Finding is a departure from NĐ 30/2020, Phụ lục I, in a draft. Text is a Vietnamese sentence with {names} of Args. Only the
// person responsible for layout may waive one, with a reason (D5.13).
type Finding struct {
	Box  string // number of the box in Phụ lục I, mục IV
	Code string // stable name
	Text string
	Args map[string]any
}

var (
	digits       = regexp.MustCompile(`^[0-9]{1,10}$`)
	honorific    = regexp.MustCompile(`(?i)^(GS|PGS|TS|TSKH|ThS|BS|BSCK|KS|CN|LS|NGƯT|NGND|NSƯT|NSND|Giáo sư|Phó Giáo sư|Tiến sĩ|Thạc sĩ|Bác sĩ|Kỹ sư|Cử nhân)[. ]`)
	basisOpening = regexp.MustCompile(`^(Căn cứ|Theo đề nghị|Xét|Thực hiện) `)
)

type checker struct {
	doc      *Document
	findings []Finding
}

// Check reads a draft as the person responsible for layout would, and lists what breaks the decree, in the order of the boxes.
// Number and date may be missing: they are given when the document is issued. An empty list means that nothing was found.
func Check(doc Document) []Finding {
	doc = doc.tidied()
	c := &checker{doc: &doc}
	c.agency()
	c.notation()
	c.title()
	c.body()
	c.signer()
	c.receivers()
	c.letters()
	return c.findings
}

func (c *checker) find(bad bool, box, code, text string) {
	if bad {
		c.findings = append(c.findings, Finding{Box: box, Code: code, Text: text})
	}
}

func (c *checker) agency() {
	c.find(c.doc.Agency == "", "2", "agency.missing", "Chưa ghi tên cơ quan, tổ chức ban hành văn bản.")
}

func (c *checker) notation() {
	d := c.doc
	c.find(d.Notation == "", "3", "notation.missing", "Chưa có ký hiệu của văn bản.")
	c.find(strings.ContainsAny(d.Notation, " \u00a0"), "3", "notation.space", "Ký hiệu của văn bản không được có khoảng trắng; giữa các nhóm chữ viết tắt chỉ dùng dấu gạch nối (-).")
	word := strings.ToLower(d.Notation)
	c.find(strings.HasPrefix(word, "số:") || strings.HasPrefix(word, "số "), "3", "notation.word",
		"Ký hiệu của văn bản không ghi kèm từ “Số”; từ “Số” đã có sẵn trong mẫu trình bày.")
	c.find(strings.Contains(d.Notation, "/"), "3", "notation.slash", "Ký hiệu của văn bản không ghi kèm số và dấu gạch chéo (/); hai phần này đã có sẵn trong mẫu trình bày.")
	c.find(d.Notation != "" && !strings.Contains(d.Notation, "-"), "3", "notation.groups",
		"Ký hiệu của văn bản phải gồm hai nhóm chữ viết tắt nối với nhau bằng dấu gạch nối (-), ví dụ QĐ-UBND.")
	c.find(d.Number != "" && !digits.MatchString(d.Number), "3", "number.digits", "Số của văn bản chỉ ghi bằng chữ số Ả Rập, không quá 10 chữ số.")
	c.find(d.Place == "", "4", "place.missing", "Chưa ghi địa danh ban hành văn bản.")
	c.find(strings.HasSuffix(d.Place, ","), "4", "place.comma", "Địa danh không ghi kèm dấu phẩy (,); dấu này đã có sẵn trong mẫu trình bày.")
	c.find(c.lineTooLong(), "4", "place.long", "Địa danh quá dài, không đủ chỗ trên cùng dòng với số, ký hiệu của văn bản.")
	c.find(d.Place != "" && !startsUpper(d.Place), "4", "place.capital", "Chữ cái đầu của địa danh phải viết hoa.")
}

// lineTooLong measures boxes 3 and 4, which share a line.
func (c *checker) lineTooLong() bool {
	l := newLayout(c.doc)
	number := typeface.Tinos(typeface.Regular).Width("Số: "+widestNumber+"/"+c.doc.Notation, numberSize)
	return number+columnGap+l.dateWidth() > l.width
}

func (c *checker) title() {
	d, box := c.doc, c.subjectBox()
	c.find(d.typeName() == "", "5a", "type.missing", "Chưa ghi tên loại văn bản.")
	c.find(d.Subject == "", box, "subject.missing", "Chưa ghi trích yếu nội dung văn bản.")
	c.find(strings.HasSuffix(d.Subject, "."), box, "subject.period", "Trích yếu nội dung văn bản không có dấu chấm ở cuối.")
	c.find(d.Form == Letter && strings.HasPrefix(strings.ToLower(d.Subject), "v/v"), box, "subject.word",
		"Trích yếu nội dung công văn không ghi kèm “V/v”; cụm từ này đã có sẵn trong mẫu trình bày.")
}

func (c *checker) subjectBox() string {
	if c.doc.Form == Letter {
		return "5b"
	}
	return "5a"
}

func (c *checker) body() {
	d := c.doc
	decides := d.Form == Decision || d.Form == DecisionOnText || d.Form == Resolution
	c.find(decides && d.Authority == "", "6", "authority.missing", "Chưa ghi thẩm quyền ban hành văn bản dưới phần trích yếu.")
	c.find(decides && len(d.LegalBases) == 0, "6", "bases.missing", "Chưa ghi căn cứ ban hành văn bản.")
	for _, b := range d.LegalBases {
		if !basisOpening.MatchString(b) {
			c.findings = append(c.findings, Finding{Box: "6", Code: "bases.opening",
				Text: "Căn cứ “{basis}” phải mở đầu bằng “Căn cứ” hoặc “Theo đề nghị”.", Args: map[string]any{"basis": b}})
		}
	}
	text := strings.TrimSpace(d.Body)
	c.find(text == "", "6", "body.missing", "Văn bản chưa có nội dung.")
	c.find(text != "" && !strings.HasSuffix(text, "./."), "6", "body.end", "Nội dung văn bản phải kết thúc bằng dấu “./.”.")
}

func (c *checker) signer() {
	d := c.doc
	last := -1
	for _, line := range d.Capacity {
		rank, known := capacityRank[line.Prefix]
		if !known {
			c.findings = append(c.findings, Finding{Box: "7a", Code: "capacity.prefix",
				Text: "Quyền hạn “{prefix}” không đúng quy định; chỉ dùng TM., Q., KT., TL. hoặc TUQ.", Args: map[string]any{"prefix": line.Prefix}})
			continue
		}
		c.find(line.Office == "", "7a", "capacity.office", "Sau chữ viết tắt quyền hạn phải ghi tên tập thể, cơ quan hoặc chức vụ của người đứng đầu.")
		c.find(rank <= last, "7a", "capacity.order", "Thứ tự các dòng quyền hạn chưa đúng: dòng TM. đứng trước, dòng KT. của cấp phó đứng cuối cùng.")
		last = rank
	}
	acting := len(d.Capacity) > 0 && d.Capacity[len(d.Capacity)-1].Prefix == "Q."
	c.find(d.SignerPosition == "" && !acting, "7a", "position.missing", "Chưa ghi chức vụ của người ký.")
	c.find(d.SignerName == "", "7b", "name.missing", "Chưa ghi họ và tên người ký.")
	c.find(honorific.MatchString(d.SignerName), "7b", "name.title",
		"Trước họ tên người ký không ghi học hàm, học vị hoặc danh hiệu, trừ trường hợp cơ quan quản lý ngành, lĩnh vực có quy định.")
	c.find(d.SignerName != "" && d.SignerName == upper(d.SignerName), "7b", "name.capitals", "Họ và tên người ký trình bày bằng chữ in thường.")
}

// capacityRank orders the lines of box 7a: by whose right, then in whose stead (D6.2, D6.5).
var capacityRank = map[string]int{"TM.": 0, "TL.": 1, "TUQ.": 1, "Q.": 2, "KT.": 3}

func (c *checker) receivers() {
	d := c.doc
	c.find(len(d.Addressees) == 0 && d.Form == Letter, "9a", "addressees.missing", "Công văn chưa ghi nơi nhận sau từ “Kính gửi”.")
	c.find(len(d.Addressees) == 0 && d.Form == Invitation, "6", "invited.missing", "Giấy mời chưa ghi cơ quan, tổ chức hoặc người được mời.")
	c.find(len(d.Addressees) == 0 && len(d.Receivers) == 0, "9b", "receivers.missing", "Chưa ghi nơi nhận văn bản.")
	c.find(d.FileUnit == "", "9b", "unit.missing", "Dòng “Lưu: VT” chưa ghi chữ viết tắt tên đơn vị hoặc bộ phận soạn thảo.")
	switch d.Urgency {
	case Ordinary, Urgent, VeryUrgent, Express:
	default:
		c.find(true, "10b", "urgency.unknown", "Mức độ khẩn chỉ gồm khẩn, thượng khẩn và hỏa tốc.")
	}
}

// letters finds characters that cannot be printed, such as symbols pasted from elsewhere.
func (c *checker) letters() {
	d := c.doc
	for _, part := range []struct {
		box   string
		texts []string
	}{
		{"2", []string{d.ParentAgency, d.Agency}}, {"3", []string{d.Notation}}, {"4", []string{d.Place}}, {c.subjectBox(), []string{d.typeName(), d.Subject}},
		{"6", append([]string{d.Authority, tidy(d.Body), d.Meeting.Event, d.Meeting.Chair, d.Meeting.Time, d.Meeting.Place}, d.LegalBases...)},
		{"7a", append(offices(d.Capacity), d.SignerPosition)}, {"7b", []string{d.SignerOffice, d.SignerName}}, {"9a", d.Addressees},
		{"9b", append([]string{d.FileUnit, d.TypistMark}, d.Receivers...)},
		{"11", []string{d.Circulation}}, {"13", d.Address},
	} {
		if missing := typeface.Tinos(typeface.Regular).Missing(strings.Join(part.texts, " ")); missing != nil {
			c.findings = append(c.findings, Finding{Box: part.box, Code: "letters.missing",
				Text: "Phông chữ của văn bản không có ký tự {characters}; hãy thay hoặc xóa ký tự này.", Args: map[string]any{"characters": string(missing)}})
		}
	}
}

func offices(lines []CapacityLine) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Prefix+" "+l.Office)
	}
	return out
}

func startsUpper(s string) bool {
	for _, r := range s {
		return unicode.IsUpper(r) || unicode.IsDigit(r)
	}
	return false
}
