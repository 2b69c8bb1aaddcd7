package i18n

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// D3.2, T42: search finds every way of writing.
func TestFoldBringsSpellingsTogether(t *testing.T) {
	for want, all := range map[string][]string{
		"uy ban nhan dan": {"Ủy ban nhân dân", "Uỷ ban nhân dân", "UỶ BAN  NHÂN DÂN", norm.NFD.String("Ủy ban nhân dân"), " ủy\u00a0ban\nnhân\tdân ", "Ủy\u200b ban nhân dân"},
		"dong da":         {"Đống Đa", "đống đa", "Ðống Ða", norm.NFD.String("ĐỐNG ĐA")},
		"thoa hoa":        {"thoả hoả", "thỏa hỏa"},
		"nguoi":           {"người", norm.NFD.String("NGƯỜI")},
		"12/bc-ubnd":      {"12/BC-UBND"},
		"":                {"", " \n", "\u200b", "\u0301"},
	} {
		for _, s := range all {
			if got := Fold(s); got != want {
				t.Errorf("%q folds to %q, want %q", s, got, want)
			}
		}
	}
	if Fold("ma") == Fold("na") || Fold("ăn") != Fold("ân") {
		t.Error("letters differ, marks do not")
	}
}

// T42: normalise at the door.
func TestCleanKeepsVietnameseAndDropsTricks(t *testing.T) {
	for in, want := range map[string]string{
		"  Kính gửi:\r\n\tÔng A  ": "Kính gửi:\n\tÔng A", norm.NFD.String("Ủy ban"): "Ủy ban", "a\x00b\x07c": "abc", "hợp\u202eđồng\u202c": "hợpđồng",
		"x\u200by\ufeff": "xy", "a\u00a0b": "a b", "bad\xffbyte": "bad\ufffdbyte", "dòng\u2028hai\rba": "dòng\nhai\nba", "so\u00adft": "soft", "\u2066x\u2069": "x",
		"e\u200b\u0301": "é", "z" + strings.Repeat("\u0301", 50): "ź" + strings.Repeat("\u0301", 4), "plain\x7f": "plain", "\U000e0041tag": "tag", "\ufdd0": "", "ㅤ": "",
		"Số: 12/QĐ-UBND — “ngày” 5 °C ½ №": "Số: 12/QĐ-UBND — “ngày” 5 °C ½ №", "中文 Ελλάδα": "中文 Ελλάδα",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := CleanLine(" a\n b\t\u00a0c "); got != "a b c" {
		t.Errorf("line: %q", got)
	}
}

func TestCommonLettersAreTakenAsTheyAre(t *testing.T) {
	for r := rune(1); r < 0x3000; r++ {
		s := "a" + string(r) + "b"
		if isClean(s) && (norm.NFC.String(s) != s || cleaned(r) != r || unicode.Is(unicode.Mn, r)) {
			t.Errorf("%U must be looked at", r)
		}
	}
}

func TestImitationsAreFlagged(t *testing.T) {
	for _, s := range []string{"Sở Nộі vụ", "ООО", "UBND Ηà Nội", "ＵＢＮＤ", "𝐔𝐁𝐍𝐃", "Phường Ва Đình", "Сọ"} {
		if w, mixed := MixedScript(s); !mixed || w == "" || !strings.Contains(s, w) {
			t.Errorf("%q passed", s)
		}
	}
	for _, s := range []string{"Sở Nội vụ", norm.NFD.String("Ủy ban nhân dân phường Ba Đình"), "hệ số α và β", "5 µm", "Россия", "ký ngày 05/3", "", "北京", "H26.15-UBND_Đ"} {
		if w, mixed := MixedScript(s); mixed {
			t.Errorf("%q: %q flagged", s, w)
		}
	}
}

func TestVietnameseOrder(t *testing.T) {
	want := []string{"an", "Anh", "Ánh", "ăn", "ân", "da", "đa", "ma", "mà", "mả", "mã", "má", "mạ", "oan", "ô", "ơ", "u", "ư"}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	Sort(got, func(s string) string { return s })
	if !slices.Equal(got, want) {
		t.Errorf("sorted %v", got)
	}
	for i := 1; i < len(want); i++ {
		if Compare(want[i-1], want[i]) >= 0 {
			t.Errorf("%s is not before %s", want[i-1], want[i])
		}
	}
	if Compare(norm.NFD.String("Ánh"), "Ánh") != 0 {
		t.Error("NFD and NFC differ")
	}
}

// I5.9
func TestNamesSortByGivenNameFirst(t *testing.T) {
	want := []string{"Trần Anh", "Lê Đức Anh", "Lê Văn Anh", "Trần Văn Anh", "Bùi Ánh", "Nguyễn Văn Bình", "Hoàng Đan", "Madonna", "Lý Xuân"}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	SortNames(got, func(s string) string { return s })
	if !slices.Equal(got, want) {
		t.Errorf("sorted %q", got)
	}
	for i := 1; i < len(want); i++ {
		if CompareNames(want[i-1], want[i]) >= 0 || CompareNames(want[i], want[i-1]) <= 0 {
			t.Errorf("%s is not before %s", want[i-1], want[i])
		}
	}
	if CompareNames("", "") != 0 || CompareNames("An", " An ") != 0 {
		t.Error("empty and spaced names")
	}
}

func TestSortingServesManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 200 {
				if Compare("da", "đa") >= 0 {
					t.Error("order changed under load")
				}
			}
		}()
	}
	wg.Wait()
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"Ủy ban", "a\u202eb", "\xff\xfe", "e\u200b\u0301", "\r\n\r", "\u1160\u0300", strings.Repeat("\u0301", 99), "ｶﾞ", "각"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.TrimSpace(got) != got {
			t.Fatalf("%q: %q is not clean", s, got)
		}
		for _, r := range got {
			if unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Fatalf("%q keeps %U", s, r)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("%q: cleaning %q again gives %q", s, got, again)
		}
		folded := Fold(s)
		if again := Fold(folded); again != folded {
			t.Fatalf("%q: folding %q again gives %q", s, folded, again)
		}
	})
}

func BenchmarkClean(b *testing.B) {
	s := strings.Repeat("Ủy ban nhân dân thành phố Hà Nội ", 3)
	for b.Loop() {
		Clean(s)
	}
}

func BenchmarkFold(b *testing.B) {
	s := strings.Repeat("Ủy ban nhân dân thành phố Hà Nội ", 3)
	for b.Loop() {
		Fold(s)
	}
}

func BenchmarkSortNames1000(b *testing.B) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("%s Văn %s", []string{"Nguyễn", "Trần", "Lê"}[i%3], []string{"Ánh", "Anh", "Đức", "Dung"}[i*7%4]))
	}
	for b.Loop() {
		SortNames(slices.Clone(names), func(s string) string { return s })
	}
}
