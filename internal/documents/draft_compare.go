package documents

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/store"
	"congvu/internal/transcript"
)

// Change is one field of a draft that two states of it do not share.
type Change struct {
	Field  string // stable code: subject, body, receivers …
	Label  string // Vietnamese, a key of i18n
	Before string
	After  string
	Parts  []Part
}

// Comparison is what changed between two states of a draft.
type Comparison struct {
	From, To int64 // numbers of versions; To 0 = the draft as it is now
	Changes  []Change
	FromText bool // the words of uploaded files were compared too
	Unread   bool // an uploaded file has no text that could be compared
}

var sqlContentOf = store.SQL(`SELECT no, kind, content, sha, size FROM documents_versions WHERE agency_id = $1 AND ref = $2 AND kind IN ('laid_out', 'uploaded') AND no <= $3 ORDER BY no DESC LIMIT 1`)

type contentRow struct {
	No      int64
	Kind    string
	Content store.JSON
	SHA     string
	Size    int64

	attached []Attachment `db:"-"`
	listed   bool         `db:"-"` // versions of older days do not tell
}

// Compare tells what changed between two versions of a draft's text, receivers and particulars; to 0 compares with the draft as it is now. Signed
// and sealed versions show the text that was signed. Files that were uploaded are compared by their words where the desk reads texts.
func Compare(ctx context.Context, d *Desk, a store.Actor, id, from, to int64) (*Comparison, error) {
	o, err := FindOutgoing(ctx, d.DB, a, id)
	if err != nil {
		return nil, err
	}
	before, first, err := o.stateAt(ctx, d.DB, from)
	if err != nil {
		return nil, err
	}
	after, second := o, contentRow{}
	if to != 0 {
		after, second, err = o.stateAt(ctx, d.DB, to)
	} else if _, second, err = o.stateAt(ctx, d.DB, o.Version); err == nil {
		var files []File
		files, err = filesOf(ctx, d.DB, o.AgencyID, o.Ref())
		second.attached, second.listed = attachmentsOf(files), true
	}
	if err != nil {
		return nil, err
	}
	c := &Comparison{From: from, To: to, Changes: changesOf(before, after)}
	if first.SHA != second.SHA && (first.Kind == versionUploaded || second.Kind == versionUploaded) {
		err = c.files(ctx, d, first, second)
	}
	if err == nil && first.listed && second.listed {
		err = c.attachments(ctx, d, first.attached, second.attached)
	}
	return c, err
}

// Attachment is a file beside the main one as a version of the main file had it.
type Attachment struct {
	Name  string
	Size  int64
	SHA   string
	Media string
}

func attachmentsOf(files []File) []Attachment {
	out := []Attachment{}
	for _, f := range files {
		if !f.Main {
			out = append(out, Attachment{f.Name, f.Size, f.SHA, f.Media})
		}
	}
	return out
}

// keptContent is what a version keeps of the draft it shows.
type keptContent struct {
	*Outgoing
	Attachments []Attachment
}

// mostCompared is the most attachments whose words are compared at once.
const mostCompared = 10

// attachments compares the files beside the main one: which came, went or became another, and the words of those of one name.
func (c *Comparison) attachments(ctx context.Context, d *Desk, before, after []Attachment) error {
	if slices.Equal(before, after) {
		return nil
	}
	list := func(all []Attachment) string {
		var b strings.Builder
		for _, f := range all {
			fmt.Fprintf(&b, "%s (%d byte, SHA-256 %.8s)\n", f.Name, f.Size, f.SHA)
		}
		return strings.TrimSpace(b.String())
	}
	x, y := list(before), list(after)
	c.Changes = append(c.Changes, Change{Field: "attachments", Label: "Tệp kèm theo", Before: x, After: y, Parts: Differences(x, y)})
	compared := 0
	for _, now := range after {
		at := slices.IndexFunc(before, func(f Attachment) bool { return f.Name == now.Name })
		if at < 0 || before[at].SHA == now.SHA || now.Media != filePDF || before[at].Media != filePDF {
			continue
		}
		if compared++; compared > mostCompared {
			c.Unread = true
			break
		}
		was, err := d.wordsOf(ctx, before[at].SHA, before[at].Size)
		if err != nil {
			return err
		}
		is, err := d.wordsOf(ctx, now.SHA, now.Size)
		if err != nil {
			return err
		}
		switch {
		case was == "" || is == "":
			c.Unread = true
		case was != is:
			c.FromText = true
			c.Changes = append(c.Changes, Change{Field: "attachment", Label: now.Name, Before: was, After: is, Parts: Differences(was, is)})
		}
	}
	return nil
}

