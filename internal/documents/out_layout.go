package documents

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// places are where number, date, signature and seal go on a file. FullNumber: the number's field stands alone in a corner and takes
// number and notation, not only the digits.
type places struct {
	paper.Boxes
	FullNumber bool
	Uploaded   bool // Signature is where the picture goes, not a box of the layout that the agency's placing moves
	Turn       int  // how far the page of the signature is shown turned
}

// Lay lays the text out as PDF/A-2b by NĐ 30/2020 and keeps it as a new version of the main file. Rendering and storing happen outside of
// the transaction; Conflict when the text changed meanwhile.
func Lay(ctx context.Context, d *Desk, a store.Actor, id int64) (*Outgoing, error) {
	o, err := prepare(ctx, d, a, id, ActLay)
	if err != nil {
		return nil, err
	}
	doc, err := o.paper(ctx, d.DB, today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	doc.Made = d.DB.Now().Time().In(calendar.Hanoi)
	laid, err := paper.Render(doc)
	if err != nil {
		return nil, refuseReason("body", err)
	}
	f := File{Name: fileName(o.TypeName), Media: filePDF, Main: true}
	if err := d.keepBytes(ctx, &f, laid.PDF); err != nil {
		return nil, err
	}
	return o.keepMain(ctx, d, a, ActLay, versionLaid, f, places{Boxes: laid.Boxes}, doc.Notation)
}

// UploadMain uses a PDF made elsewhere as the main file. It refuses files that are empty, too large, no PDF, encrypted, broken, signed
// already or active; the draft is kept. A file without the fields SoVanBan and NgayBanHanh gets them in the top right corner of its
// first page, before anybody signs (S3.2, S3.6). A word processor's file becomes a PDF as due work: the document is given as it is until then, and
// Sources tells how far it is.
func UploadMain(ctx context.Context, d *Desk, a store.Actor, id int64, name string, from io.Reader) (*Outgoing, error) {
	o, err := prepare(ctx, d, a, id, ActUpload)
	if err != nil {
		return nil, err
	}
	if Converts(name) {
		if err := uploadSource(ctx, d, a, o, name, from); err != nil {
			return nil, err
		}
		return FindOutgoing(ctx, d.DB, a, id)
	}
	if !strings.EqualFold(name[max(0, len(name)-4):], ".pdf") {
		return nil, store.RefuseField("file", "Tệp {name} không phải là PDF. Nội dung đã có được giữ nguyên; hãy xuất văn bản ra PDF rồi tải lên lại.", "name", line(name))
	}
	f, err := KeepFile(ctx, d, a.Agency, name, from)
	if err != nil {
		return nil, err
	}
	if f.Verdict != VerdictNone {
		return nil, store.RefuseField("file", "Tệp {name} đã có chữ ký số nên không dùng làm dự thảo được. Nội dung đã có được giữ nguyên; hãy tải lên bản chưa ký.", "name", f.Name)
	}
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return nil, err
	}
	return d.useAsMain(ctx, a, o, f, b)
}

