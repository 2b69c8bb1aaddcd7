package documents

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// BeginDraft begins a draft from a template: the marks of its texts and of its DOCX are filled with what was typed and what the installation knows. A
// DOCX becomes the main file as due work, like one that was uploaded; without a converter such a template is refused before anything is written.
func BeginDraft(ctx context.Context, d *Desk, a store.Actor, key string, f BeginForm) (*Outgoing, error) {
	on := today(d.DB.Now())
	t, err := FindTemplate(ctx, d.DB, a, key)
	if err != nil {
		return nil, err
	}
	if !t.On() {
		return nil, store.Refuse(store.Conflict, "Mẫu “{name}” đang tắt. Hãy chọn mẫu khác, hoặc bật mẫu này trước.", "name", t.Name)
	}
	values, err := t.filled(ctx, d.DB, a, f, on)
	if err != nil {
		return nil, err
	}
	var file *File
	if t.FileName != "" {
		kept, err := t.mergeFile(ctx, d, a, values, on)
		if err != nil {
			return nil, err
		}
		file = &kept
	}
	form := t.Content.filled(values)
	form.TypeCode, form.Signer, form.Capacity, form.Unit, form.ReplyTo, form.KeptCopies = t.TypeCode, f.Signer, f.Capacity, f.Unit, f.ReplyTo, 1
	var out *Outgoing
	err = d.write(ctx, a, func(tx *store.Tx) error {
		if err := form.answers(ctx, tx); err != nil {
			return err
		}
		o, err := Draft(ctx, tx, form)
		if err != nil {
			return err
		}
		said := Step{Act: string(actDraft), What: store.Say("Bắt đầu từ mẫu “{name}”, bản {version}.", "name", t.Name, "version", t.Version)}
		if t.ID == 0 {
			said.What = store.Say("Bắt đầu từ mẫu có sẵn “{name}”.", "name", t.Name)
		}
		if err := step(ctx, tx, o.AgencyID, o.Ref(), said); err != nil {
			return err
		}
		if err := tx.Record(store.Event{Verb: "template.used", Agency: a.Agency, Ref: t.Ref(), Title: t.Name, Data: map[string]any{"outgoing": o.ID, "version": t.Version}}); err != nil {
			return err
		}
		if file != nil {
			if err := o.putSource(ctx, tx, *file, store.Say("Điền tệp mẫu thành {name} để chuyển thành PDF.", "name", file.Name)); err != nil {
				return err
			}
		}
		out, err = load(ctx, tx, o.AgencyID, o.ID)
		return err
	})
	return out, err
}

// answers makes the sender of the answered document a receiver.
func (f *DraftForm) answers(ctx context.Context, r *store.Tx) error {
	if f.ReplyTo == 0 {
		return nil
	}
	in, err := FindIncoming(ctx, r, r.Actor(), f.ReplyTo)
	if err != nil {
		return err
	}
	f.Receivers = []ReceiverForm{{Agency: org.AgencyID(in.SenderAgency), Name: in.SenderName, Role: ForAction}}
	if len(f.Addressees) == 0 {
		f.Addressees = []string{in.SenderName}
	}
	return nil
}

// mergeFile fills the template's DOCX and keeps the result.
func (t *Template) mergeFile(ctx context.Context, d *Desk, a store.Actor, values map[string]string, on calendar.Date) (File, error) {
	in, err := t.docx(ctx, d)
	if err != nil {
		return File{}, refuseReason("file", err)
	}
	out, err := typist.Merge(in, func(name string) string { return values[i18n.Fold(line(name))] })
	if err != nil {
		return File{}, refuseReason("file", err)
	}
	return d.keepSource(ctx, a, t.fileTitle(on), bytes.NewReader(out.Data))
}

