package paper

import (
	"math"
	"testing"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// Number and date are reserved before the person signs: named text fields, own fonts, empty appearance, nothing that makes a
// viewer redraw them.
func TestNumberAndDateAreReservedAsFields(t *testing.T) {
	r, err := Render(sampleLetter())
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(r.PDF)
	if err != nil {
		t.Fatal(err)
	}
	form := f.Dict(f.Root()["AcroForm"])
	if _, present := form["NeedAppearances"]; present {
		t.Error("NeedAppearances is present")
	}
	fonts := f.Dict(f.Dict(form["DR"])["Font"])
	fields := f.Array(form["Fields"])
	pages, err := f.Pages()
	if err != nil || len(fields) != 2 || len(pages) != 1 {
		t.Fatalf("%d fields, %d pages, %v", len(fields), len(pages), err)
	}
	annots := f.Array(f.Dict(pages[0])["Annots"])
	for i, want := range []struct {
		name, appearance string
		box              Box
		style            typeface.Style
	}{
		{NumberField, "/Tinos0 13 Tf 0 g", r.Boxes.Number, typeface.Regular},
		{DateField, "/Tinos2 13 Tf 0 g", r.Boxes.Date, typeface.Italic},
	} {
		d := f.Dict(fields[i])
		if f.Text(d["T"]) != want.name || f.Name(d["FT"]) != "Tx" || f.Text(d["DA"]) != want.appearance || d["V"] != nil {
			t.Errorf("field %d: %v", i, d)
		}
		if annots[i] != fields[i] {
			t.Errorf("%s is not an annotation of page 1", want.name)
		}
		rect, _ := f.Rect(d["Rect"])
		for k, v := range []float64{want.box.Left, want.box.Bottom, want.box.Right, want.box.Top} {
			if math.Abs(rect[k]-v) > 0.01 {
				t.Errorf("%s: rectangle %v, box %+v", want.name, rect, want.box)
			}
		}
		if s := f.Stream(f.Dict(d["AP"])["N"]); s == nil || string(s.Raw) != "/Tx BMC EMC" {
			t.Errorf("%s: appearance is not empty", want.name)
		}
		if f.Dict(fonts[fontKey(want.style)]) == nil {
			t.Errorf("%s: its font is not in the form's resources", want.name)
		}
	}
	if w := typeface.Tinos(typeface.Italic).Width(FormatDate(madeAt), dateSize); w > r.Boxes.Date.Right-r.Boxes.Date.Left+0.01 {
		t.Errorf("a date is %.1f wide, its field less", w)
	}
}

// What is printed needs no field, and the fonts then carry only what is printed.
func TestKnownNumberAndDateArePrinted(t *testing.T) {
	doc := sampleDecision()
	r, err := Render(doc)
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(r.PDF)
	if err != nil {
		t.Fatal(err)
	}
	if f.Root()["AcroForm"] != nil || r.Boxes.Number.Page != 0 || r.Boxes.Date.Page != 0 {
		t.Error("a document with number and date has fields")
	}
	inReadingOrder(t, tool(t, "pdftotext", "-raw", saved(t, r.PDF), "-"), "Số: 05/QĐ-UBND", "Thành phố Hồ Chí Minh, ngày 05 tháng 01 năm 2026")
}

// The baseline promised in the package comment is that of the fixed text beside the field.
func TestFieldBaselineIsThatOfTheLine(t *testing.T) {
	l := laidOut(sampleLetter())
	for _, it := range l.pages.all[0].items {
		switch texts(it) {
		case "Số: ":
			if b := l.boxes.Number; math.Abs(b.Bottom+numberSize*descent-it.y) > 0.01 || math.Abs(it.x+lineWidth(it)-b.Left) > 0.01 {
				t.Errorf("text at %.2f,%.2f, field %+v", it.x, it.y, b)
			}
		case "/SNV-VP":
			if math.Abs(it.x-l.boxes.Number.Right) > 0.01 {
				t.Errorf("slash at %.2f, field ends at %.2f", it.x, l.boxes.Number.Right)
			}
		case "Đà Nẵng, ":
			if b := l.boxes.Date; math.Abs(b.Bottom+dateSize*descent-it.y) > 0.01 || math.Abs(it.x+lineWidth(it)-b.Left) > 0.01 {
				t.Errorf("place at %.2f,%.2f, field %+v", it.x, it.y, b)
			}
		}
	}
}
