package documents

import (
	"io"
	"slices"
	"strings"
	"testing"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// template keeps a new template of the clerk's.
func (h *house) template(f TemplateForm) *Template {
	h.t.Helper()
	var t *Template
	h.do(h.clerk, func(tx *store.Tx) (err error) { t, err = SaveTemplate(bg, tx, f); return })
	return t
}

func notice() TemplateForm {
	return TemplateForm{TypeCode: "THONG_BAO", Name: "Thông báo nghỉ lễ", Note: "Dùng hằng năm", Content: TemplateContent{Subject: "Về việc nghỉ {{Dịp lễ}}",
		Body:   "{{Tên cơ quan}} thông báo nghỉ {{dịp lễ}} từ {{Từ ngày}}, trực tại {{Đơn vị soạn thảo}}.\n{{Ghi chú}}\nCa trực: {{Ca}}; số người: {{Số người}}./.",
		Fields: []TemplateField{{Name: "Từ ngày", Kind: FieldDate}, {Name: "Ghi chú", Kind: FieldText, Optional: true}, {Name: "Ca", Kind: FieldChoice, Choices: []string{"Sáng", "Chiều"}}, {Name: "Số người", Kind: FieldNumber}}}}
}

// V1: screen /templates; api POST /templates; command remote template-save
func TestADraftBeginsFromATemplateWithItsFieldsFilled(t *testing.T) {
	h := newHouse(t)
	x := h.template(notice())
	asked, err := AskedFields(bg, h.DB, h.drafter, x, BeginForm{}, "2026-11-23")
	must(t, err)
	if len(asked) != 5 || asked[0].Name != "Dịp lễ" || asked[1].Kind != FieldDate || !asked[2].Optional {
		t.Fatalf("asked %+v", asked)
	}
	values := map[string]string{"dip le": "Quốc khánh 02/9", "Từ ngày": "02/09/2026", "Ca": "Sáng", "Số người": "3"}
	o, err := BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{Values: values})
	must(t, err)
	want := "Ủy ban nhân dân xã Vĩnh Lĩnh thông báo nghỉ Quốc khánh 02/9 từ ngày 02 tháng 9 năm 2026, trực tại Phòng Văn hóa – Xã hội.\nCa trực: Sáng; số người: 3./."
	if o.Subject != "Về việc nghỉ Quốc khánh 02/9" || o.Body != want || o.TypeCode != "THONG_BAO" || o.DrafterID != h.drafter.Person {
		t.Fatalf("draft %q: %q", o.Subject, o.Body)
	}
	steps, err := Timeline(bg, h.DB, h.drafter, o.Ref())
	must(t, err)
	if !slices.ContainsFunc(steps, func(s Step) bool {
		return strings.Contains(s.What.Text, "Bắt đầu từ mẫu") && s.What.Args["name"] == "Thông báo nghỉ lễ"
	}) {
		t.Errorf("the history does not name the template: %+v", steps)
	}
	for name, bad := range map[string]map[string]string{"nothing": {}, "no day": {"Dịp lễ": "a", "Từ ngày": "31/02/2026", "Ca": "Sáng", "Số người": "3"}, "no choice": {"Dịp lễ": "a", "Từ ngày": "01/02/2026", "Ca": "Tối", "Số người": "3"},
		"no number": {"Dịp lễ": "a", "Từ ngày": "01/02/2026", "Ca": "Sáng", "Số người": "ba"}, "no such field": {"Dịp lễ": "a", "Từ ngày": "01/02/2026", "Ca": "Sáng", "Số người": "3", "Khác": "b"}} {
		_, err := BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{Values: bad})
		refused(t, err, store.Invalid, name)
	}
}

// A value is text: braces in it are no marks.
func TestAValueOfATemplateIsNotReadAgain(t *testing.T) {
	h := newHouse(t)
	x := h.template(TemplateForm{TypeCode: "CONG_VAN", Name: "Một", Content: TemplateContent{Subject: "{{A}}", Body: "{{A}} {{B}}./."}})
	o, err := BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{Values: map[string]string{"A": "{{B}}", "B": "{{A}}"}})
	must(t, err)
	if o.Body != "{{B}} {{A}}./." {
		t.Errorf("%q", o.Body)
	}
}

