package pades

import (
	"testing"

	"congvu/internal/pdf"
)

// painted makes a file with one appearance, and gives it.
func paintedBy(t testing.TB, content string, fonts pdf.Dict) (*pdf.File, any) {
	var ref pdf.Ref
	b := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
		ref = u.Add(pdf.Dict{"N": u.Add(formXObject(100, 15, pdf.Dict{"Font": fonts}, []byte(content)))})
	})
	f, err := pdf.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return f, ref
}

func TestAppearancesOfForeignProgramsAreRead(t *testing.T) {
	latin := pdf.Dict{"F": pdf.Dict{"Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")}}
	renamed := pdf.Dict{"F": pdf.Dict{"Subtype": pdf.Name("Type1"), "Encoding": pdf.Dict{"Differences": pdf.Array{65, pdf.Name("B")}}}}
	usual := pdf.Dict{"F": pdf.Dict{"Subtype": pdf.Name("Type1"), "Encoding": pdf.Dict{"Differences": pdf.Array{24, pdf.Name("breve"), 39, pdf.Name("quotesingle"), 128, pdf.Name("bullet")}}}}
	for name, x := range map[string]struct {
		content string
		fonts   pdf.Dict
		want    string
		read    bool
	}{
		"a string":               {"/Tx BMC q BT /F 12 Tf 0 g 2 3 Td (12/Q\\304-UBND) Tj ET Q EMC", latin, "12/QÄ-UBND", true},
		"no font at all":         {"q 0 0 1 rg BT /Ti 12 Tf (Some text) Tj ET Q", nil, "Some text", true},
		"pieces":                 {"BT /F 9 Tf [(So)-20(me) 3 <20>] TJ T* (text) ' ET", latin, "Some text", true},
		"escapes":                {"BT (a\\(b\\)\\\\ \\n(c)\\\nd) Tj ET", latin, "a(b)\\ \n(c)d", true},
		"lines and areas":        {"1 g 0 0 9 9 re f 0 G 1 w 0 0 9 9 re S BT (x) Tj ET % comment", latin, "x", true},
		"marked content":         {"/Span <</ActualText (y)>> BDC BT (x) Tj ET EMC", latin, "x", true},
		"the usual table":        {"BT /F 9 Tf (AB) Tj ET", usual, "AB", true},
		"renamed letters":        {"BT /F 9 Tf (AB) Tj ET", renamed, "", false},
		"a picture":              {"BT (x) Tj ET /Im Do", latin, "", false},
		"an inline picture":      {"BI /W 1 ID x EI", latin, "", false},
		"an open string":         {"BT (x Tj ET", latin, "", false},
		"a bracket too many":     {"BT (x)) Tj ET", latin, "", false},
		"odd hexadecimal digits": {"BT <7> Tj ET", latin, "p", true},
		"no hexadecimal digits":  {"BT <7z> Tj ET", latin, "", false},
	} {
		f, ap := paintedBy(t, x.content, x.fonts)
		got, ok := readAppearance(f, ap)
		if ok != x.read || got != x.want {
			t.Errorf("%s: %q %v", name, got, ok)
		}
	}
	if !sameText(" 12 /QĐ\n", "12/QĐ") || sameText("12", "21") {
		t.Error("white space is place, letters are not")
	}
}

func FuzzReadAppearance(f *testing.F) {
	f.Add([]byte("/Tx BMC q BT /F 12 Tf 0 g 2 3 Td (12) Tj [<3132> 3] TJ ET Q EMC"))
	f.Add([]byte("BT (\\\\(\\)\\777\\1) ' ET"))
	f.Fuzz(func(t *testing.T, content []byte) {
		r := contentReader{data: content}
		for n := 0; ; n++ {
			token, ok := r.next()
			if !ok || token.kind == contentOperator && token.text == "" {
				return
			}
			if n > len(content) {
				t.Fatal("more tokens than bytes")
			}
		}
	})
}
