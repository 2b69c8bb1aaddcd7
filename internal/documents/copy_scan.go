package documents

import (
	"context"
	"fmt"

	"congvu/internal/blob"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// The standard of a digitised document (NĐ 30/2020, Phụ lục I, part II; D13.5).
const (
	scanDPI     = 200
	scanVersion = "1.4"
)

// DigitiseForm is what the registry says when it makes an electronic true copy of received paper.
type DigitiseForm struct {
	File   int64  // the scan, a PDF of the document
	Accept string // why a scan below the standard is taken, 10 to 1000 characters; "" = it is not
}

// ScanFindings tells where a scan is below the standard: PDF 1.4 or newer, in colour, at least 200 dots an inch, at its true size. A page without a picture
// that covers it is not judged: it is no scan.
func ScanFindings(b []byte) ([]store.Message, error) {
	f, err := pdf.Open(b)
	if err != nil {
		return nil, refuseReason("file", err)
	}
	pages, err := f.Pages()
	if err != nil {
		return nil, refuseReason("file", err)
	}
	var out []store.Message
	if len(b) > 8 && string(b[:5]) == "%PDF-" && string(b[5:8]) < scanVersion {
		out = append(out, store.Say("Tệp theo chuẩn PDF {version}; yêu cầu từ {least} trở lên.", "version", string(b[5:8]), "least", scanVersion))
	}
	for i, page := range pages {
		box, err := f.PageBox(page)
		if err != nil {
			return nil, refuseReason("file", err)
		}
		wide := (box[2] - box[0]) / 72
		best, gray := int64(0), false
		for _, x := range f.Dict(f.Dict(f.Inherited(page, "Resources"))["XObject"]) {
			s := f.Stream(x)
			if s == nil || f.Name(s.Dict["Subtype"]) != "Image" {
				continue
			}
			if w, ok := f.Int(s.Dict["Width"]); ok && w > best {
				best, gray = w, f.Name(s.Dict["ColorSpace"]) == "DeviceGray" || s.Dict["ImageMask"] == true
			}
		}
		if best == 0 || wide <= 0 {
			continue
		}
		if dpi := int64(float64(best) / wide); dpi < scanDPI {
			out = append(out, store.Say("Trang {page}: độ phân giải khoảng {dpi} dpi; yêu cầu từ {least} dpi.", "page", i+1, "dpi", int(dpi), "least", scanDPI))
		}
		if gray {
			out = append(out, store.Say("Trang {page}: ảnh không có màu; yêu cầu ảnh màu.", "page", i+1))
		}
	}
	return out, nil
}

// Digitise makes the scan of a received paper document an electronic true copy (D9.5, D13.5): the agency's signature with the text "Sao y; agency; time" in the
// upper right corner of page 1, no picture (S4.4). The registry does it in person, with a confirmation; a scan below the standard needs a reason, which is
// kept. The file's number in the register does not change: paper and copy are one entry (N26).
func Digitise(ctx context.Context, d *Desk, a store.Actor, id int64, form DigitiseForm) (*Copy, error) {
	doc, err := FindIncoming(ctx, d.DB, a, id)
	if err == nil {
		err = mayRegistry(a)
	}
	if err == nil {
		err = a.Confirmed(d.DB.Now())
	}
	if err != nil {
		return nil, err
	}
	if doc.Source != FromPaper || doc.ArrivalNumber == 0 || doc.State == Recalled {
		return nil, store.Refuse(store.Conflict, "Chỉ số hóa được văn bản giấy đến đã vào sổ.")
	}
	f, ok, err := store.Maybe[File](ctx, d.DB, sqlFile, a.Agency, form.File)
	if err == nil && (!ok || f.Ref != doc.Ref()) {
		err = errNotFound()
	}
	if err != nil {
		return nil, err
	}
	if f.Media != filePDF || f.Verdict != VerdictNone {
		return nil, store.RefuseField("file", "Chỉ ký số hóa được tệp PDF quét chưa có chữ ký số. Tệp {name} được giữ nguyên.", "name", f.Name)
	}
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return nil, err
	}
	findings, err := ScanFindings(b)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		if form.Accept == "" {
			refusal := &store.Refusal{Kind: store.Invalid}
			for _, m := range findings {
				refusal.Problems = append(refusal.Problems, store.Problem{Field: "accept", Message: m})
			}
			return nil, refusal
		}
		if form.Accept, err = reasonText(form.Accept); err != nil {
			return nil, err
		}
	}
	return d.signScan(ctx, a, doc, f, b, findings, form.Accept)
}

