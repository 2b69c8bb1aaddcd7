package documents

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// Template is what a draft of one type begins from (V1): texts with marks ({{Tên trường}}), and, where the agency has a layout of its own, a DOCX. The
// agency's clerk or administrator keeps them; templates that ship with the product stand beside them until the agency takes one over.
type Template struct {
	ID        int64  // 0: one that ships with the product
	Origin    string // code of the shipped template it is or was taken from
	AgencyID  int64
	Revision  int64
	Version   int64 // of its content, from 1; 0 of a shipped one
	TypeCode  string
	Name      string
	Note      string // when to use it
	State     string // on, off
	Content   TemplateContent
	FileName  string // "" without a DOCX
	FileSize  int64
	SHA       string
	FileMarks []string
	ByName    string // who saved the newest version
	At        store.Instant
}

// States of a template.
const (
	TemplateOn  = "on"
	TemplateOff = "off"
)

// TemplateContent is the text of a template. Every text may have marks.
type TemplateContent struct {
	Form       string          `json:"form,omitempty"` // of decisions: 1.2 or 1.3
	Subject    string          `json:"subject"`
	Authority  string          `json:"authority,omitempty"`
	LegalBases []string        `json:"legal_bases,omitempty"`
	Addressees []string        `json:"addressees,omitempty"`
	Meeting    Meeting         `json:"meeting,omitzero"`
	Body       string          `json:"body,omitempty"`
	Annexes    []Annex         `json:"annexes,omitempty"`
	Fields     []TemplateField `json:"fields,omitempty"` // how marks are asked; a mark without one is a line that must be filled
}

// Key names the template at the doors: its number, or the code of a shipped one.
func (t *Template) Key() string {
	if t.ID != 0 {
		return itoa(t.ID)
	}
	return t.Origin
}

// Ref names the template in the journal.
func (t *Template) Ref() string { return "template/" + t.Key() }

// On tells whether drafts may begin from it.
func (t *Template) On() bool { return t.State == TemplateOn }

// TemplateVersion is one state of a template; none is ever removed.
type TemplateVersion struct {
	No         int64
	Content    store.JSON
	FileName   string
	FileSize   int64
	SHA        string `db:"sha"`
	Marks      store.JSON
	PersonName string
	At         store.Instant `db:"at_us"`
}

type templateRow struct {
	ID, AgencyID      int64
	Origin            string
	Revision, Version int64
	TypeCode          string
	Name, Note, State string
	Content           store.JSON
	FileName          string
	FileSize          int64
	SHA               string `db:"sha"`
	Marks             store.JSON
	PersonName        string
	At                store.Instant `db:"at_us"`
}

const (
	templateColumns = `t.id, t.agency_id, t.origin, t.revision, t.version, t.type_code, t.name, t.note, t.state, v.content, v.file_name, v.file_size, v.sha, v.marks, v.person_name, v.at_us`
	templateTables  = `documents_templates t JOIN documents_template_versions v ON v.agency_id = t.agency_id AND v.template_id = t.id AND v.no = t.version`
	mostTemplates   = 500
)

