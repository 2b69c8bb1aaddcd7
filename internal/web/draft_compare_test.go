package web

import (
	"net/url"
	"strings"
	"testing"
)

// V13: screen /outgoing/{id}/compare
// V61: screen /outgoing/{id}/revise
func TestAClashIsShownBesideWhatWasTypedAndMerged(t *testing.T) {
	h := newHouse(t)
	p := h.as("chuyenvien")
	p.act("/outgoing/new?type=THONG_BAO", url.Values{"subject": {"lịch trực Tết"}, "body": {"Trực từ mùng một."}, "urgency": {"?Thường"}, "then": {"keep"}})
	way := p.last.Path
	_, page := p.get(way + "/revise")
	form := hiddenOf(page)
	form["subject"], form["body"], form["urgency"], form["then"] = []string{"bản một"}, []string{"Trực từ mùng một."}, []string{option(t, page, "Thường")}, []string{"keep"}
	form["kept_copies"] = []string{"1"}
	if status, page := p.post(way+"/revise", form); status != 200 {
		t.Fatalf("first tab: %d %s", status, text(page))
	}
	form["subject"], form["body"] = []string{"bản hai"}, []string{"Trực từ mùng hai."}
	status, page := p.post(way+"/revise", form)
	if status != 409 || !strings.Contains(page, "<del>") || !strings.Contains(page, `name="take-subject"`) || !strings.Contains(page, `name="take-body"`) {
		t.Fatalf("second tab: %d %s", status, text(page))
	}
	for k, v := range hiddenOf(page) {
		form[k] = v
	}
	form["take-subject"] = []string{"yes"}
	if status, page := p.post(way+"/revise", form); status != 200 {
		t.Fatalf("merged: %d %s", status, text(page))
	}
	if _, page = p.get(way); !strings.Contains(page, "bản một") || !strings.Contains(page, "Trực từ mùng hai.") {
		t.Errorf("the merge lost something: %s", text(page))
	}
	if status, page := p.get(way + "/compare"); status != 200 || !strings.Contains(page, "Chưa có bản nào để so sánh") {
		t.Errorf("compare without versions: %d %s", status, text(page))
	}
}