// signScan gives the agency's text signature to a scan and keeps it with its row.
func (d *Desk) signScan(ctx context.Context, a store.Actor, doc *Incoming, f File, b []byte, findings []store.Message, accepted string) (*Copy, error) {
	ag, err := org.AgencyAt(ctx, d.DB, org.AgencyID(a.Agency), today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	pen, err := d.takePen(ctx, a.Agency, OwnerAgency, a.Agency, ag.Name, paper.SealImage)
	if err != nil {
		return nil, err
	}
	req := pen.request(d)
	req.Name = ag.Name
	if req.Appearance, err = pen.look.block(b, fmt.Sprintf("%s; %s;", CopyLabel(CopyTrue), ag.Name), req.At, 0); err != nil {
		return nil, refuseReason("file", err)
	}
	was := f.SHA
	signed, err := d.signFile(ctx, f, req)
	if err != nil {
		return nil, err
	}
	name, err := personName(ctx, d.DB, a, today(d.DB.Now()))
	if err != nil {
		return nil, err
	}
	y := &Copy{AgencyID: a.Agency, Kind: CopyTrue, Medium: MediumElectronic, SourceRef: doc.Ref(), SourceTitle: doc.name(), SourceFile: f.ID, SourceSHA: was, PagesJSON: "[]", CopiedOn: today(d.DB.Now()),
		Place: ag.Seat, AgencyName: ag.Name, LinesJSON: "[]", ReceiversJSON: "[]", Quantity: 1, FindingsJSON: store.JSONOf(findings), Accepted: accepted, PersonID: a.Person, PersonName: name}
	err = d.write(ctx, a, func(tx *store.Tx) error {
		now, ok, err := store.Maybe[File](ctx, tx, sqlFile, a.Agency, f.ID)
		if err == nil && (!ok || now.SHA != was) {
			err = store.Refuse(store.Conflict, "Tệp vừa được thay đổi trong lúc ký. Chưa có gì được ghi; hãy tải lại trang rồi thực hiện lại.")
		}
		if err == nil {
			err = changeFile(ctx, tx, signed)
		}
		if err != nil {
			return err
		}
		y.ID, y.At = tx.NewID(), tx.Now()
		if err := y.put(ctx, tx); err != nil {
			return err
		}
		return doc.tell(ctx, tx, "", told{verb: "document.digitised", step: Step{Act: "digitised", What: store.Say("Số hóa bản giấy: sao y {name}, ký số của cơ quan.", "name", f.Name), Note: accepted}})
	})
	return y, err
}

// digitisable tells which files of a document may still be signed as a digitised copy.
func (d *Incoming) digitisable(files []File) []File {
	var out []File
	for _, f := range files {
		if d.Source == FromPaper && d.ArrivalNumber != 0 && f.Media == filePDF && f.Verdict == VerdictNone {
			out = append(out, f)
		}
	}
	return out
}

// Digitisable lists the scans of a received paper document that the registry may make electronic copies; empty for everybody else.
func Digitisable(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]File, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil || !KeepsRegisters(a) || d.State == Recalled {
		return nil, err
	}
	files, err := filesOf(ctx, r, a.Agency, d.Ref())
	return d.digitisable(files), err
}