func TestTemplatesAreKeptByTheRegistryAndSeenInTheirAgency(t *testing.T) {
	h := newHouse(t)
	x := h.template(notice())
	for name, who := range map[string]store.Actor{"drafter": h.drafter, "head": h.head, "foreign clerk": h.foreignClerk} {
		kind := store.Forbidden
		if name == "foreign clerk" {
			kind = store.NotFound
		}
		refused(t, h.try(who, func(tx *store.Tx) error {
			_, err := SaveTemplate(bg, tx, TemplateForm{Key: x.Key(), Name: "Khác", Content: x.Content})
			return err
		}), kind, name)
		refused(t, h.try(who, func(tx *store.Tx) error { _, err := SwitchTemplate(bg, tx, x.Key(), false); return err }), kind, name)
		_, err := UploadTemplate(bg, h.Desk, who, x.Key(), "a.docx", strings.NewReader("x"))
		refused(t, err, kind, name)
	}
	_, err := FindTemplate(bg, h.DB, h.foreigner, x.Key())
	refused(t, err, store.NotFound, "a foreigner")
	_, err = BeginDraft(bg, h.Desk, h.foreigner, x.Key(), BeginForm{})
	refused(t, err, store.NotFound, "a foreigner begins")
	_, err = TemplateVersions(bg, h.DB, h.drafter, x.Key())
	refused(t, err, store.Forbidden, "versions")
	names := func(who store.Actor, code string) (out []string) {
		all, err := Templates(bg, h.DB, who, code)
		must(t, err)
		for _, x := range all {
			out = append(out, x.Name)
		}
		return out
	}
	if got := names(h.drafter, "THONG_BAO"); !slices.Equal(got, []string{"Thông báo nghỉ lễ", "Thông báo kết luận cuộc họp", "Thông báo một việc"}) {
		t.Errorf("the drafter sees %q", got)
	}
	if got := names(h.foreigner, "THONG_BAO"); slices.Contains(got, "Thông báo nghỉ lễ") {
		t.Errorf("a foreign agency sees %q", got)
	}
	h.do(h.admin, func(tx *store.Tx) error { _, err := SwitchTemplate(bg, tx, x.Key(), false); return err })
	if got := names(h.drafter, ""); slices.Contains(got, "Thông báo nghỉ lễ") {
		t.Error("a template that is off is offered")
	}
	if got := names(h.clerk, ""); !slices.Contains(got, "Thông báo nghỉ lễ") {
		t.Error("who keeps templates does not see one that is off")
	}
	_, err = BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{})
	refused(t, err, store.NotFound, "off")
	_, err = BeginDraft(bg, h.Desk, h.clerk, x.Key(), BeginForm{})
	refused(t, err, store.Conflict, "off for the clerk")
	refused(t, h.try(h.admin, func(tx *store.Tx) error { _, err := SwitchTemplate(bg, tx, x.Key(), false); return err }), store.Conflict, "off again")
}

func TestEveryVersionOfATemplateIsKept(t *testing.T) {
	h := newHouse(t)
	x := h.template(notice())
	form := TemplateForm{Key: x.Key(), Revision: x.Revision, Name: "Thông báo nghỉ", Content: TemplateContent{Subject: "Về việc nghỉ {{Dịp lễ}}", Body: "Nghỉ từ {{Từ ngày}}./."}}
	y := h.template(form)
	if y.Version != 2 || len(y.Content.Fields) != 1 || y.Content.Fields[0].Kind != FieldDate {
		t.Errorf("version %d, fields %+v", y.Version, y.Content.Fields)
	}
	refused(t, h.try(h.clerk, func(tx *store.Tx) error { _, err := SaveTemplate(bg, tx, form); return err }), store.Conflict, "an older state")
	all, err := TemplateVersions(bg, h.DB, h.clerk, x.Key())
	must(t, err)
	if len(all) != 2 || all[1].No != 1 || !strings.Contains(string(all[1].Content), "trực tại") || all[0].PersonName != "Hoàng Thị Ngọc" {
		t.Errorf("versions %+v", all)
	}
	for name, c := range map[string]TemplateContent{"open mark": {Subject: "a", Body: "{{Tên"}, "choice of one": {Body: "{{A}}", Fields: []TemplateField{{Name: "A", Kind: FieldChoice, Choices: []string{"một"}}}},
		"kind": {Body: "{{A}}", Fields: []TemplateField{{Name: "A", Kind: "?"}}}} {
		refused(t, h.try(h.clerk, func(tx *store.Tx) error {
			_, err := SaveTemplate(bg, tx, TemplateForm{TypeCode: "CONG_VAN", Name: "Sai", Content: c})
			return err
		}), store.Invalid, name)
	}
}

