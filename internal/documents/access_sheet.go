package documents

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Metadata is everything that describes a document, on one page and by right (V47): the fields of NĐ 30/2020, Phụ lục VI part II, its files and versions, its
// course, and, to its owner, the data of security control (V49).
type Metadata struct {
	XMLName xml.Name        `json:"-" xml:"Metadata"`
	Ref     string          `json:"ref" xml:"ref,attr"`
	Title   string          `json:"title" xml:"title,attr"`
	At      string          `json:"at" xml:"at,attr"` // when it was taken, 15:04 02/01/2006 in Hanoi
	Groups  []MetadataGroup `json:"groups" xml:"Group"`
}

// MetadataGroup is one part. Name is a key of i18n.
type MetadataGroup struct {
	Code   string          `json:"code" xml:"code,attr"`
	Name   string          `json:"name" xml:"name,attr"`
	Fields []MetadataField `json:"fields" xml:"Field"`
}

// MetadataField is one value with the decree's name of its field where it has one. Values are in Vietnamese, as kept.
type MetadataField struct {
	Code  string `json:"code,omitempty" xml:"code,attr,omitempty"`
	Name  string `json:"name" xml:"name,attr"`
	Value string `json:"value" xml:",chardata"`
}

func (g *MetadataGroup) add(code, name, value string) {
	if value != "" {
		g.Fields = append(g.Fields, MetadataField{code, name, value})
	}
}

func countText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func instantText(at store.Instant) string {
	if at == 0 {
		return ""
	}
	return minuteText(at)
}

// MetadataOf gathers the data of a document for those who see it; NotFound for others.
func MetadataOf(ctx context.Context, r store.Reader, a store.Actor, ref string) (*Metadata, error) {
	kind, id, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	m := &Metadata{Ref: ref, At: minuteText(instantOf(r))}
	switch kind {
	case "outgoing":
		o, err := FindOutgoing(ctx, r, a, id)
		if err != nil {
			return nil, err
		}
		ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), today(instantOf(r)))
		if err != nil {
			return nil, err
		}
		m.Title, m.Groups = o.Title(), append(m.Groups, outgoingFields(o, ag))
	case "incoming":
		d, err := FindIncoming(ctx, r, a, id)
		if err != nil {
			return nil, err
		}
		m.Title, m.Groups = d.name(), append(m.Groups, incomingFields(d))
	default:
		return nil, errNotFound()
	}
	return m, m.rest(ctx, r, a, ref)
}

func outgoingFields(o *Outgoing, ag *org.Agency) MetadataGroup {
	g := MetadataGroup{Code: "document", Name: "Dữ liệu của văn bản"}
	g.add("DocumentId", "Mã định danh văn bản", o.DocumentID)
	g.add("TypeName", "Tên loại văn bản", o.TypeName)
	g.add("CodeNumber", "Số của văn bản", countText(o.Number))
	g.add("CodeNotation", "Ký hiệu của văn bản", o.Notation)
	g.add("IssuedDate", "Ngày, tháng, năm văn bản", o.IssuedDate.Display())
	g.add("OrganName", "Tên cơ quan ban hành văn bản", ag.Name)
	g.add("OrganId", "Mã cơ quan ban hành văn bản", ag.Code)
	g.add("Subject", "Trích yếu nội dung", o.Subject)
	g.add("Language", "Ngôn ngữ", "Tiếng Việt")
	g.add("SignerInfo.Position", "Chức vụ của người ký", o.SignerPosition)
	g.add("SignerInfo.FullName", "Họ và tên người ký", o.SignerName)
	for _, v := range o.Receivers {
		g.add("To.OrganName", "Nơi nhận", v.Name)
	}
	g.add("Priority", "Mức độ khẩn", o.Urgency.Label())
	g.add("IssuedAmount", "Số lượng bản phát hành", countText(int64(o.KeptCopies)))
	g.add("DueDate", "Hạn trả lời văn bản", o.DueDate.Display())
	g.add("", "Trạng thái", o.State.Label())
	g.add("", "Người soạn", o.DrafterName)
	g.add("", "Đơn vị soạn", o.UnitName)
	g.add("", "Ký lúc", instantText(o.SignedAt))
	g.add("", "Ban hành lúc", instantText(o.IssuedAt))
	return g
}

func incomingFields(d *Incoming) MetadataGroup {
	g := MetadataGroup{Code: "document", Name: "Dữ liệu của văn bản"}
	g.add("DocumentId", "Mã định danh văn bản", d.DocumentID)
	g.add("TypeName", "Tên loại văn bản", d.TypeName)
	g.add("CodeNumber", "Số của văn bản", d.Number)
	g.add("CodeNotation", "Ký hiệu của văn bản", d.Notation)
	g.add("IssuedDate", "Ngày, tháng, năm văn bản", d.IssuedDate.Display())
	g.add("OrganName", "Tên cơ quan ban hành văn bản", d.SenderName)
	g.add("OrganId", "Mã cơ quan ban hành văn bản", d.SenderCode)
	g.add("Subject", "Trích yếu nội dung", d.Subject)
	g.add("Language", "Ngôn ngữ", d.Language)
	g.add("PageAmount", "Số trang của văn bản", countText(int64(d.PageAmount)))
	g.add("Description", "Ghi chú", d.Note)
	g.add("ArrivalDate", "Ngày, tháng, năm văn bản đến", d.ArrivedDate.Display())
	g.add("ArrivalNumber", "Số đến", countText(d.ArrivalNumber))
	g.add("SignerInfo.Position", "Chức vụ của người ký", d.SignerPosition)
	g.add("SignerInfo.FullName", "Họ và tên người ký", d.SignerName)
	g.add("Priority", "Mức độ khẩn", d.Urgency.Label())
	g.add("ToPlaces", "Đơn vị hoặc người nhận", d.LeadName)
	g.add("DueDate", "Hạn trả lời văn bản", orDate(d.HandleDue, d.DueDate).Display())
	g.add("", "Trạng thái", d.State.Label())
	g.add("", "Kết quả", d.Result)
	return g
}

