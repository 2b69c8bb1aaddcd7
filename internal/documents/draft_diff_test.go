package documents

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDifferencesAreWordsNotLetters(t *testing.T) {
	got := Differences("Điều 1. Giao Phòng Văn hóa.\nĐiều 2. Thi hành.", "Điều 1. Giao Văn phòng chủ trì.\nĐiều 2. Thi hành.")
	var gone, come, same []string
	for _, p := range got {
		switch p.Kind {
		case PartRemoved:
			gone = append(gone, strings.TrimSpace(p.Text))
		case PartAdded:
			come = append(come, strings.TrimSpace(p.Text))
		default:
			same = append(same, p.Text)
		}
	}
	if strings.Join(gone, "|") != "Phòng|hóa." || strings.Join(come, "|") != "phòng chủ trì." || !strings.HasPrefix(same[0], "Điều 1. Giao ") || !strings.HasSuffix(same[len(same)-1], "Điều 2. Thi hành.") {
		t.Errorf("got %q", got)
	}
}

func TestDifferencesGiveBothTextsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"một ", "hai ", "ba\n", "bốn", " "}), 0, 60).Draw(t, "words"), "")
		})
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		var b, a strings.Builder
		for _, p := range Differences(before, after) {
			if p.Kind != PartAdded {
				b.WriteString(p.Text)
			}
			if p.Kind != PartRemoved {
				a.WriteString(p.Text)
			}
		}
		if b.String() != before || a.String() != after {
			t.Fatalf("%q → %q gave %q → %q", before, after, b.String(), a.String())
		}
	})
}

func BenchmarkDifferencesOfLongTexts(b *testing.B) {
	x := strings.Repeat("Điều 1. Giao Phòng Văn hóa chủ trì, phối hợp thực hiện.\n", 4000)
	y := strings.Repeat("Điều 1. Giao Văn phòng chủ trì, báo cáo kết quả hằng quý.\n", 4000)
	for b.Loop() {
		Differences(x, y)
	}
}