// wordsOf reads the words of a kept PDF; "" when it has none that can be read here.
func (d *Desk) wordsOf(ctx context.Context, sha string, size int64) (string, error) {
	if d.Texts == nil {
		return "", nil
	}
	b, err := blob.ReadAll(ctx, d.Blobs, sha, size)
	if err != nil {
		return "", err
	}
	t, err := d.Texts.Read(ctx, filePDF, b)
	if _, said := errorsAs[*transcript.Refusal](err); said {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return t.Plain(mostText), nil
}

// stateAt is the draft as a version shows it.
func (o *Outgoing) stateAt(ctx context.Context, r store.Reader, no int64) (*Outgoing, contentRow, error) {
	row, ok, err := store.Maybe[contentRow](ctx, r, sqlContentOf, o.AgencyID, o.Ref(), no)
	if err == nil && (!ok || no < 1 || no > o.Version) {
		err = store.Refuse(store.NotFound, "Văn bản không có phiên bản {no}. Hãy chọn phiên bản khác để so sánh.", "no", no)
	}
	if err != nil {
		return nil, row, err
	}
	was := struct {
		Outgoing
		Attachments *[]Attachment
	}{}
	if err := json.Unmarshal([]byte(row.Content), &was); err != nil {
		return nil, row, fmt.Errorf("version %d of %s: %w", no, o.Ref(), err)
	}
	if was.Attachments != nil {
		row.attached, row.listed = *was.Attachments, true
	}
	return &was.Outgoing, row, nil
}

// files compares the words of the pages of two versions.
func (c *Comparison) files(ctx context.Context, d *Desk, first, second contentRow) error {
	var texts [2]string
	for i, v := range []contentRow{first, second} {
		var err error
		if texts[i], err = d.wordsOf(ctx, v.SHA, v.Size); err != nil {
			return err
		}
	}
	if c.Unread = texts[0] == "" || texts[1] == ""; d.Texts == nil {
		return nil
	}
	c.FromText = true
	if !c.Unread && texts[0] != texts[1] {
		c.Changes = append(c.Changes, Change{Field: "pages", Label: "Nội dung các trang của tệp", Before: texts[0], After: texts[1], Parts: Differences(texts[0], texts[1])})
	}
	return nil
}

// draftFields are what a person writes into a draft, as text to compare, in the order of the form.
var draftFields = []struct {
	code, label string
	text        func(o *Outgoing) string
}{
	{"type", "Loại văn bản", func(o *Outgoing) string { return o.TypeName }},
	{"subject", "Trích yếu", func(o *Outgoing) string { return o.Subject }},
	{"authority", "Thẩm quyền ban hành", func(o *Outgoing) string { return o.Authority }},
	{"legal_bases", "Căn cứ ban hành", func(o *Outgoing) string { return strings.Join(o.LegalBases, "\n") }},
	{"addressees", "Kính gửi", func(o *Outgoing) string { return strings.Join(o.Addressees, "\n") }},
	{"meeting", "Cuộc họp", func(o *Outgoing) string {
		return strings.TrimSpace(strings.Join([]string{o.Meeting.Event, o.Meeting.Chair, o.Meeting.Time, o.Meeting.Place}, "\n"))
	}},
	{"body", "Nội dung", func(o *Outgoing) string { return o.Body }},
	{"annexes", "Phụ lục", func(o *Outgoing) string {
		var b strings.Builder
		for _, x := range o.Annexes {
			b.WriteString(x.Title + "\n" + x.Body + "\n")
		}
		return strings.TrimSpace(b.String())
	}},
	{"receivers", "Nơi nhận", func(o *Outgoing) string {
		var b strings.Builder
		for _, x := range o.Receivers {
			b.WriteString(x.Name)
			if x.Role == ForInformation {
				b.WriteString(" (để biết)")
			}
			b.WriteString("\n")
		}
		return strings.TrimSpace(b.String())
	}},
	{"signer", "Người ký và quyền hạn ký", func(o *Outgoing) string {
		return strings.TrimSpace(strings.Join(append(append([]string{}, o.CapacityLines...), o.SignerPosition, o.SignerName), "\n"))
	}},
	{"unit", "Đơn vị soạn thảo", func(o *Outgoing) string { return o.UnitName }},
	{"field_abbr", "Chữ viết tắt lĩnh vực trong ký hiệu", func(o *Outgoing) string { return o.FieldAbbr }},
	{"urgency", "Độ khẩn", func(o *Outgoing) string { return o.Urgency.Label() }},
	{"due_date", "Hạn trả lời", func(o *Outgoing) string { return o.DueDate.Display() }},
	{"kept_copies", "Số bản lưu", func(o *Outgoing) string { return fmt.Sprint(o.KeptCopies) }},
	{"restricted", "Hạn chế người xem", func(o *Outgoing) string {
		if o.Restricted {
			return "Có"
		}
		return "Không"
	}},
}

func changesOf(before, after *Outgoing) []Change {
	out := []Change{}
	for _, f := range draftFields {
		if x, y := f.text(before), f.text(after); x != y {
			out = append(out, Change{Field: f.code, Label: f.label, Before: x, After: y, Parts: Differences(x, y)})
		}
	}
	return out
}

// OtherThanApproved gives the newest version that somebody approved when what stands there now is another one; 0 when nothing changed since
// (D8.4). Steps are the document's history.
func OtherThanApproved(o *Outgoing, steps []Step) (version int64, who string) {
	if o.State != InReview && o.State != AwaitingSignature {
		return 0, ""
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i]; s.Act == string(ActApprove) && s.Version != 0 && s.Version != o.Version {
			return s.Version, s.Who
		}
	}
	return 0, ""
}

// SinceReturned gives the version that was last given back when what stands there now is another one, and who gave it back; 0 when nothing was, or it has
// not been submitted again. Steps are the document's history.
func SinceReturned(o *Outgoing, steps []Step) (version int64, who string) {
	if o.State != InReview && o.State != AwaitingSignature {
		return 0, ""
	}
	for _, s := range slices.Backward(steps) {
		if s.Act == string(ActReturn) && s.Version != 0 {
			if s.Version == o.Version {
				return 0, ""
			}
			return s.Version, s.Who
		}
	}
	return 0, ""
}
