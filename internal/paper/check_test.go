package paper

import (
	"fmt"
	"strings"
	"testing"
)

func codes(findings []Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Box+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

func TestCheckFindsNothingInGoodDrafts(t *testing.T) {
	for _, s := range samples {
		doc := s.make()
		if doc.FileUnit == "" {
			doc.FileUnit = "VP"
		}
		if got := codes(Check(doc)); got != "" {
			t.Errorf("%s: %s", s.name, got)
		}
	}
}

// D5.13, and the rules named by the boxes.
// D6.9: no academic title before a signer's name.
func TestCheckNamesEachDeparture(t *testing.T) {
	for _, c := range []struct {
		want string
		harm func(*Document)
	}{
		{"2 agency.missing", func(d *Document) { d.Agency = " " }},
		{"3 notation.missing", func(d *Document) { d.Notation = "" }},
		{"3 notation.space", func(d *Document) { d.Notation = "SNV - VP" }},
		{"3 notation.space, 3 notation.word", func(d *Document) { d.Notation = "Số: SNV-VP" }},
		{"3 notation.slash", func(d *Document) { d.Notation = "12/SNV-VP" }},
		{"3 notation.groups", func(d *Document) { d.Notation = "SNV" }},
		{"3 number.digits", func(d *Document) { d.Number = "15a" }},
		{"3 number.digits", func(d *Document) { d.Number = "12345678901" }},
		{"4 place.missing", func(d *Document) { d.Place = "" }},
		{"4 place.comma", func(d *Document) { d.Place = "Huế," }},
		{"4 place.capital", func(d *Document) { d.Place = "đà Nẵng" }},
		{"4 place.long", func(d *Document) { d.Place = "Thành phố mang tên một người có họ tên rất dài" }},
		{"5a type.missing", func(d *Document) { d.Form = Named }},
		{"5b subject.missing", func(d *Document) { d.Subject = "" }},
		{"5b subject.period", func(d *Document) { d.Subject += "." }},
		{"5b subject.word", func(d *Document) { d.Subject = "V/v " + d.Subject }},
		{"6 authority.missing, 6 bases.missing", func(d *Document) { d.Form = Decision }},
		{"6 bases.opening", func(d *Document) { d.LegalBases = []string{"Luật Lưu trữ"} }},
		{"6 body.missing", func(d *Document) { d.Body = " \n" }},
		{"6 body.end", func(d *Document) { d.Body = "Nội dung." }},
		{"7a capacity.prefix", func(d *Document) { d.Capacity = []CapacityLine{{"T/M", "Giám đốc"}} }},
		{"7a capacity.office", func(d *Document) { d.Capacity = []CapacityLine{{"KT.", ""}} }},
		{"7a capacity.order", func(d *Document) {
			d.Capacity = []CapacityLine{{"KT.", "Chủ tịch"}, {"TM.", "Ủy ban nhân dân"}}
		}},
		{"7a position.missing", func(d *Document) { d.SignerPosition = "" }},
		{"7b name.missing", func(d *Document) { d.SignerName = "" }},
		{"7b name.title", func(d *Document) { d.SignerName = "TS. Nguyễn Văn A" }},
		{"7b name.capitals", func(d *Document) { d.SignerName = "NGUYỄN VĂN A" }},
		{"9a addressees.missing", func(d *Document) { d.Addressees = nil }},
		{"9b unit.missing", func(d *Document) { d.FileUnit = "" }},
		{"10b urgency.unknown", func(d *Document) { d.Urgency = "GẤP" }},
		{"7a letters.missing, 7b letters.missing", func(d *Document) { d.Capacity[0].Office, d.SignerName = "Giám đốc 漢", "Nguyễn 漢" }},
		{"5b letters.missing", func(d *Document) { d.Subject = "漢" }},
		{"6 letters.missing", func(d *Document) { d.Body = "Gửi 漢./." }},
	} {
		doc := sampleLetter()
		c.harm(&doc)
		findings := Check(doc)
		if got := codes(findings); got != c.want {
			t.Errorf("found %q, want %q", got, c.want)
		}
		for _, f := range findings {
			if !strings.HasSuffix(f.Text, ".") || strings.Contains(fmt.Sprint(f.Args), "{") {
				t.Errorf("%s: %q", f.Code, f.Text)
			}
			for name := range f.Args {
				if !strings.Contains(f.Text, "{"+name+"}") {
					t.Errorf("%s does not use %s", f.Code, name)
				}
			}
		}
	}
}

// D6.3, D6.5: an acting head needs no further line; a deputy may sign below TL.
func TestCheckAllowsLawfulCapacities(t *testing.T) {
	for _, lines := range [][]CapacityLine{
		nil, {{"Q.", "Giám đốc"}}, {{"TM.", "Ủy ban nhân dân"}, {"Q.", "Chủ tịch"}}, {{"TL.", "Giám đốc"}, {"KT.", "Chánh Văn phòng"}},
		{{"TUQ.", "Chủ tịch"}}, {{"TM.", "Ủy ban nhân dân"}, {"KT.", "Chủ tịch"}},
	} {
		doc := sampleLetter()
		doc.Capacity = lines
		if len(lines) > 0 && lines[len(lines)-1].Prefix == "Q." {
			doc.SignerPosition = ""
		}
		if got := codes(Check(doc)); got != "" {
			t.Errorf("%v: %s", lines, got)
		}
	}
}
