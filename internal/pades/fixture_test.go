package pades

import (
	"bytes"
	"context"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"sync"
	"testing"
	"time"

	"congvu/internal/keys"
	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

var (
	testFrom  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	testUntil = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	signedAt  = time.Date(2026, 11, 23, 9, 15, 0, 0, time.FixedZone("", 7*3600))
	checkedAt = signedAt.Add(time.Hour)
)

// office is an authority with a leader and an agency, the same in every run.
type office struct {
	authority      *keys.TestAuthority
	leader, agency *keys.Identity
	trust          *keys.Trust
}

var openOffice = sync.OnceValues(func() (*office, error) {
	a, err := keys.NewTestAuthority(keys.TestOptions{From: testFrom, Until: testUntil, Seed: []byte("pades tests, nothing secret here")})
	if err != nil {
		return nil, err
	}
	o := &office{authority: a}
	valid := keys.Period{From: testFrom, Until: testUntil}
	if o.leader, err = a.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", valid); err != nil {
		return nil, err
	}
	o.agency, err = a.Agency("UBND xã Vĩnh Lĩnh", "H26.15", valid)
	return o, err
})

func testOffice(t testing.TB) *office {
	t.Helper()
	shared, err := openOffice()
	if err != nil {
		t.Fatal(err)
	}
	o := *shared
	dir := t.TempDir()
	if err := o.authority.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	if o.trust, err = keys.LoadTrust(dir); err != nil {
		t.Fatal(err)
	}
	o.trust.AllowTest = true
	return &o
}

func (o *office) options() VerifyOptions {
	return VerifyOptions{At: checkedAt, Trust: o.trust}
}

func (o *office) request(id *keys.Identity) Request {
	return Request{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, At: signedAt}
}

// draft is a two-page document in PDF/A manner with the two prepared fields; style says how its cross-references are kept.
func draft(t testing.TB, filler int) []byte {
	t.Helper()
	var b pdf.Builder
	root, pages, first := b.Reserve(), b.Reserve(), b.Reserve()
	subset, err := typeface.Tinos(typeface.Regular).Subset([]rune("Quyết định về việc 0123456789/-QĐUBND ngàythángnăm"))
	if err != nil {
		t.Fatal(err)
	}
	font := subset.Objects(b.Add)
	codes, err := subset.Encode("Quyết định")
	if err != nil {
		t.Fatal(err)
	}
	content := "BT /TiR 14 Tf 72 720 Td <" + hex.EncodeToString(codes) + "> Tj ET"
	resources := b.Add(pdf.Dict{"Font": pdf.Dict{"TiR": font}})
	page := func(text []byte) pdf.Dict {
		return pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595.28, 841.89}, "Resources": resources,
			"Contents": b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: text})}
	}
	field := func(name string, box pdf.Array) pdf.Ref {
		empty := b.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 100, 15}, "Resources": pdf.Dict{}}})
		return b.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "F": 4, "T": pdf.TextString(name),
			"DA": pdf.String{Bytes: []byte("/TiR 13 Tf 0 g")}, "Rect": box, "AP": pdf.Dict{"N": empty}, "P": first})
	}
	fields := pdf.Array{field(NumberField, pdf.Array{100, 700, 200, 715}), field(DateField, pdf.Array{300, 700, 480, 715}), field("GhiChu", pdf.Array{100, 600, 200, 615})}
	one := page([]byte(content))
	one["Annots"] = fields
	b.Set(first, one)
	second := b.Add(page(append([]byte(content+"\n%"), bytes.Repeat([]byte("x"), filler)...)))
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{first, second}, "Count": 2})
	b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages, "AcroForm": pdf.Dict{"Fields": fields,
		"DA": pdf.String{Bytes: []byte("/TiR 13 Tf 0 g")}, "DR": pdf.Dict{"Font": pdf.Dict{"TiR": font}}}})
	out, err := b.Finish(root, b.Add(pdf.Dict{"Title": pdf.TextString("Quyết định")}))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// seal is a red ring on transparent ground, 96 pixels wide at 72 a inch.
func seal(t testing.TB) *Image {
	t.Helper()
	im := image.NewNRGBA(image.Rect(0, 0, 96, 96))
	for y := range 96 {
		for x := range 96 {
			if d := (x-48)*(x-48) + (y-48)*(y-48); d > 40*40 && d < 46*46 {
				im.SetNRGBA(x, y, color.NRGBA{200, 16, 16, 180})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	m, err := NewImage(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustSign(t testing.TB, file []byte, req Request) []byte {
	t.Helper()
	out, err := Sign(context.Background(), file, req)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// certified is a draft that the leader has signed, allowing number and date to be filled.
func (o *office) certified(t testing.TB) []byte {
	req := o.request(o.leader)
	req.Certify = 2
	req.Reason, req.Location = "Phê duyệt", "Vĩnh Lĩnh"
	req.Appearance = &Appearance{Page: 2, Rect: [4]float64{300, 100, 500, 160}, Lines: []string{"Nguyễn Văn Nghĩa", "2026-11-23T09:15:00+07:00"}}
	return mustSign(t, draft(t, 0), req)
}

var numberAndDate = map[string]string{NumberField: "15/QĐ-UBND", DateField: "ngày 23 tháng 11 năm 2026"}

// issued is a document as it leaves an agency: leader, number and date, seal.
func (o *office) issued(t testing.TB) []byte {
	t.Helper()
	filled, err := FillFields(o.certified(t), numberAndDate)
	if err != nil {
		t.Fatal(err)
	}
	req := o.request(o.agency)
	req.LockFields = true
	req.Appearance = &Appearance{Page: 2, Rect: [4]float64{270, 90, 370, 190}, Image: seal(t)}
	return mustSign(t, filled, req)
}

func verify(t testing.TB, file []byte, opt VerifyOptions) *Report {
	t.Helper()
	r, err := Verify(file, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
