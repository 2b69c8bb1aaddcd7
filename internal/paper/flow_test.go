package paper

import (
	"fmt"
	"strings"
	"testing"
)

// Titles stay with what follows; a chain of titles longer than a page must not take a page each.
func TestAChainOfTitlesFillsPages(t *testing.T) {
	doc := samplePlan()
	doc.Body = strings.Repeat("1. Tiêu đề\n", 100) + "Đoạn cuối./."
	if n := len(laidOut(doc).pages.all); n > 6 {
		t.Errorf("100 titles take %d pages", n)
	}
}

func TestATitleIsNeverTheLastLineOfAPage(t *testing.T) {
	for n := 20; n < 45; n++ {
		doc := samplePlan()
		doc.Body = strings.Repeat("Một dòng.\n", n) + "1. Tiêu đề\nNội dung của tiêu đề.\n" + strings.Repeat("Một dòng.\n", 40)
		var title, text int
		for _, p := range laidOut(doc).pages.all {
			for _, it := range p.items {
				switch texts(it) {
				case "1. Tiêu đề":
					title = p.index
				case "Nội dung của tiêu đề.":
					text = p.index
				}
			}
		}
		if title == 0 || title != text {
			t.Fatalf("after %d lines: title on page %d, text on page %d", n, title, text)
		}
	}
}

func TestTheHeadOfATableIsRepeatedOnEveryPage(t *testing.T) {
	doc := samplePlan()
	rows := "| STT | Nội dung công việc |\n|:-:|---|\n"
	for i := range 120 {
		rows += fmt.Sprintf("| %d | Việc số %d |\n", i+1, i+1)
	}
	doc.Body = rows
	met := 0
	for _, p := range laidOut(doc).pages.all {
		head, line := 0, false
		for _, it := range p.items {
			switch s := texts(it); {
			case s == "Nội dung công việc":
				head++
				if line {
					t.Errorf("page %d: the head stands below a row", p.index)
				}
			case strings.HasPrefix(s, "Việc số "):
				met++
				line = true
				if it.y < marginBottom {
					t.Errorf("page %d: %q runs off the page", p.index, s)
				}
			}
		}
		if line && head != 1 {
			t.Errorf("page %d shows %d heads", p.index, head)
		}
	}
	if met != 120 {
		t.Errorf("%d of 120 rows are printed", met)
	}
}

// A head taller than a third of a page would fill the pages it is repeated on.
func TestATallHeadIsNotRepeated(t *testing.T) {
	doc := samplePlan()
	doc.Body = "| " + strings.Repeat("rất dài ", 400) + " |\n|---|\n" + strings.Repeat("| một dòng |\n", 100)
	if n := len(laidOut(doc).pages.all); n > 6 {
		t.Errorf("%d pages", n)
	}
}

// D5.1: landscape is allowed for tables that are not made into annexes.
func TestLandscapeKeepsEverythingOnThePage(t *testing.T) {
	doc := sampleSubmission()
	doc.Landscape = true
	l := laidOut(doc)
	if s := l.pages.all[0].sheet; s != landscape {
		t.Fatalf("sheet %+v", s)
	}
	for _, b := range []Box{l.boxes.Signature, l.boxes.Seal, l.boxes.Number, l.boxes.Date, l.boxes.Corner} {
		if b.Page == 0 || b.Left < marginLeft || b.Right > landscape.width-marginRight+0.1 || b.Bottom < 0 || b.Top > landscape.height {
			t.Errorf("box %+v", b)
		}
	}
}
