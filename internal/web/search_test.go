package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// V38: search on all input fields and on content.
// V39: the chosen columns are kept and shown.
// V41: the order of results is shown.
// V38: screen /search; api GET /search; command remote find
// V39: screen /search
// V41: screen /search; api GET /search
func TestResultsByFieldsColumnsAndOrder(t *testing.T) {
	h := newHouse(t)
	first := h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	second := h.entered("128", "báo cáo công tác văn thư quý IV")
	clerk := h.as("vanthu")
	has := func(page string, id int64) bool {
		return strings.Contains(page, fmt.Sprintf(`href="/incoming/%d"`, id))
	}
	page := clerk.answers("/search?subject=van+thu&number=128&kind=in", 200)
	if has(page, first) || !has(page, second) || !strings.Contains(text(page), "Mới vào hệ thống trước") {
		t.Errorf("by fields: %s", text(page))
	}
	if page = clerk.answers("/search?q=van+thu&kind=out", 200); has(page, first) || has(page, second) {
		t.Errorf("received documents among those that went: %s", text(page))
	}
	page = clerk.answers("/search?q=van+thu&sort=oldest", 200)
	if !strings.Contains(text(page), "Vào hệ thống trước xếp trước") || strings.Index(page, fmt.Sprintf("/incoming/%d", first)) > strings.Index(page, fmt.Sprintf("/incoming/%d", second)) {
		t.Errorf("the oldest is not first: %s", text(page))
	}
	if page := clerk.answers("/search?issued_from=40/13/2026", 422); !strings.Contains(text(page), "Ngày phải viết dạng dd/mm/yyyy và có thật.") {
		t.Errorf("no day: %s", text(page))
	}
	clerk.post("/search/columns", url.Values{"column": {"arrival", "subject"}, "back": {"q=van+thu"}})
	if page = clerk.answers("/search?q=van+thu", 200); !strings.Contains(text(page), "Kết quả tìm kiếm Trích yếu Số đến báo cáo") {
		t.Errorf("the chosen columns are not shown: %s", text(page))
	}
}

// V40: screen /search
func TestSearchesAreSavedRunRenamedAndRemoved(t *testing.T) {
	h := newHouse(t)
	id := h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	clerk := h.as("vanthu")
	clerk.post("/search/saved", url.Values{"name": {"Văn thư tuần này"}, "back": {"q=van+thu&kind=in"}})
	link := regexp.MustCompile(`href="(/search\?kind=in&amp;q=van\+thu)"`)
	page := clerk.answers("/search", 200)
	if !link.MatchString(page) || !strings.Contains(text(page), "Văn thư tuần này") {
		t.Fatalf("it was not kept: %s", page)
	}
	if page := clerk.answers("/search?kind=in&q=van+thu", 200); !strings.Contains(page, fmt.Sprintf(`href="/incoming/%d"`, id)) {
		t.Errorf("it does not run: %s", text(page))
	}
	way := regexp.MustCompile(`/search/saved/(\d+)/rename`).FindStringSubmatch(page)
	if way == nil {
		t.Fatal("it cannot be renamed")
	}
	if other := h.as("chuyenvien").answers("/search", 200); strings.Contains(other, "Văn thư tuần này") {
		t.Error("another person has it")
	}
	clerk.post("/search/saved/"+way[1]+"/rename", url.Values{"name": {"Văn thư"}})
	clerk.post("/search/saved/"+way[1]+"/delete", nil)
	if page := clerk.answers("/search", 200); link.MatchString(page) {
		t.Error("it was not removed")
	}
}

// V42: results are exported as .doc, .docx, .pdf.
// V42: screen /search/export
func TestResultsAreExported(t *testing.T) {
	h := newHouse(t)
	h.entered("127", "tăng cường công tác văn thư, lưu trữ")
	clerk := h.as("vanthu")
	for format, begins := range map[string]string{"docx": "PK", "doc": `{\rtf1`, "pdf": "%PDF-", "xlsx": "PK"} {
		b := clerk.answers("/search/export?q=van+thu&format="+format, 200)
		if !strings.HasPrefix(b, begins) || len(b) < 400 {
			t.Errorf("%s: %d bytes beginning with %.10q", format, len(b), b)
		}
		if format == "doc" && !strings.Contains(b, "127/SNV-VP") {
			t.Errorf("the document is not in the file")
		}
	}
	clerk.answers("/search/export?q=x&format=exe", 422)
}
