package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathTemplates = "/templates"

// templateRoutes keep what drafts begin from; whoever drafts begins with one.
func templateRoutes() []Route {
	keepers := posts(store.Clerk | store.AgencyAdmin)
	return []Route{
		{Pattern: "GET " + pathTemplates, Who: keepers, Handle: (*Door).templatesPage, Nav: &Nav{Key: "templates", Icon: "file-text", Label: func(ctx context.Context) string { return t(ctx, "Mẫu văn bản") }}},
		{Pattern: "GET " + pathTemplates + "/new", Who: keepers, Handle: (*Door).templateForm},
		{Pattern: "POST " + pathTemplates + "/new", Who: keepers, Handle: (*Door).templateForm},
		{Pattern: "GET " + pathTemplates + "/{key}", Who: keepers, Handle: (*Door).templatePage},
		{Pattern: "GET " + pathTemplates + "/{key}/edit", Who: keepers, Handle: (*Door).templateForm},
		{Pattern: "POST " + pathTemplates + "/{key}/edit", Who: keepers, Handle: (*Door).templateForm},
		{Pattern: "GET " + pathTemplates + "/{key}/fields", Who: keepers, Handle: (*Door).templateFields},
		{Pattern: "POST " + pathTemplates + "/{key}/fields", Who: keepers, Handle: (*Door).templateFields},
		{Pattern: "GET " + pathTemplates + "/{key}/upload", Who: keepers, Handle: (*Door).templateUpload},
		{Pattern: "POST " + pathTemplates + "/{key}/upload", Who: keepers, Handle: (*Door).templateUpload, Files: true},
		{Pattern: "GET " + pathTemplates + "/{key}/file", Who: keepers, Handle: (*Door).templateFile},
		{Pattern: "POST " + pathTemplates + "/{key}/on", Who: keepers, Handle: templateSwitch(true, "Đã bật mẫu; người soạn thảo chọn được từ bây giờ.")},
		{Pattern: "POST " + pathTemplates + "/{key}/off", Who: keepers, Handle: templateSwitch(false, "Đã tắt mẫu. Dự thảo đã bắt đầu từ mẫu được giữ nguyên.")},
		{Pattern: "GET " + pathTemplates + "/{key}/begin", Handle: (*Door).beginPage},
		{Pattern: "POST " + pathTemplates + "/{key}/begin", Handle: (*Door).beginPage},
	}
}

func templateAddress(x *documents.Template, then string) string {
	return pathTemplates + "/" + url.PathEscape(x.Key()) + then
}

// templateSwitch turns a template on or off.
func templateSwitch(on bool, said string) func(d *Door, w http.ResponseWriter, r *http.Request) error {
	return func(d *Door, w http.ResponseWriter, r *http.Request) error {
		var x *documents.Template
		err := d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
			x, err = documents.SwitchTemplate(r.Context(), tx, r.PathValue("key"), on)
			return err
		})
		if err != nil {
			return err
		}
		d.flash(w, Good, store.Say(said))
		return redirect(w, r, templateAddress(x, ""))
	}
}

// templatesPage: GET /templates
func (d *Door) templatesPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := documents.Templates(ctx, d.DB, actor(r), "")
	if err != nil {
		return err
	}
	names, err := d.typeNames(ctx)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(ctx, "Mẫu văn bản"), Active: "templates"}, templatesList(all, names))
}

// typeNames are the names of the types by code.
func (d *Door) typeNames(ctx context.Context) (map[string]string, error) {
	types, err := documents.Types(ctx, d.DB)
	return namesOf(ctx, types), err
}

func namesOf(ctx context.Context, types []documents.Type) map[string]string {
	names := map[string]string{}
	for _, x := range types {
		names[x.Code] = translate(ctx, x.Name, nil)
	}
	return names
}