func orDate(a, b calendar.Date) calendar.Date {
	if a != "" {
		return a
	}
	return b
}

// rest adds what is the same for every kind: files, course, readings and, to the owner, rights.
func (m *Metadata) rest(ctx context.Context, r store.Reader, a store.Actor, ref string) error {
	files, err := Files(ctx, r, a, ref)
	if err != nil {
		return err
	}
	g := MetadataGroup{Code: "files", Name: "Tệp"}
	for _, f := range files {
		g.add("", f.Name, fmt.Sprintf("%d byte; %s; SHA-256 %s; %d trang; chữ ký số: %s", f.Size, f.Media, f.SHA, f.Pages, VerdictLabel(orNone(f.Verdict))))
	}
	steps, err := Timeline(ctx, r, a, ref)
	if err != nil {
		return err
	}
	course := MetadataGroup{Code: "course", Name: "Quá trình xử lý"}
	for _, s := range steps {
		course.add("TraceHeaderList", instantText(s.At)+" "+s.Who, inVietnamese(s.What)+suffix(s.Note))
	}
	counts, err := AccessCounts(ctx, r, a, ref)
	if err != nil {
		return err
	}
	read := MetadataGroup{Code: "readings", Name: "Lượt truy cập"}
	for _, c := range counts {
		read.add("", AccessLabel(c.What), fmt.Sprintf("%d lượt, %d người", c.Count, c.People))
	}
	m.Groups = append(m.Groups, g, course, read)
	if !OwnsAccess(ctx, r, a, ref) {
		return nil
	}
	return m.control(ctx, r, a, ref)
}

// control adds the data of security control (V49).
func (m *Metadata) control(ctx context.Context, r store.Reader, a store.Actor, ref string) error {
	g := MetadataGroup{Code: "control", Name: "Kiểm soát an toàn"}
	limit, ok, err := RestrictionOf(ctx, r, a, ref)
	if err != nil {
		return err
	}
	if ok {
		g.add("Rights", "Giới hạn người xem", instantText(limit.At)+", "+limit.ByName+": "+limit.Reason)
	}
	grants, err := Grants(ctx, r, a, ref)
	if err != nil {
		return err
	}
	for i := range grants {
		x := &grants[i]
		end := ""
		if x.EndedAt != 0 {
			end = "; thu hồi " + instantText(x.EndedAt) + ": " + x.EndedReason
		}
		g.add("Rights", instantText(x.At)+" "+x.ByName, inVietnamese(x.words())+suffix(x.Reason)+end)
	}
	changes, err := RightChangesOf(ctx, r, a, ref)
	if err != nil {
		return err
	}
	for _, c := range changes {
		state := "chưa xác nhận"
		if c.ConfirmedAt != 0 {
			state = "đã xác nhận " + instantText(c.ConfirmedAt) + ", " + c.ConfirmedName
		}
		g.add("", instantText(c.At)+" "+c.ByName, inVietnamese(c.What)+" ("+state+")")
	}
	frozen, err := FrozenBy(ctx, r, a.Agency, ref)
	for _, f := range frozen {
		g.add("", "Đóng băng", f.Number+" ngày "+f.On.Display()+": "+f.Reason)
	}
	m.Groups = append(m.Groups, g)
	return err
}

func orNone(verdict string) string {
	if verdict == "" {
		return VerdictNone
	}
	return verdict
}

func suffix(note string) string {
	if note == "" {
		return ""
	}
	return " – " + note
}

// inVietnamese is a sentence of the history in Vietnamese.
func inVietnamese(m store.Message) string { return viText(m.Text, m.Args) }

// XML is the metadata as a file for other systems.
func (m *Metadata) XML() ([]byte, error) {
	b, err := xml.MarshalIndent(m, "", "  ")
	return append([]byte(xml.Header), append(b, '\n')...), err
}

// MetadataSheet prints the metadata of a document as PDF, marked with who took it and when (V43, V44).
func MetadataSheet(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]byte, error) {
	m, err := MetadataOf(ctx, r, a, ref)
	if err != nil {
		return nil, err
	}
	now := instantOf(r)
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(a.Agency), today(now))
	if err != nil {
		return nil, err
	}
	line, err := MarkLine(ctx, r, a)
	if err != nil {
		return nil, err
	}
	out := paper.Book{ParentAgency: ag.ParentName, Agency: ag.Name, Title: "Dữ liệu đặc tả của văn bản " + m.Title, Year: today(now).Year(), Made: now.Time(),
		Columns: []paper.Column{{Head: "Nhóm", Share: 14}, {Head: "Trường", Share: 28}, {Head: "Mã trường", Share: 14}, {Head: "Giá trị", Share: 44}}, PrintNote: line}
	for _, g := range m.Groups {
		for _, f := range g.Fields {
			out.Entries = append(out.Entries, paper.Entry{Cells: []string{g.Name, f.Name, f.Code, f.Value}})
		}
	}
	res, err := paper.Register(out)
	if err != nil {
		return nil, fmt.Errorf("metadata sheet of %s: %w", ref, err)
	}
	return res.PDF, nil
}
