package edxml

import "testing"

func TestDocumentIDFollowsTheStandard(t *testing.T) { // QCVN 102 1.14
	if got := MakeDocumentID("000.00.00.G22", "2015-09-30", Code{"7816", "VPCP-TTĐT"}); got != "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT" {
		t.Error(got)
	}
	if c := SplitCode("12/2026/TT-BTC"); c != (Code{"12", "2026/TT-BTC"}) { // X3.6: the first slash
		t.Errorf("%+v", c)
	}
}

func TestDatesAreReadInTheirForms(t *testing.T) { // X3.1
	for in, want := range map[string]Date{
		"2026/11/20": "2026-11-20", "20/11/2026": "2026-11-20", "2026-11-20": "2026-11-20", " 2026/1/2 ": "2026-01-02",
		"2026-11-20T18:30:00Z": "2026-11-21", "": "",
	} {
		if got, ok := ParseDate(in); got != want || !ok {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
	for _, bad := range []string{"2014/02/30", "31/11/2026", "hôm qua", "20261120"} {
		if got, ok := ParseDate(bad); got != "" || ok {
			t.Errorf("%q: %q %v", bad, got, ok)
		}
	}
}

func TestKindOfCodeFollowsThePattern(t *testing.T) { // I1.10, I1.12
	for code, want := range map[string]CodeKind{
		"H26": CurrentCode, "G12.18": CurrentCode, "H37.02.02": CurrentCode, "H37.DN.001": CurrentCode,
		"000.00.00.G22": OldCode, "000.00.00.H41": OldCode, "28.22.H17": OldCode, "00.01.H03": OldCode,
		"Z01ABC": SchemeCode, "Z25.1": SchemeCode, "0101234567": EnterpriseCode, "0101234567-001": EnterpriseCode,
		"00.22.W00": TechnicalCode, "vxp.saas.03": TechnicalCode, "": TechnicalCode, "..": TechnicalCode,
	} {
		if got := KindOfCode(code); got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}

func TestCodesCompareAsTheExchangeDoes(t *testing.T) { // I1.11
	if !SameCode(" 000-00-19-h40", "000.00.19.H40") || SameCode("000.00.19.H40", "000.00.19.H41") {
		t.Error("comparison of codes")
	}
}

func TestTypeNamesIgnoreDiacriticsAndTonePlacement(t *testing.T) { // D3.2
	table := NewTypeNames(map[string]string{
		"QUYET_DINH": "Quyết định (cá biệt)", "BAN_THOA_THUAN": "Bản thỏa thuận", "GIAY_UY_QUYEN": "Giấy ủy quyền", "DE_AN": "Đề án",
		"CONG_VAN": "Công văn", "A": "Bao cáo", "B": "Báo cao",
	})
	for name, want := range map[string]string{
		"QUYET DINH": "QUYET_DINH", " quyết   định": "QUYET_DINH", "Bản thoả thuận": "BAN_THOA_THUAN", "Giấy uỷ quyền": "GIAY_UY_QUYEN",
		"de an": "DE_AN", "Co\u0302ng va\u0306n": "CONG_VAN", "Báo cao": "B", "bao cao": "", "Quy định": "", "": "",
	} {
		if got, ok := table.Code(name); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", name, got, ok)
		}
	}
}