// The templates that ship with the product give drafts without a finding about layout, and an agency takes them over.
func TestShippedTemplatesMakeProperDrafts(t *testing.T) {
	h := newHouse(t)
	all, err := Templates(bg, h.DB, h.drafter, "")
	must(t, err)
	types := map[string]bool{}
	for _, x := range all {
		types[x.TypeCode] = true
		values := map[string]string{}
		for _, f := range x.Fields() {
			switch {
			case f.Value != "":
				values[f.Name] = f.Value
			case f.Kind == FieldDate:
				values[f.Name] = "2026-12-01"
			case f.Kind == FieldChoice:
				values[f.Name] = f.Choices[0]
			case i18n.Fold(f.Name) == "can cu phap ly":
				values[f.Name] = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;"
			default:
				values[f.Name] = "Nội dung thử"
			}
		}
		o, err := BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{Values: values, Signer: org.HoldingID(h.head.Holding), Capacity: "TM"})
		if err != nil {
			t.Errorf("%s: %v", x.Origin, err)
			continue
		}
		findings, err := LayoutFindings(bg, h.DB, h.drafter, o.ID, "2026-11-23")
		must(t, err)
		for _, f := range findings {
			if f.Code != "receivers.missing" { // chosen from the directory afterwards
				t.Errorf("%s: %s %s %v", x.Origin, f.Code, f.Text, f.Args)
			}
		}
		if strings.Contains(o.Body+o.Subject, "{{") {
			t.Errorf("%s: a mark is left in %q", x.Origin, o.Body)
		}
		doc, err := o.paper(bg, h.DB, "2026-11-23")
		must(t, err)
		if _, err := paper.Render(doc); err != nil {
			t.Errorf("%s: %v", x.Origin, err)
		}
	}
	for _, want := range []string{"CONG_VAN", "QUYET_DINH", "THONG_BAO", "BAO_CAO", "TO_TRINH", "GIAY_MOI", "KE_HOACH"} {
		if !types[want] {
			t.Errorf("no template of %s", want)
		}
	}
	h.do(h.clerk, func(tx *store.Tx) error {
		_, err := SaveTemplate(bg, tx, TemplateForm{Key: "to-trinh", Name: "Tờ trình của xã", Content: TemplateContent{Body: "{{Nội dung}}./."}})
		return err
	})
	h.do(h.clerk, func(tx *store.Tx) error { _, err := SwitchTemplate(bg, tx, "ke-hoach", false); return err })
	now, err := Templates(bg, h.DB, h.drafter, "")
	must(t, err)
	if len(now) != len(all)-1 || !slices.ContainsFunc(now, func(x Template) bool { return x.Name == "Tờ trình của xã" && x.Origin == "to-trinh" }) {
		t.Errorf("%d templates after %d", len(now), len(all))
	}
}

