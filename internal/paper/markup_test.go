package paper

import (
	"fmt"
	"strings"
	"testing"

	"congvu/internal/typeface"
)

func shown(blocks []block) string {
	var b strings.Builder
	for _, k := range blocks {
		fmt.Fprint(&b, [...]string{"text", "title", "centred", "centred title", "grid"}[k.kind], ":")
		for _, r := range k.runs {
			fmt.Fprintf(&b, " %s[%s]", [...]string{"", "b", "i", "bi"}[r.style], r.text)
		}
		for _, c := range k.cells {
			fmt.Fprintf(&b, " %q", c)
		}
		fmt.Fprintln(&b, "", k.align)
	}
	return strings.TrimSpace(b.String())
}

func TestBodyMarkup(t *testing.T) {
	for text, want := range map[string]string{
		"Một đoạn\u0301   văn.\n\n":                      "text: [Một đoạń văn.]",
		"Điều 1. Phạm vi điều chỉnh":                     "title: b[Điều 1. Phạm vi điều chỉnh]",
		"Điều 12a. Giao Sở Nội vụ chủ trì.":              "text: b[Điều 12a.] [ Giao Sở Nội vụ chủ trì.]",
		"I. KẾT QUẢ":                                     "title: b[I. KẾT QUẢ]",
		"1. Mục đích":                                    "title: b[1. Mục đích]",
		"1.2. Thực hiện trong quý I.":                    "text: [1.2. Thực hiện trong quý I.]",
		"a) Đối với xã":                                  "text: [a) Đối với xã]",
		"- Gạch đầu dòng;":                               "text: [- Gạch đầu dòng;]",
		"Chương II\nTổ chức thực hiện\nĐoạn.":            "centred: b[Chương II]\ncentred title: b[TỔ CHỨC THỰC HIỆN]\ntext: [Đoạn.]",
		"Phần I\nChương I\nTên":                          "centred: b[Phần I]\ncentred: b[Chương I]\ncentred title: b[TÊN]",
		"Chương trình này có hiệu lực.":                  "text: [Chương trình này có hiệu lực.]",
		"**đậm** *nghiêng* ***cả hai*** 2 * 3 \\*sao\\*": "text: b[đậm] [ ] i[nghiêng] [ ] bi[cả hai] [ 2 * 3 *sao*]",
		"| A | B |\n|:-:|--:|\n| 1 | 2 |":                `grid: ["A" "B"] ["1" "2"]`,
		"| A | B |\n| 1 | 2 |\nĐoạn.":                    "grid: [\"A\" \"B\"] [\"1\" \"2\"]\ntext: [Đoạn.]",
	} {
		got := shown(parseBody(text))
		got = strings.ReplaceAll(got, " []", "")
		got = strings.ReplaceAll(got, " [1 2]", "")
		if got != want {
			t.Errorf("%q:\n%s\nwant\n%s", text, got, want)
		}
	}
	if align := parseBody("| A | B |\n|:-:|--:|\n| 1 | 2 |")[0].align; align[0] != center || align[1] != right {
		t.Errorf("alignments %v", align)
	}
}

func TestLinesAreFilledAndLongWordsCut(t *testing.T) {
	const size, width = 14.0, 150.0
	runs := parseRuns("Ủy ban nhân dân **thành phố** trực thuộc trung ương https://" + strings.Repeat("dichvucong", 20) + " hết")
	var whole strings.Builder
	for i, l := range breakLines(runs, size, width-indent, width) {
		limit := width
		if i == 0 {
			limit -= indent
		}
		sum := 0.0
		for _, r := range l.runs {
			sum += typeface.Tinos(r.style).Width(r.text, size)
			whole.WriteString(r.text)
		}
		if l.width > limit+0.01 || sum > limit+0.01 || sum < l.width-0.01 {
			t.Errorf("line %d is %.1f wide, reckoned %.1f, limit %.1f", i, sum, l.width, limit)
		}
	}
	if got := strings.ReplaceAll(whole.String(), " ", ""); !strings.HasSuffix(got, "dichvuconghết") || strings.Count(got, "dichvucong") != 20 {
		t.Errorf("letters were lost: %s", got)
	}
}

// Bodies are typed by people and pasted from anywhere: no text may break the layout or lose a page.
func FuzzRenderTakesAnyBody(f *testing.F) {
	for _, seed := range []string{letterBody, "| a |\n|---|\n| b |", "|", "||||", "**", "Điều 1.", "Chương I", "Điều 1**.** x", strings.Repeat("| x ", 50),
		"|" + strings.Repeat("dài ", 3000) + "|", "\x00\xff*\u00a0*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 20_000 {
			return
		}
		doc := sampleNotice()
		doc.Body = body
		Check(doc)
		r, err := Render(doc)
		if err == nil && (r.Pages == 0 || r.Boxes.Signature.Page != r.Pages) {
			t.Fatalf("signature on page %d of %d", r.Boxes.Signature.Page, r.Pages)
		}
	})
}
