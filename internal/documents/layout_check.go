package documents

import (
	"context"
	"regexp"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// LayoutFinding is a departure of a draft from Phụ lục I or II and, when somebody answers for it, the waiver (D5.13).
type LayoutFinding struct {
	paper.Finding
	Place    PlaceOnPage // on an uploaded file
	Hint     bool        // spelling and citation that a machine cannot be sure of: never keeps a draft from being submitted
	Waived   bool
	Reason   string
	WaivedBy string
	WaivedAt store.Instant
}

// Ways of the setting documents.layout_check.
const (
	layoutOff   = "off"
	layoutWarn  = "warn"
	layoutBlock = "block"
)

// actWaive is history only: a finding about the layout was waived.
const actWaive Act = "waive"

type waiverRow struct {
	Code, Reason, PersonName string
	At                       store.Instant `db:"at_us"`
}

var (
	sqlWaivers  = store.SQL(`SELECT code, reason, person_name, at_us FROM documents_waivers WHERE agency_id = $1 AND outgoing_id = $2`)
	sqlPutWaive = store.SQL(`INSERT INTO documents_waivers (agency_id, outgoing_id, code, box, reason, person_id, holding_id, person_name, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (agency_id, outgoing_id, code) DO UPDATE SET reason = excluded.reason, person_id = excluded.person_id, holding_id = excluded.holding_id, person_name = excluded.person_name, at_us = excluded.at_us`)
)

// LayoutFindings lists what in a draft departs from the decree, in the order of the boxes, with what was waived. Nothing when the agency has
// turned the check off.
func LayoutFindings(ctx context.Context, r store.Reader, a store.Actor, id int64, on calendar.Date) ([]LayoutFinding, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	return o.layoutFindings(ctx, r, on)
}

func (o *Outgoing) layoutFindings(ctx context.Context, r store.Reader, on calendar.Date) ([]LayoutFinding, error) {
	way, err := store.Setting(ctx, r, o.AgencyID, "documents.layout_check", layoutWarn)
	if err != nil || way == layoutOff {
		return nil, err
	}
	out, uploaded, err := o.uploadedFindings(ctx, r)
	if err != nil {
		return nil, err
	}
	if !uploaded {
		doc, err := o.paper(ctx, r, on)
		if err != nil {
			return nil, err
		}
		for _, f := range paper.Check(doc) {
			out = append(out, LayoutFinding{Finding: f})
		}
	}
	rows, err := store.All[waiverRow](ctx, r, sqlWaivers, o.AgencyID, o.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range wording(o) {
		out = append(out, LayoutFinding{Finding: f, Hint: true})
	}
	for i := range out {
		for _, w := range rows {
			if w.Code == out[i].Code {
				out[i].Waived, out[i].Reason, out[i].WaivedBy, out[i].WaivedAt = true, w.Reason, w.PersonName, w.At
			}
		}
	}
	return out, nil
}

var (
	citedBare  = regexp.MustCompile(`(Nghị định|Nghị quyết|Quyết định|Thông tư|Chỉ thị|Kế hoạch|Công văn|Thông báo|Tờ trình|Báo cáo) (\d+/[\p{L}\d][\p{L}\d/\-]*)`)
	cited      = regexp.MustCompile(`(?:Nghị định|Nghị quyết|Quyết định|Thông tư|Chỉ thị|Kế hoạch|Công văn|Thông báo|Tờ trình|Báo cáo) số (\d+/[\p{L}\d][\p{L}\d/\-]*)`)
	citedOn    = regexp.MustCompile(`^\s*(?:,\s*)?ngày \d`)
	smallNames = regexp.MustCompile(`(?:^|[\s(“])(ủy ban nhân dân|uỷ ban nhân dân|hội đồng nhân dân|quốc hội|chính phủ|thủ tướng chính phủ|việt nam|đảng ủy|mặt trận tổ quốc)`)
)

// wording finds citations that lack what D5.10 asks of the first one, and names that Phụ lục II writes with capitals. One finding of a kind each.
func wording(o *Outgoing) []paper.Finding {
	var out []paper.Finding
	text := strings.Join(append(append([]string{o.Subject}, o.LegalBases...), o.Body), "\n")
	if m := citedBare.FindStringSubmatch(text); m != nil {
		out = append(out, paper.Finding{Box: "6", Code: "citation.number", Text: "Viện dẫn “{cited}” thiếu từ “số” trước số, ký hiệu của văn bản.", Args: map[string]any{"cited": m[0]}})
	}
	seen := map[string]bool{}
	for _, at := range cited.FindAllStringSubmatchIndex(text, -1) {
		code := text[at[2]:at[3]]
		if !seen[code] && !citedOn.MatchString(text[at[1]:]) {
			out = append(out, paper.Finding{Box: "6", Code: "citation.date", Text: "Viện dẫn lần đầu văn bản số {code} cần ghi đủ tên loại, số, ký hiệu, ngày ban hành, cơ quan ban hành và trích yếu.", Args: map[string]any{"code": code}})
			break
		}
		seen[code] = true
	}
	if m := smallNames.FindStringSubmatch(text); m != nil {
		out = append(out, paper.Finding{Box: "6", Code: "capitals.names", Text: "Tên cơ quan, tổ chức “{name}” viết hoa theo Phụ lục II khi chỉ một cơ quan, tổ chức cụ thể.", Args: map[string]any{"name": m[1]}})
	}
	return out
}

// MayWaive tells who answers for the layout (Đ.12 k.2): the registry clerk in person or, by the setting documents.layout_keeper = head, a head of unit.
func MayWaive(ctx context.Context, r store.Reader, a store.Actor) (bool, error) {
	keeper, err := store.Setting(ctx, r, a.Agency, "documents.layout_keeper", "clerk")
	if keeper == "head" {
		return a.Roles.Has(store.UnitHead) && a.For == 0 && a.Person != 0, err
	}
	return KeepsRegisters(a), err
}

// WaiveFinding lets a draft go on with one finding about its layout, with the reason, for as long as the finding stands (D5.13).
func WaiveFinding(ctx context.Context, tx *store.Tx, id int64, code, reason string) error {
	o, err := findHeld(ctx, tx, tx.Actor(), id)
	if err != nil {
		return err
	}
	may, err := MayWaive(ctx, tx, tx.Actor())
	if err == nil && !may {
		err = store.Refuse(store.Forbidden, "Chỉ người chịu trách nhiệm kiểm tra thể thức được bỏ qua lỗi thể thức, có nêu lý do. Văn bản được giữ nguyên.")
	}
	if err == nil && o.SignedAt != 0 {
		err = store.Refuse(store.Conflict, "Văn bản đã ký nên không còn kiểm tra thể thức được. Văn bản được giữ nguyên.")
	}
	if err == nil {
		reason, err = note(reason, 10)
	}
	if err != nil {
		return err
	}
	all, err := o.layoutFindings(ctx, tx, today(tx.Now()))
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Code != code {
			continue
		}
		who, _, err := nameActor(ctx, tx, tx.Actor())
		if err == nil {
			err = tx.Put(ctx, sqlPutWaive, o.AgencyID, o.ID, code, f.Box, reason, tx.Actor().Person, tx.Actor().Holding, who, tx.Now())
		}
		if err != nil {
			return err
		}
		return o.tell(ctx, tx, move{act: actWaive, verb: "document.layout_waived", note: reason, what: store.Say("Bỏ qua lỗi thể thức ở ô {box}.", "box", f.Box), data: map[string]string{"code": code}})
	}
	return store.Refuse(store.NotFound, "Lỗi thể thức này không còn trong văn bản. Hãy tải lại trang.")
}

// layoutAllows refuses to submit a draft with findings that nobody answers for, where the agency blocks them.
func (o *Outgoing) layoutAllows(ctx context.Context, tx *store.Tx) error {
	way, err := store.Setting(ctx, tx, o.AgencyID, "documents.layout_check", layoutWarn)
	if err != nil || way != layoutBlock {
		return err
	}
	all, err := o.layoutFindings(ctx, tx, today(tx.Now()))
	for _, f := range all {
		if !f.Hint && !f.Waived {
			return store.Refuse(store.Conflict, "Dự thảo còn lỗi thể thức ở ô {box}: {finding} Hãy sửa, hoặc đề nghị người kiểm tra thể thức bỏ qua có nêu lý do.", "box", f.Box, "finding", store.Message{Text: f.Text, Args: f.Args})
		}
	}
	return err
}