// filled is the template's text with its marks filled. A line of the body that says nothing without its values is left out; so is an empty basis or
// addressee, and one of several lines is several.
func (c *TemplateContent) filled(values map[string]string) DraftForm {
	fill := func(s string) string {
		return typist.Mark.ReplaceAllStringFunc(s, func(m string) string { return values[i18n.Fold(line(m[2:len(m)-2]))] })
	}
	one := func(s string) string { return line(strings.ReplaceAll(fill(s), "\n", " ")) }
	several := func(all []string) (out []string) {
		for _, s := range all {
			out = append(out, strings.Split(fill(s), "\n")...)
		}
		return lines(out)
	}
	body := func(s string) string {
		var out []string
		for _, l := range strings.Split(s, "\n") {
			now := fill(l)
			if typist.Mark.MatchString(l) && strings.TrimSpace(now) == "" {
				continue
			}
			out = append(out, now)
		}
		return strings.Join(out, "\n")
	}
	f := DraftForm{Form: c.Form, Subject: one(c.Subject), Authority: one(c.Authority), LegalBases: several(c.LegalBases), Addressees: several(c.Addressees), Body: body(c.Body),
		Meeting: Meeting{Event: one(c.Meeting.Event), Chair: one(c.Meeting.Chair), Time: one(c.Meeting.Time), Place: one(c.Meeting.Place)}}
	for _, x := range c.Annexes {
		f.Annexes = append(f.Annexes, Annex{Title: one(x.Title), Body: body(x.Body), Landscape: x.Landscape})
	}
	return f
}

// Similar gives the form of a new draft like a document that the actor may see (soạn tương tự): its texts, receivers and signer, but nothing that belongs
// to that one document, and nobody who is gone or may not sign this type any more.
func Similar(ctx context.Context, r store.Reader, a store.Actor, id int64, on calendar.Date) (DraftForm, error) {
	o, err := FindOutgoing(ctx, r, a, id)
	if err != nil {
		return DraftForm{}, err
	}
	f := DraftForm{TypeCode: o.TypeCode, Form: o.Form, Subject: o.Subject, Authority: o.Authority, Body: o.Body, LegalBases: o.LegalBases, Addressees: o.Addressees, Annexes: o.Annexes,
		Meeting: o.Meeting, FieldAbbr: o.FieldAbbr, Urgency: o.Urgency, KeptCopies: o.KeptCopies, Restricted: o.Restricted, Unit: org.UnitID(a.Unit)}
	units, err := org.Units(ctx, r, org.AgencyID(a.Agency))
	if err != nil {
		return f, err
	}
	for _, x := range o.Receivers {
		if x.Agency != 0 {
			if _, err := org.AgencyAt(ctx, r, x.Agency, on); err != nil {
				continue // it is no more: the person chooses who came after it
			}
		}
		if x.Unit != 0 && !slices.ContainsFunc(units, func(u org.Unit) bool { return u.ID == x.Unit }) {
			continue
		}
		f.Receivers = append(f.Receivers, ReceiverForm{Agency: x.Agency, Unit: x.Unit, Name: x.Name, Role: x.Role})
	}
	if o.SignerHolding == 0 {
		return f, nil
	}
	if h, err := org.HoldingAt(ctx, r, org.HoldingID(o.SignerHolding), on); err != nil || int64(h.AgencyID) != a.Agency {
		return f, nil
	}
	all, err := org.Capacities(ctx, r, org.HoldingID(o.SignerHolding), o.TypeCode, on)
	if slices.ContainsFunc(all, func(c org.Capacity) bool { return c.Code == o.Capacity }) {
		f.Signer, f.Capacity = org.HoldingID(o.SignerHolding), o.Capacity
	}
	return f, err
}

// DraftSimilar begins such a draft at once.
func DraftSimilar(ctx context.Context, tx *store.Tx, id int64) (*Outgoing, error) {
	f, err := Similar(ctx, tx, tx.Actor(), id, today(tx.Now()))
	if err != nil {
		return nil, err
	}
	return Draft(ctx, tx, f)
}
