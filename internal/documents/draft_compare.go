package documents

import (
	"context"
	"encoding/json"
	"fmt"
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
	} else {
		_, second, err = o.stateAt(ctx, d.DB, o.Version)
	}
	if err != nil {
		return nil, err
	}
	c := &Comparison{From: from, To: to, Changes: changesOf(before, after)}
	if first.SHA != second.SHA && (first.Kind == versionUploaded || second.Kind == versionUploaded) {
		err = c.files(ctx, d, first, second)
	}
	return c, err
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
	var was Outgoing
	if err := json.Unmarshal([]byte(row.Content), &was); err != nil {
		return nil, row, fmt.Errorf("version %d of %s: %w", no, o.Ref(), err)
	}
	return &was, row, nil
}

// files compares the words of the pages of two versions.
func (c *Comparison) files(ctx context.Context, d *Desk, first, second contentRow) error {
	var texts [2]string
	for i, v := range []contentRow{first, second} {
		if d.Texts == nil {
			c.Unread = true
			return nil
		}
		b, err := blob.ReadAll(ctx, d.Blobs, v.SHA, v.Size)
		if err != nil {
			return err
		}
		t, err := d.Texts.Read(ctx, filePDF, b)
		if _, said := errorsAs[*transcript.Refusal](err); said {
			c.Unread = true
			return nil
		}
		if err != nil {
			return err
		}
		texts[i] = t.Plain(mostText)
	}
	c.Unread, c.FromText = texts[0] == "" || texts[1] == "", true
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