// templatePage: GET /templates/{key}
func (d *Door) templatePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := documents.FindTemplate(ctx, d.DB, actor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	versions, err := documents.TemplateVersions(ctx, d.DB, actor(r), x.Key())
	if err != nil {
		return err
	}
	names, err := d.typeNames(ctx)
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: x.Name, Active: "templates"}, templatePage(x, versions, names[x.TypeCode], d.Desk.Converting()))
}

// templateFile: GET /templates/{key}/file?no=2
func (d *Door) templateFile(w http.ResponseWriter, r *http.Request) error {
	no, _ := strconv.ParseInt(r.FormValue("no"), 10, 64)
	name, sha, content, err := documents.OpenTemplate(r.Context(), d.Desk, actor(r), r.PathValue("key"), no)
	if err != nil {
		return err
	}
	defer content.Close()
	return sendFile(w, r, name, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", sha, content)
}

// templateForm: GET and POST /templates/new, /templates/{key}/edit
func (d *Door) templateForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, title, back := &documents.Template{}, t(ctx, "Lập mẫu văn bản"), pathTemplates
	if key := r.PathValue("key"); key != "" {
		found, err := documents.FindTemplate(ctx, d.DB, actor(r), key)
		if err != nil {
			return err
		}
		x, title, back = found, t(ctx, "Sửa mẫu văn bản"), templateAddress(found, "")
	}
	return d.act(w, r, ActPage{Active: "templates", Title: title, Lead: x.Name, Back: back, Guard: true, Wide: true, Submit: Action{Label: t(ctx, "Lưu mẫu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được mẫu"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) { return d.templateInputs(ctx, f, errs, x) },
		Do: func(f *Form) (flashed, string, error) {
			form := documents.TemplateForm{Revision: f.Number("revision"), TypeCode: f.Line("type"), Name: f.Line("name"), Note: f.Line("note"), NoFile: f.Yes("no_file"),
				Content: documents.TemplateContent{Form: f.Line("sample"), Subject: f.Line("subject"), Authority: f.Line("authority"), LegalBases: f.Lines("legal_bases"), Addressees: f.Lines("addressees"), Body: f.Text("body"),
					Meeting: documents.Meeting{Event: f.Line("event"), Chair: f.Line("chair"), Time: f.Line("time"), Place: f.Line("place")}, Annexes: annexes(f)}}
			if x.Key() != "" {
				form.Key = x.Key()
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var saved *documents.Template
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { saved, err = documents.SaveTemplate(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu mẫu, bản {n}. Hãy xem cách hỏi từng trường.", "n", int(saved.Version)), templateAddress(saved, ""), nil
		}})
}

func (d *Door) templateInputs(ctx context.Context, f *Form, errs Errors, x *documents.Template) ([]templ.Component, error) {
	types, err := documents.Types(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	c := x.Content
	field := func(name, label, value string) Field {
		return fresh(f, fieldOf(f, errs, Field{Name: name, Label: label, Optional: true}), value)
	}
	area := func(name, label, value string, rows int, hint string) templ.Component {
		v := field(name, label, value)
		v.Rows, v.Hint = rows, hint
		return TextArea(v)
	}
	pick := func(name, value string) string {
		if f != nil {
			return f.shown(name)
		}
		return value
	}
	name := field("name", t(ctx, "Tên mẫu"), x.Name)
	name.Optional, name.MaxLength = false, 200
	note := field("note", t(ctx, "Khi nào dùng"), x.Note)
	note.MaxLength = 500
	out := []templ.Component{hidden("revision", x.Revision), Note(Info, t(ctx, "Chỗ cần điền viết thành {mark}, ở bất kỳ ô nào dưới đây hoặc trong tệp DOCX. Hệ thống tự điền: {own}.", "mark", documents.MarkExample, "own", strings.Join(documents.OwnMarks(), "; ")))}
	if x.Key() == "" {
		out = append(out, wrap(Two(), SelectField(Field{Name: "type", Label: t(ctx, "Loại văn bản"), Error: errs.Of("type")}, Choose(typeOptions(ctx, types, false), pick("type", "CONG_VAN"))), TextField(name)), TextField(note))
	} else {
		out = append(out, wrap(Two(), TextField(name), TextField(note)))
	}
	kind := x.TypeCode
	at := slices.IndexFunc(types, func(o documents.Type) bool { return o.Code == kind })
	form := ""
	if at >= 0 {
		form = types[at].Form
	}
	out = append(out, TextField(field("subject", t(ctx, "Trích yếu"), c.Subject)))
	if form == "1.2" || x.Key() == "" {
		out = append(out, SelectField(Field{Name: "sample", Label: t(ctx, "Mẫu quyết định"), Optional: true, Error: errs.Of("form")}, Choose([]Option{{Value: "1.2", Label: t(ctx, "Quy định trực tiếp")}, {Value: "1.3", Label: t(ctx, "Quy định gián tiếp")}}, pick("sample", orElse(c.Form, "1.2")))))
	}
	out = append(out, wrap(Two(), area("legal_bases", t(ctx, "Căn cứ ban hành"), strings.Join(c.LegalBases, "\n"), 4, t(ctx, "Mỗi căn cứ một dòng")), area("addressees", t(ctx, "Kính gửi"), strings.Join(c.Addressees, "\n"), 4, t(ctx, "Mỗi nơi một dòng"))),
		TextField(field("authority", t(ctx, "Thẩm quyền ban hành"), c.Authority)))
	if form == "1.7" || x.Key() == "" {
		out = append(out, wrap(More(t(ctx, "Cuộc họp")), TextField(field("event", t(ctx, "Nội dung cuộc họp"), c.Meeting.Event)), TextField(field("chair", t(ctx, "Chủ trì cuộc họp"), c.Meeting.Chair)),
			wrap(Two(), TextField(field("time", t(ctx, "Thời gian"), c.Meeting.Time)), TextField(field("place", t(ctx, "Địa điểm"), c.Meeting.Place)))))
	}
	out = append(out, area("body", t(ctx, "Nội dung"), c.Body, 16, ""), markupHelp())
	desk := draftDesk{ctx: ctx, start: documents.DraftForm{Annexes: c.Annexes}}
	out = append(out, wrap(More(t(ctx, "Phụ lục")), desk.annexFields(f)...))
	if x.FileName != "" {
		out = append(out, CheckOne(Field{Name: "no_file", Label: t(ctx, "Bỏ tệp {name}", "name", x.FileName)}, f != nil && f.Yes("no_file")))
	}
	return out, nil
}

// templateFields: GET and POST /templates/{key}/fields
func (d *Door) templateFields(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := documents.FindTemplate(ctx, d.DB, actor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	fields := x.Fields()
	return d.act(w, r, ActPage{Active: "templates", Title: t(ctx, "Cách hỏi từng trường"), Lead: x.Name, Back: templateAddress(x, ""), Guard: true, Wide: true, Submit: Action{Label: t(ctx, "Lưu các trường"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được mẫu"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{hidden("revision", x.Revision)}
			if words := errs.Of("fields"); words != "" {
				out = append(out, Note(Bad, words))
			}
			for i, one := range fields {
				out = append(out, fieldInputs(ctx, f, i, one))
			}
			if len(fields) == 0 {
				out = append(out, Note(Info, t(ctx, "Mẫu không có chỗ nào cần hỏi.")))
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.TemplateForm{Key: x.Key(), Revision: f.Number("revision"), Name: x.Name, Note: x.Note, Content: x.Content}
			form.Content.Fields = []documents.TemplateField{}
			for i, one := range fields {
				at := func(name string) string { return fmt.Sprintf("%s_%d", name, i) }
				form.Content.Fields = append(form.Content.Fields, documents.TemplateField{Name: one.Name, Kind: f.Line(at("kind")), Optional: f.Yes(at("optional")), Hint: f.Line(at("hint")), Value: f.Text(at("value")), Choices: f.Lines(at("choices"))})
			}
			var saved *documents.Template
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) (err error) { saved, err = documents.SaveTemplate(ctx, tx, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã lưu cách hỏi các trường."), templateAddress(saved, ""), nil
		}})
}

// fieldInputs ask how one mark is asked.
func fieldInputs(ctx context.Context, f *Form, i int, one documents.TemplateField) templ.Component {
	input := func(name, label, value string) Field {
		v := Field{Name: fmt.Sprintf("%s_%d", name, i), Label: label, Value: value, Optional: true}
		if f != nil {
			v.Value = f.shown(v.Name)
		}
		return v
	}
	var kinds []Option
	for _, k := range documents.FieldKinds() {
		kinds = append(kinds, Option{Value: k[0], Label: translate(ctx, k[1], nil)})
	}
	kind := input("kind", t(ctx, "Kiểu"), one.Kind)
	choices, value := input("choices", t(ctx, "Các giá trị để chọn"), strings.Join(one.Choices, "\n")), input("value", t(ctx, "Giá trị ghi sẵn"), one.Value)
	choices.Rows, choices.Hint, value.Rows = 2, t(ctx, "Mỗi giá trị một dòng; chỉ dùng cho kiểu chọn trong danh sách"), 2
	kind.Optional = false
	return wrap(Section(one.Name), wrap(Two(), SelectField(kind, Choose(kinds, kind.Value)), CheckOne(Field{Name: fmt.Sprintf("optional_%d", i), Label: t(ctx, "Không bắt buộc")}, f != nil && f.Yes(fmt.Sprintf("optional_%d", i)) || f == nil && one.Optional)),
		TextField(input("hint", t(ctx, "Gợi ý"), one.Hint)), wrap(Two(), TextArea(value), TextArea(choices)))
}

// templateUpload: GET and POST /templates/{key}/upload
func (d *Door) templateUpload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := documents.FindTemplate(ctx, d.DB, actor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "templates", Title: t(ctx, "Tệp DOCX của mẫu"), Lead: x.Name, Back: templateAddress(x, ""), Files: true, Submit: Action{Label: t(ctx, "Tải lên làm tệp của mẫu"), Kind: Primary}, Refused: t(ctx, "Chưa dùng được tệp này"),
		Fields: func(_ *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: t(ctx, "Tệp DOCX"), Hint: t(ctx, "Chỗ cần điền viết thành {mark}; không có macro, không đặt mật khẩu, không lấy nội dung từ nơi khác", "mark", documents.MarkExample), Error: errs.Of("file")}, FileView{Accept: ".docx", Most: d.fileLimit(r)})}, nil
		},
		Do: func(*Form) (flashed, string, error) {
			if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
				return flashed{}, "", store.RefuseField("file", "Hãy chọn một tệp.")
			}
			h := r.MultipartForm.File["file"][0]
			from, err := h.Open()
			if err != nil {
				return flashed{}, "", err
			}
			defer from.Close()
			saved, err := documents.UploadTemplate(ctx, d.Desk, actor(r), x.Key(), h.Filename, from)
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã nhận tệp của mẫu, có {n} chỗ điền.", "n", len(saved.FileMarks)), templateAddress(saved, ""), nil
		}})
}

// beginPage: GET and POST /templates/{key}/begin?reply_to=12
func (d *Door) beginPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := documents.FindTemplate(ctx, d.DB, actor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	reply, _ := strconv.ParseInt(r.URL.Query().Get("reply_to"), 10, 64)
	asked, err := documents.AskedFields(ctx, d.DB, actor(r), x, documents.BeginForm{ReplyTo: reply}, d.today())
	if err != nil {
		return err
	}
	p := ActPage{Active: "outgoing", Title: t(ctx, "Soạn theo mẫu"), Lead: x.Name, Back: "/outgoing", Guard: true, Submit: Action{Label: t(ctx, "Tạo dự thảo"), Kind: Primary}, Refused: t(ctx, "Chưa tạo được dự thảo")}
	p.Fields = func(f *Form, errs Errors) ([]templ.Component, error) { return d.beginInputs(r, f, errs, x, asked) }
	p.Do = func(f *Form) (flashed, string, error) {
		form := documents.BeginForm{Values: map[string]string{}, ReplyTo: reply}
		for _, one := range asked {
			form.Values[one.Name] = f.Text(documents.FieldName(one.Name))
		}
		if signer := f.Line("signer"); signer != "" {
			id, way, _ := strings.Cut(signer, ":")
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return flashed{}, "", store.RefuseField("signer", "Hãy chọn người ký trong danh sách.")
			}
			form.Signer, form.Capacity = org.HoldingID(n), way
		}
		o, err := documents.BeginDraft(ctx, d.Desk, actor(r), x.Key(), form)
		if err != nil {
			return flashed{}, "", err
		}
		if x.FileName != "" {
			return done("Đã tạo dự thảo theo mẫu. Hệ thống đang điền tệp và chuyển thành PDF; trang tự cập nhật khi xong."), fmt.Sprintf("/outgoing/%d", o.ID), nil
		}
		return done("Đã tạo dự thảo theo mẫu. Hãy xem lại nội dung, chọn nơi nhận và người ký rồi trình bày."), fmt.Sprintf("/outgoing/%d/revise", o.ID), nil
	}
	return d.act(w, r, p)
}

func (d *Door) beginInputs(r *http.Request, f *Form, errs Errors, x *documents.Template, asked []documents.TemplateField) ([]templ.Component, error) {
	ctx := r.Context()
	var out []templ.Component
	if x.FileName != "" && !d.Desk.Converting() {
		out = append(out, Note(Warn, t(ctx, "Mẫu này là tệp DOCX, mà máy chủ chưa cài phần mềm chuyển đổi nên chưa dùng được. Hãy chọn mẫu khác hoặc soạn thảo trực tiếp.")))
	}
	for _, one := range asked {
		v := fieldOf(f, errs, Field{Name: documents.FieldName(one.Name), Label: one.Name, Hint: one.Hint, Optional: one.Optional})
		if f == nil {
			v.Value = one.Value
		}
		switch one.Kind {
		case documents.FieldText:
			v.Rows = 4
			out = append(out, TextArea(v))
		case documents.FieldDate:
			out = append(out, DateField(v))
		case documents.FieldChoice:
			options := []Option{{Label: t(ctx, "— Chọn —")}}
			for _, c := range one.Choices {
				options = append(options, Option{Value: c, Label: c})
			}
			out = append(out, SelectField(v, Choose(options, v.Value)))
		case documents.FieldNumber:
			v.InputMode, v.Short = "numeric", true
			out = append(out, TextField(v))
		default:
			out = append(out, TextField(v))
		}
	}
	names, err := d.signerOptions(r, x.TypeCode)
	if err != nil {
		return nil, err
	}
	signer, chosen := Field{Name: "signer", Label: t(ctx, "Người ký và quyền hạn ký"), Optional: !x.NeedsSigner(), Error: orElse(errs.Of("signer"), errs.Of("capacity"))}, ""
	if f != nil {
		chosen = f.shown("signer")
	}
	return append(out, SelectField(signer, Choose(names, chosen))), nil
}

// similar fills a new draft's form from a document.
func (x *draftDesk) similar(text string) error {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		id = 0 // no document has it
	}
	start, err := documents.Similar(x.ctx, x.d.DB, actor(x.r), id, x.d.today())
	if err != nil {
		return err
	}
	x.start = start
	x.kind, err = documents.FindType(x.ctx, x.d.DB, start.TypeCode)
	return err
}