// V1: screen /templates/{key}/file; api PUT /templates/{key}/file; command remote template-file
// V33: screen /templates/{key}/begin; api POST /templates/{key}/draft; command remote draft-from
func TestADOCXTemplateBecomesTheMainFile(t *testing.T) {
	h := newHouse(t)
	x := h.template(TemplateForm{TypeCode: "BIEN_BAN", Name: "Biên bản họp", Content: TemplateContent{Subject: "họp {{Nội dung họp}}"}})
	y, err := UploadTemplate(bg, h.Desk, h.clerk, x.Key(), "Biên bản.docx", reader(wordFile(t, "{{Tên cơ quan}} họp {{Nội dung họp}}: {{Kết quả}}. {{Họ tên người ký}}")))
	must(t, err)
	if y.Version != 2 || !y.NeedsSigner() || !slices.Equal(y.FileMarks, []string{"Tên cơ quan", "Nội dung họp", "Kết quả", "Họ tên người ký"}) {
		t.Fatalf("template %+v", y)
	}
	used, err := BlobsInUse(bg, h.DB, []string{y.SHA})
	must(t, err)
	if !used[y.SHA] {
		t.Error("a sweep would take the template's file away")
	}
	for name, b := range map[string][]byte{"macro.docx": wordFile(t, "a", "word/vbaProject.bin", "x"), "open.docx": wordFile(t, "{{A"), "a.odt": []byte("x")} {
		_, err := UploadTemplate(bg, h.Desk, h.clerk, x.Key(), name, reader(b))
		refused(t, err, store.Invalid, name)
	}
	form := BeginForm{Values: map[string]string{"Nội dung họp": "giao ban", "Kết quả": "dòng một\ndòng <hai>"}, Signer: org.HoldingID(h.head.Holding), Capacity: "TM"}
	form.Values["Kết quả"] = "dòng <hai>"
	_, err = BeginDraft(bg, h.Desk, h.drafter, x.Key(), form)
	refused(t, err, store.Invalid, "without a converter")
	h.Typist = &typist.Typist{}
	if !h.Converting() {
		t.Skip("LibreOffice is not installed (libreoffice-writer-nogui)")
	}
	_, err = BeginDraft(bg, h.Desk, h.drafter, x.Key(), BeginForm{Values: form.Values})
	refused(t, err, store.Invalid, "without a signer")
	o, err := BeginDraft(bg, h.Desk, h.drafter, x.Key(), form)
	must(t, err)
	if o.Subject != "họp giao ban" || o.SignerName != "Nguyễn Văn Nghĩa" {
		t.Errorf("draft %+v", o)
	}
	h.convertAll()
	sources, err := Sources(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(sources) != 1 || sources[0].State != SourceDone || !strings.HasPrefix(sources[0].Name, "bien-ban-hop") {
		t.Fatalf("sources %+v %v", sources, sources[0].Said())
	}
	name, _, content, err := OpenTemplate(bg, h.Desk, h.clerk, x.Key(), 0)
	must(t, err)
	defer content.Close()
	if b, err := io.ReadAll(content); err != nil || name != "Biên bản.docx" || len(b) != int(y.FileSize) {
		t.Errorf("%s: %d bytes, %v", name, len(b), err)
	}
	_, _, _, err = OpenTemplate(bg, h.Desk, h.drafter, x.Key(), 0)
	refused(t, err, store.Forbidden, "the file as it was sent")
}

// V1: screen /outgoing/new; api POST /outgoing/{id}/similar; command remote draft-similar
func TestADraftLikeAnotherTakesItsTextsAndNothingOfItsOwn(t *testing.T) {
	h := newHouse(t)
	form := h.form()
	form.DueDate, form.Urgency = "2026-12-01", Urgent
	first := h.draft(form)
	var o *Outgoing
	h.do(h.drafter, func(tx *store.Tx) (err error) { o, err = DraftSimilar(bg, tx, first.ID); return })
	if o.ID == first.ID || o.Body != first.Body || o.Subject != first.Subject || len(o.Receivers) != 2 || o.SignerHolding != first.SignerHolding || o.DueDate != "" || o.Urgency != Urgent || o.State != Drafted {
		t.Errorf("%+v", o)
	}
	for name, who := range map[string]store.Actor{"outsider": h.outsider, "foreigner": h.foreigner} {
		refused(t, h.try(who, func(tx *store.Tx) error { _, err := DraftSimilar(bg, tx, first.ID); return err }), store.NotFound, name)
	}
}

// V1: screen /templates/{key}/begin; api POST /templates/{key}/draft; command remote draft-from
func TestAnAnswerBeginsWithWhatTheReceivedDocumentSays(t *testing.T) {
	h := newHouse(t)
	var d *Incoming
	h.do(h.clerk, func(tx *store.Tx) (err error) {
		d, err = Enter(bg, tx, EntryForm{SenderName: "Sở Tài chính", Number: "15", Notation: "STC-NS", IssuedDate: "2026-11-02", TypeCode: "CONG_VAN", Subject: "đề nghị góp ý dự toán"})
		return err
	})
	asked, err := AskedFields(bg, h.DB, h.clerk, mustTemplate(t, h, "cong-van-tra-loi"), BeginForm{ReplyTo: d.ID}, "2026-11-23")
	must(t, err)
	if len(asked) != 1 || asked[0].Name != "Nội dung trả lời" {
		t.Fatalf("asked %+v", asked)
	}
	o, err := BeginDraft(bg, h.Desk, h.clerk, "cong-van-tra-loi", BeginForm{ReplyTo: d.ID, Values: map[string]string{"Nội dung trả lời": "Đồng ý."}})
	must(t, err)
	if !strings.Contains(o.Body, d.Code()) || o.ReplyTo != d.ID || len(o.Receivers) != 1 || o.Receivers[0].Name != d.SenderName {
		t.Errorf("%q to %+v", o.Body, o.Receivers)
	}
	_, err = BeginDraft(bg, h.Desk, h.outsider, "cong-van-tra-loi", BeginForm{ReplyTo: d.ID, Values: map[string]string{"Nội dung trả lời": "Đồng ý."}})
	refused(t, err, store.NotFound, "a document that the actor may not see")
}

func mustTemplate(t *testing.T, h *house, key string) *Template {
	t.Helper()
	x, err := FindTemplate(bg, h.DB, h.clerk, key)
	must(t, err)
	return x
}