var (
	sqlTemplates   = store.SQL(`SELECT ` + templateColumns + ` FROM ` + templateTables + ` WHERE t.agency_id = $1 ORDER BY t.type_code, t.name, t.id LIMIT 1000`)
	sqlTemplate    = store.SQL(`SELECT ` + templateColumns + ` FROM ` + templateTables + ` WHERE t.agency_id = $1 AND (t.id = $2 OR t.origin <> '' AND t.origin = $3)`)
	sqlPutTemplate = store.SQL(`INSERT INTO documents_templates (agency_id, id, origin, revision, version, type_code, name, note, state, at_us) VALUES ($1, $2, $3, 1, 1, $4, $5, $6, $7, $8)`)
	sqlNewTemplate = store.SQL(`UPDATE documents_templates SET revision = revision + 1, version = version + 1, name = $1, note = $2, at_us = $3 WHERE agency_id = $4 AND id = $5 AND revision = $6`)
	sqlTurnOn      = store.SQL(`UPDATE documents_templates SET revision = revision + 1, state = $1, at_us = $2 WHERE agency_id = $3 AND id = $4 AND revision = $5`)
	sqlPutContent  = store.SQL(`INSERT INTO documents_template_versions (agency_id, template_id, no, content, file_name, file_size, sha, marks, person_id, person_name, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	sqlContents    = store.SQL(`SELECT no, content, file_name, file_size, sha, marks, person_name, at_us FROM documents_template_versions WHERE agency_id = $1 AND template_id = $2 ORDER BY no DESC LIMIT 500`)
	sqlTemplateSHA = store.SQL(`SELECT sha FROM documents_template_versions WHERE sha <> '' AND sha IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`)
)

func (row templateRow) template() (*Template, error) {
	t := &Template{ID: row.ID, Origin: row.Origin, AgencyID: row.AgencyID, Revision: row.Revision, Version: row.Version, TypeCode: row.TypeCode, Name: row.Name, Note: row.Note,
		State: row.State, FileName: row.FileName, FileSize: row.FileSize, SHA: row.SHA, ByName: row.PersonName, At: row.At}
	err := decode(row.Content, &t.Content)
	if err == nil {
		err = decode(row.Marks, &t.FileMarks)
	}
	return t, err
}

// KeepsTemplates tells who keeps an agency's templates: its registry and its administrator, in person.
func KeepsTemplates(a store.Actor) bool {
	return a.For == 0 && a.Person != 0 && a.Agency != 0 && a.Roles.Has(store.Clerk|store.AgencyAdmin)
}

func mayKeepTemplates(a store.Actor) error {
	if KeepsTemplates(a) {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ văn thư và quản trị của cơ quan được lập, sửa mẫu văn bản.")
}

func errNoTemplate() error {
	return store.Refuse(store.NotFound, "Không tìm thấy mẫu văn bản này.")
}

// Templates lists what drafts of a type ("" = all) may begin from: the agency's own first, then those that ship with the product and were not taken
// over. Keepers see templates that are off too.
func Templates(ctx context.Context, r store.Reader, a store.Actor, typeCode string) ([]Template, error) {
	if a.Agency == 0 || a.Person == 0 {
		return nil, store.Refuse(store.Forbidden, "Chỉ người dùng của cơ quan được xem mẫu văn bản.")
	}
	rows, err := store.All[templateRow](ctx, r, sqlTemplates, a.Agency)
	if err != nil {
		return nil, err
	}
	all, taken := []Template{}, map[string]bool{}
	for _, row := range rows {
		taken[row.Origin] = true
		t, err := row.template()
		if err != nil {
			return nil, err
		}
		all = append(all, *t)
	}
	for _, t := range shipped {
		if !taken[t.Origin] {
			all = append(all, t)
		}
	}
	return slices.DeleteFunc(all, func(t Template) bool {
		return typeCode != "" && t.TypeCode != typeCode || !t.On() && !KeepsTemplates(a)
	}), nil
}

// FindTemplate gives one template of the actor's agency by its key; NotFound for others, and for one that is off to whoever keeps none.
func FindTemplate(ctx context.Context, r store.Reader, a store.Actor, key string) (*Template, error) {
	if a.Agency == 0 || a.Person == 0 || key == "" {
		return nil, errNoTemplate()
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		id = 0
	}
	row, ok, err := store.Maybe[templateRow](ctx, r, sqlTemplate, a.Agency, id, key)
	if err != nil {
		return nil, err
	}
	if ok {
		t, err := row.template()
		if err == nil && !t.On() && !KeepsTemplates(a) {
			err = errNoTemplate()
		}
		return t, err
	}
	at := slices.IndexFunc(shipped, func(t Template) bool { return t.Origin == key })
	if at < 0 {
		return nil, errNoTemplate()
	}
	t := shipped[at]
	return &t, nil
}

// TemplateVersions lists every state of a template, the newest first, to those who keep templates.
func TemplateVersions(ctx context.Context, r store.Reader, a store.Actor, key string) ([]TemplateVersion, error) {
	if err := mayKeepTemplates(a); err != nil {
		return nil, err
	}
	t, err := FindTemplate(ctx, r, a, key)
	if err != nil || t.ID == 0 {
		return nil, err
	}
	return store.All[TemplateVersion](ctx, r, sqlContents, a.Agency, t.ID)
}

// TemplateForm is what is typed about a template.
type TemplateForm struct {
	Key      string // "" = a new one; a shipped one is taken over
	Revision int64  // 0 = whatever it is now
	TypeCode string // of a new one
	Name     string
	Note     string
	Content  TemplateContent // Fields nil: as they were
	NoFile   bool            // the DOCX is taken away
}

// SaveTemplate keeps a new template, which is on at once, or a new version of one. Drafts that began from an older version stay as they are.
func SaveTemplate(ctx context.Context, tx *store.Tx, f TemplateForm) (*Template, error) {
	return saveTemplate(ctx, tx, f, nil)
}

// templateFile is a DOCX that becomes the file of a template.
type templateFile struct {
	File
	marks []string
}

func saveTemplate(ctx context.Context, tx *store.Tx, f TemplateForm, file *templateFile) (*Template, error) {
	a := tx.Actor()
	if err := mayKeepTemplates(a); err != nil {
		return nil, err
	}
	t := &Template{AgencyID: a.Agency, TypeCode: f.TypeCode, State: TemplateOn}
	if f.Key != "" {
		var err error
		if t, err = FindTemplate(ctx, tx, a, f.Key); err != nil {
			return nil, err
		}
		if f.Revision != 0 && f.Revision != t.Revision {
			return nil, store.Refuse(store.Conflict, "Mẫu văn bản đã được người khác sửa sau khi ông/bà mở. Bản mới nhất được giữ nguyên; hãy tải lại trang rồi sửa tiếp.")
		}
	}
	if f.Content.Fields == nil {
		f.Content.Fields = t.Content.Fields
	}
	t.Name, t.Note, t.Content = line(f.Name), line(f.Note), f.Content
	switch {
	case file != nil:
		t.FileName, t.FileSize, t.SHA, t.FileMarks = file.Name, file.Size, file.SHA, file.marks
	case f.NoFile:
		t.FileName, t.FileSize, t.SHA, t.FileMarks = "", 0, "", nil
	}
	if err := t.check(ctx, tx); err != nil {
		return nil, err
	}
	if err := t.put(ctx, tx); err != nil {
		return nil, err
	}
	who, _, err := nameActor(ctx, tx, a)
	if err == nil {
		err = tx.Put(ctx, sqlPutContent, a.Agency, t.ID, t.Version, store.JSONOf(t.Content), t.FileName, t.FileSize, t.SHA, store.JSONOf(unlessNil(t.FileMarks)), a.Person, who, tx.Now())
	}
	if err == nil {
		err = tx.Record(store.Event{Verb: "template.saved", Agency: a.Agency, Ref: t.Ref(), Title: t.Name, Data: map[string]any{"version": t.Version, "type": t.TypeCode, "sha": t.SHA}})
	}
	if err != nil {
		return nil, err
	}
	return FindTemplate(ctx, tx, a, t.Key())
}

func unlessNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// put writes the row of a new template, of one taken over, or the next version of one.
func (t *Template) put(ctx context.Context, tx *store.Tx) error {
	if t.ID != 0 {
		t.Version++
		return tx.Put(ctx, sqlNewTemplate, t.Name, t.Note, tx.Now(), t.AgencyID, t.ID, t.Revision)
	}
	all, err := store.All[templateRow](ctx, tx, sqlTemplates, tx.Actor().Agency)
	if err != nil {
		return err
	}
	if len(all) >= mostTemplates {
		return store.Refuse(store.Conflict, "Cơ quan đã có {n} mẫu văn bản. Hãy sửa mẫu đã có thay vì thêm mới.", "n", len(all))
	}
	t.AgencyID, t.ID, t.Version = tx.Actor().Agency, tx.NewID(), 1
	return tx.Put(ctx, sqlPutTemplate, t.AgencyID, t.ID, t.Origin, t.TypeCode, t.Name, t.Note, t.State, tx.Now())
}

// check settles a template and lists everything wrong with it at once.
func (t *Template) check(ctx context.Context, tx *store.Tx) error {
	var p store.Problems
	kind, err := FindType(ctx, tx, t.TypeCode)
	if err != nil {
		return err
	}
	if kind.Category == "copy" {
		p.Add("type", "Bản sao không soạn theo mẫu này. Hãy chọn loại văn bản khác.")
	}
	if n := len([]rune(t.Name)); n == 0 || n > 200 || len([]rune(t.Note)) > 500 {
		p.Add("name", "Cần đặt tên mẫu, tối đa 200 ký tự; ghi chú tối đa 500 ký tự.")
	}
	c := &t.Content
	if c.Form != "" && (kind.Form != "1.2" || c.Form != "1.2" && c.Form != "1.3") {
		c.Form = ""
	}
	c.Subject, c.Authority, c.Body, c.LegalBases, c.Addressees = line(c.Subject), line(c.Authority), text(c.Body), lines(c.LegalBases), lines(c.Addressees)
	c.Meeting = Meeting{Event: line(c.Meeting.Event), Chair: line(c.Meeting.Chair), Time: line(c.Meeting.Time), Place: line(c.Meeting.Place)}
	if c.Subject == "" {
		c.Subject = "{{Trích yếu}}"
	}
	size := len(c.Body)
	for i := range c.Annexes {
		c.Annexes[i].Title, c.Annexes[i].Body = line(c.Annexes[i].Title), text(c.Annexes[i].Body)
		size += len(c.Annexes[i].Title) + len(c.Annexes[i].Body)
	}
	if size > mostText || len(c.LegalBases) > mostLines || len(c.Addressees) > mostLines || len(c.Annexes) > 50 || len([]rune(c.Subject)) > 1000 || len(c.Authority) > 1000 {
		p.Add("body", "Nội dung của mẫu quá dài. Hãy rút gọn rồi lưu lại.")
	}
	for field, all := range c.texts() {
		for _, s := range all {
			if rest := typist.Mark.ReplaceAllString(s, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
				p.Add(field, "Có dấu {open} hoặc {close} không thành cặp trên cùng một dòng. Hãy viết mỗi chỗ điền thành {mark}.", "open", "{{", "close", "}}", "mark", MarkExample)
				break
			}
		}
	}
	if marks := t.marks(); len(marks) > mostFields {
		p.Add("body", "Mẫu có quá {n} chỗ điền khác nhau. Hãy bớt rồi lưu lại.", "n", mostFields)
	}
	t.checkFields(&p)
	return p.Err()
}

// SwitchTemplate turns a template on or off; a shipped one is taken over to be turned off.
func SwitchTemplate(ctx context.Context, tx *store.Tx, key string, on bool) (*Template, error) {
	a := tx.Actor()
	if err := mayKeepTemplates(a); err != nil {
		return nil, err
	}
	t, err := FindTemplate(ctx, tx, a, key)
	if err != nil {
		return nil, err
	}
	if t.On() == on {
		return nil, store.Refuse(store.Conflict, "Mẫu “{name}” đã ở trạng thái này rồi.", "name", t.Name)
	}
	if t.ID == 0 {
		if t, err = SaveTemplate(ctx, tx, TemplateForm{Key: key, Name: t.Name, Note: t.Note, Content: t.Content}); err != nil {
			return nil, err
		}
	}
	state, verb := TemplateOff, "template.turned_off"
	if on {
		state, verb = TemplateOn, "template.turned_on"
	}
	if err := tx.Put(ctx, sqlTurnOn, state, tx.Now(), a.Agency, t.ID, t.Revision); err != nil {
		return nil, err
	}
	if err := tx.Record(store.Event{Verb: verb, Agency: a.Agency, Ref: t.Ref(), Title: t.Name}); err != nil {
		return nil, err
	}
	return FindTemplate(ctx, tx, a, t.Key())
}

// UploadTemplate gives a template a DOCX: drafts that begin from it are that file with its marks filled. It is inspected like every word processor's
// file before it is kept; what it must not have is refused here.
func UploadTemplate(ctx context.Context, d *Desk, a store.Actor, key, name string, from io.Reader) (*Template, error) {
	if err := mayKeepTemplates(a); err != nil {
		return nil, err
	}
	was, err := FindTemplate(ctx, d.DB, a, key)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(strings.ToLower(line(name)), ".docx") {
		return nil, refuseReason("file", typist.ErrNoMarks)
	}
	f, err := KeepFile(ctx, d, a.Agency, name, from)
	if err != nil {
		return nil, err
	}
	in, err := d.inspect(ctx, f.Name, f.SHA, f.Size)
	if err != nil {
		return nil, refuseReason("file", err)
	}
	marks, err := typist.Marks(in)
	if err != nil {
		return nil, refuseReason("file", err)
	}
	var out *Template
	err = d.write(ctx, a, func(tx *store.Tx) (err error) {
		out, err = saveTemplate(ctx, tx, TemplateForm{Key: key, Revision: was.Revision, Name: was.Name, Note: was.Note, Content: was.Content}, &templateFile{f, marks})
		return err
	})
	return out, err
}

// OpenTemplate gives the DOCX of a version of a template (0 = the newest) as it was sent, to those who keep templates.
func OpenTemplate(ctx context.Context, d *Desk, a store.Actor, key string, no int64) (name, sha string, content io.ReadSeekCloser, err error) {
	all, err := TemplateVersions(ctx, d.DB, a, key)
	if err != nil {
		return "", "", nil, err
	}
	for _, v := range all {
		if v.SHA == "" || no != 0 && v.No != no || no == 0 && v.No != all[0].No {
			continue
		}
		if content, err = d.Blobs.Open(ctx, v.SHA); err != nil {
			err = fmt.Errorf("open template %s: %w", key, err)
		}
		return v.FileName, v.SHA, content, err
	}
	return "", "", nil, store.Refuse(store.NotFound, "Mẫu này không có tệp DOCX.")
}

// docx is the template's file, inspected.
func (t *Template) docx(ctx context.Context, d *Desk) (typist.Inspected, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, t.SHA, t.FileSize)
	if err != nil {
		return typist.Inspected{}, err
	}
	return typist.Inspect(t.FileName, b)
}

// fileTitle is a name for a file that is made from the template.
func (t *Template) fileTitle(on calendar.Date) string {
	return strings.NewReplacer(" ", "-", "/", "-").Replace(i18n.Fold(t.Name)) + "-" + string(on) + ".docx"
}
