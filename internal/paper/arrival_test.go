package paper

import (
	"strings"
	"testing"
	"time"
)

// D7.8: the stamp has the size and the six lines of Phụ lục IV; what is not known is left to the pen, a long name stays inside the frame.
func TestArrivalStampHasTheLinesOfTheDecree(t *testing.T) {
	for name, a := range map[string]Arrival{
		"filled": {Agency: "Ủy ban nhân dân xã Vĩnh Lĩnh", Number: "127", Date: "23/11/2026", Forward: "Phòng Văn hóa – Xã hội", Dossier: "01.VX", Made: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
		"empty":  {Agency: "Ban Quản lý các khu công nghiệp, khu kinh tế và khu công nghệ cao của thành phố trực thuộc Trung ương", Number: "8", Date: "23/11/2026", Made: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
	} {
		got, err := a.Render()
		if err != nil {
			t.Fatal(err)
		}
		if size := tool(t, "pdfinfo", saved(t, got.PDF)); !strings.Contains(size, "141.732 x 99.2126") {
			t.Errorf("%s: not 50 × 35 mm: %s", name, size)
		}
		text := strings.Join(strings.Fields(textOf(t, got.PDF)), " ")
		for _, want := range []string{strings.ToUpper(a.Agency), "ĐẾN", "Số: " + a.Number, "Ngày: 23/11/2026", "Chuyển: ", "Số và ký hiệu HS: "} {
			if !strings.Contains(strings.ReplaceAll(text, "\n", " "), strings.TrimSpace(want)) {
				t.Errorf("%s: no %q in %q", name, want, text)
			}
		}
	}
}