// useAsMain gives an unsigned PDF its fields and keeps it as the main file; also what follows goes into the same transaction.
func (d *Desk) useAsMain(ctx context.Context, a store.Actor, o *Outgoing, f File, b []byte, also ...func(tx *store.Tx, now *Outgoing) error) (*Outgoing, error) {
	placing, err := placingOn(ctx, d.DB, a.Agency, today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	b, where, err := prepareFields(b, placing)
	if err != nil {
		return nil, store.Because(store.RefuseField("file", "Tệp {name} có nội dung tự chạy hoặc biểu mẫu không dùng được. Nội dung đã có được giữ nguyên; hãy in lại ra PDF thường rồi tải lên.", "name", f.Name), err)
	}
	if err := d.keepBytes(ctx, &f, b); err != nil {
		return nil, err
	}
	f.Main = true
	notation, _, err := o.notation(ctx, d.DB, today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	found := d.checkPages(ctx, o, b)
	return o.keepMain(ctx, d, a, ActUpload, versionUploaded, f, where, notation, append(also, func(tx *store.Tx, now *Outgoing) error { return keepPages(ctx, tx, now, found) })...)
}

// prepare loads a document for an act that works outside of a transaction first.
func prepare(ctx context.Context, d *Desk, a store.Actor, id int64, act Act) (*Outgoing, error) {
	o, err := FindOutgoing(ctx, d.DB, a, id)
	if err == nil {
		_, err = o.allow(a, act)
	}
	if err == nil && confirmed[act] {
		err = a.Confirmed(d.DB.Now())
	}
	return o, err
}

// keepBytes stores the bytes of a file and judges them.
func (d *Desk) keepBytes(ctx context.Context, f *File, b []byte) error {
	ref, err := d.Blobs.Put(ctx, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return refuseReason("file", err)
	}
	f.SHA, f.Size = ref.SHA, ref.Size
	return d.examineBytes(f, b)
}

var sqlNewMain = store.SQL(`UPDATE documents_outgoing SET revision = revision + 1, main_file = $1, version = $2, file_content_no = content_no, notation = $3
	WHERE agency_id = $4 AND id = $5 AND state = $6 AND revision = $7`)

// keepMain writes a new main file of the text that o was read with.
func (o *Outgoing) keepMain(ctx context.Context, d *Desk, a store.Actor, act Act, kind string, f File, where places, notation string, also ...func(tx *store.Tx, now *Outgoing) error) (*Outgoing, error) {
	var out *Outgoing
	err := d.write(ctx, a, func(tx *store.Tx) error {
		now, _, err := begin(ctx, tx, o.ID, act)
		if err == nil {
			err = now.stale(o.Revision)
		}
		if err != nil {
			return err
		}
		f := f
		if now.MainFile == 0 {
			f, err = putFile(ctx, tx, now.AgencyID, now.Ref(), f)
			now.MainFile = f.ID
		} else {
			f.AgencyID, f.ID, f.Ref = now.AgencyID, now.MainFile, now.Ref()
			err = changeFile(ctx, tx, f)
		}
		revision := now.Revision
		if err == nil {
			err = now.putVersion(ctx, tx, kind, f, where)
		}
		if err == nil {
			err = tx.Put(ctx, sqlNewMain, now.MainFile, now.Version, notation, now.AgencyID, now.ID, now.State, revision)
		}
		if err == nil && kind == versionUploaded {
			err = now.voidApprovals(ctx, tx, store.Say("thay tệp chính"), anyDuty)
		} else if err == nil {
			err = now.voidApprovals(ctx, tx, store.Say("trình bày lại"), withCertificate)
		}
		if err == nil {
			what := store.Say("Trình bày văn bản thành PDF, phiên bản {version}.", "version", now.Version)
			if kind == versionUploaded {
				what = store.Say("Tải lên tệp chính {name}, phiên bản {version}.", "name", f.Name, "version", now.Version)
			}
			err = step(ctx, tx, now.AgencyID, now.Ref(), Step{Act: string(act), What: what, Version: now.Version})
		}
		if err == nil {
			err = tx.Record(store.Event{Verb: "document.laid_out", Agency: now.AgencyID, Ref: now.Ref(), Title: now.Title(), Data: map[string]any{"sha": f.SHA, "version": now.Version}})
		}
		for _, more := range also {
			if err == nil {
				err = more(tx, now)
			}
		}
		if err == nil {
			out, err = load(ctx, tx, now.AgencyID, now.ID)
		}
		return err
	})
	return out, err
}

func fileName(title string) string {
	return strings.NewReplacer(" ", "-", "/", "-").Replace(i18n.Fold(title)) + ".pdf"
}

// notation makes the notation of the document from the abbreviations valid on a day (D4.2, D4.3, D4.5), and gives the agency.
func (o *Outgoing) notation(ctx context.Context, r store.Reader, on calendar.Date) (string, *org.Agency, error) {
	ag, err := org.AgencyAt(ctx, r, org.AgencyID(o.AgencyID), on)
	if err != nil {
		return "", nil, err
	}
	t, err := FindType(ctx, r, o.TypeCode)
	if err != nil {
		return "", nil, err
	}
	if ag.Abbr == "" {
		return "", nil, store.Refuse(store.Invalid, "Cơ quan chưa có chữ viết tắt để lập ký hiệu văn bản. Đề nghị quản trị của cơ quan bổ sung.")
	}
	if b, ok, err := o.series(ctx, r, on); err != nil {
		return "", nil, err
	} else if ok {
		own, err := o.notationBy(ctx, r, b, ag)
		return own, ag, err
	}
	if !t.Letter() {
		return t.Abbr + "-" + ag.Abbr, ag, nil
	}
	field := o.FieldAbbr
	if field == "" {
		field, err = o.unitAbbr(ctx, r)
	}
	if err == nil && field == "" {
		err = store.RefuseField("field_abbr", "Ký hiệu của công văn cần chữ viết tắt của đơn vị soạn thảo hoặc lĩnh vực. Hãy bổ sung.")
	}
	return ag.Abbr + "-" + field, ag, err
}

func (o *Outgoing) unitAbbr(ctx context.Context, r store.Reader) (string, error) {
	u, err := unitOf(ctx, r, o.AgencyID, org.UnitID(o.UnitID))
	if err != nil || u == nil {
		return "", err
	}
	return u.Abbr, nil
}

// paper is the document as the layout wants it. Missing signer is refused: his capacity stands on the page.
func (o *Outgoing) paper(ctx context.Context, r store.Reader, on calendar.Date) (paper.Document, error) {
	if o.SignerHolding == 0 {
		return paper.Document{}, store.RefuseField("signer", "Hãy chọn người ký và quyền hạn ký trước khi trình bày văn bản.")
	}
	notation, ag, err := o.notation(ctx, r, on)
	if err != nil {
		return paper.Document{}, err
	}
	unit, err := o.unitAbbr(ctx, r)
	if err != nil {
		return paper.Document{}, err
	}
	parent := ag.ParentName
	if ag.Collective { // people's committees and councils name nobody above them
		parent = ""
	}
	doc := paper.Document{Form: paper.Form(o.Form), ParentAgency: parent, Agency: ag.Name, Notation: notation, Place: ag.Seat, TypeName: o.TypeName,
		Subject: o.Subject, Authority: o.Authority, LegalBases: o.LegalBases, Addressees: o.Addressees, Body: o.Body,
		Meeting: paper.Meeting(o.Meeting), SignerPosition: o.SignerPosition, SignerName: o.SignerName, FileUnit: unit, FileCopies: o.KeptCopies,
		Urgency: paper.Urgency(urgencies[o.Urgency].stamp)}
	if doc.Authority == "" && slices.Contains([]paper.Form{paper.Resolution, paper.Decision, paper.DecisionOnText}, doc.Form) {
		doc.Authority = ag.Name
		if len(o.CapacityLines) == 0 || !strings.HasPrefix(o.CapacityLines[0], "TM.") {
			doc.Authority = ag.HeadTitle + " " + ag.Name
		}
	}
	for _, l := range o.CapacityLines {
		prefix, office, _ := strings.Cut(l, " ")
		doc.Capacity = append(doc.Capacity, paper.CapacityLine{Prefix: prefix, Office: office})
	}
	for _, x := range o.Receivers {
		if o.isAddressed(x) {
			continue // "Như trên" stands for it (D5.6)
		}
		doc.Receivers = append(doc.Receivers, x.Name)
	}
	for _, x := range o.Annexes {
		doc.Annexes = append(doc.Annexes, paper.Annex(x))
	}
	if doc.Form == paper.Letter && ag.Address != "" {
		doc.Address = []string{ag.Address}
	}
	return doc, nil
}

// isAddressed tells whether a receiver stands under "Kính gửi" already.
func (o *Outgoing) isAddressed(r Receiver) bool {
	return slices.ContainsFunc(o.Addressees, func(to string) bool { return i18n.Fold(to) == i18n.Fold(r.Name) })
}

// harmful is active content that a main file must not have.
var harmful = []string{pdf.ActiveJavaScript, pdf.ActiveLaunch, pdf.ActiveXFA, pdf.ActiveFile, pdf.ActiveRemote, pdf.ActiveSubmit, pdf.ActiveImport, pdf.ActiveMedia, pdf.ActiveUNC, pdf.ActiveUnread}

// prepareFields gives an uploaded file the two fields that are filled after the signature, and finds the places for signature and seal:
// where the agency places them, by default at the lower right of the last page.
func prepareFields(b []byte, placing Placing) ([]byte, places, error) {
	var where places
	f, err := pdf.Open(b)
	if err == nil {
		err = f.ReadAll()
	}
	if err != nil {
		return nil, where, err
	}
	for _, kind := range pdf.Active(f) {
		if slices.Contains(harmful, kind) {
			return nil, where, pdf.ErrLimit
		}
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, where, err
	}
	at := len(pages)
	if placing.Upload.Page == "first" {
		at = 1
	}
	frame, err := pades.FrameOf(f, pages[at-1])
	if err != nil {
		return nil, where, err
	}
	where = uploadPlaces(frame, at, placing)
	fields, err := formNames(f)
	if err != nil || fields[paper.NumberField] && fields[paper.DateField] {
		return b, where, err
	}
	if len(fields) > 0 {
		return nil, where, pdf.ErrLimit // somebody's form; filling it is not ours to allow
	}
	where.FullNumber = true
	b, err = addFields(f, pages[0])
	return b, where, err
}

func formNames(f *pdf.File) (map[string]bool, error) {
	names := map[string]bool{}
	for _, x := range f.Array(f.Dict(f.Root()["AcroForm"])["Fields"]) {
		names[f.Text(f.Dict(x)["T"])] = true
	}
	return names, f.Err()
}

// addFields appends the two text fields to the top right corner of a page.
func addFields(f *pdf.File, page pdf.Ref) ([]byte, error) {
	box, err := f.PageBox(page)
	if err != nil {
		return nil, err
	}
	root, ok := f.Trailer["Root"].(pdf.Ref)
	if !ok {
		return nil, pdf.ErrBroken
	}
	u := pdf.NewUpdate(f)
	catalog, first := u.Dict(root), u.Dict(page)
	fields := pdf.Array{}
	for i, name := range []string{paper.NumberField, paper.DateField} {
		top := box[3] - 14 - float64(i)*14
		field := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.TextString(name), "F": 4,
			"Ff": 1, "Q": 2, "P": page, "DA": pdf.TextString("/Tinos 10 Tf 0 g"), "Rect": pdf.Array{box[2] - 232, top - 12, box[2] - 32, top}})
		fields = append(fields, field)
		if u.Push(first, "Annots", field) {
			u.Set(page, first)
		}
	}
	catalog["AcroForm"] = u.Add(pdf.Dict{"Fields": fields, "DA": pdf.TextString("/Tinos 10 Tf 0 g")})
	u.Set(root, catalog)
	out, _, err := u.Finish()
	return out, err
}

// numberValues is what the two fields of a file hold after numbering.
func (o *Outgoing) numberValues(where places) map[string]string {
	number, _, _ := strings.Cut(o.NumberText, "/")
	if where.FullNumber {
		number = "Số: " + o.NumberText
	}
	return map[string]string{paper.NumberField: number, paper.DateField: o.IssuedDate.Words()}
}
