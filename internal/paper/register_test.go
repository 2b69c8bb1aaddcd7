package paper

import (
	"fmt"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// D7.1, D7.6, D7.7: cover, all columns on every page, every entry once and in order.
func TestRegisterIsPrintedWhole(t *testing.T) {
	const n = 60
	book := sampleBook(n)
	r, err := Register(book)
	if err != nil {
		t.Fatal(err)
	}
	path := saved(t, r.PDF)
	tool(t, "qpdf", "--check", path)
	cover := tool(t, "pdftotext", "-l", "1", path, "-")
	inReadingOrder(t, cover, "UBND THÀNH PHỐ HUẾ", "SỞ NỘI VỤ", "SỔ ĐĂNG KÝ VĂN BẢN ĐI", "Năm: 2026", "Từ ngày 01/01/2026 đến ngày 31/03/2026",
		"Từ số 01 đến số 60", "Quyển số: 1", book.PrintNote)
	for p := 2; p <= r.Pages; p++ {
		page := tool(t, "pdftotext", "-raw", "-f", fmt.Sprint(p), "-l", fmt.Sprint(p), path, "-")
		for i := range book.Columns {
			if !strings.Contains(page, fmt.Sprintf("(%d)", i+1)) {
				t.Errorf("page %d lacks the head of column %d", p, i+1)
			}
		}
	}
	var numbers []string
	for i := range n {
		numbers = append(numbers, FormatNumber(i+1)+"/SNV-VP")
	}
	inReadingOrder(t, tool(t, "pdftotext", "-raw", path, "-"), numbers...)
}

// D7.10: a void entry stays readable and is struck through; no other is.
func TestVoidEntriesAreStruckThrough(t *testing.T) {
	book := sampleBook(5)
	struck := 0
	for _, r := range tableOf(&book) {
		red, number := 0, ""
		for _, it := range r.items {
			if it.red {
				red++
			}
			if s := texts(it); strings.HasSuffix(s, "/SNV-VP") {
				number = s
			}
		}
		if red > 0 {
			struck++
			if number != "03/SNV-VP" {
				t.Errorf("%q is struck through", number)
			}
		}
	}
	if struck != 1 {
		t.Errorf("%d rows struck through", struck)
	}
}

// A register must be printable whatever was received: foreign letters appear as codes, stars stay stars, a huge cell is divided.
func TestRegisterPrintsStrangeCells(t *testing.T) {
	book := sampleBook(1)
	book.Columns = IncomingColumns
	book.Entries = []Entry{{Cells: []string{"05/01/2026", "1", "株 *A*", "1/**B**-C", "", strings.Repeat("rất dài ", 900)}}, {Cells: nil}}
	r, err := Register(book)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(tool(t, "pdftotext", "-raw", saved(t, r.PDF), "-")), "")
	for _, part := range []string{"[U+682A]*A*", "1/**B**-C"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing", part)
		}
	}
	if n := strings.Count(text, "rấtdài"); n < 850 || r.Pages < 3 { // the other columns' texts may fall between the two words
		t.Errorf("%d of 900 repetitions on %d pages", n, r.Pages)
	}
}

// D7.3, D7.4, D7.5: the follow-up register, the postal book and the book of kept copies have the columns of Phụ lục IV.
func TestRegisterColumnsAreThoseOfTheDecree(t *testing.T) {
	for want, columns := range map[int][]Column{10: OutgoingColumns, 7: FollowUpColumns, 6: PostalColumns, 9: CopyUseColumns} {
		if len(columns) != want {
			t.Errorf("%d columns, want %d", len(columns), want)
		}
	}
	if len(IncomingColumns) != 10 {
		t.Errorf("%d columns of incoming documents, want 10", len(IncomingColumns))
	}
}

// A volume of 20,000 lines is the largest that is printed (D7.6). live-MB is what the garbage collector last found in use while it was made.
func BenchmarkRegister(b *testing.B) {
	for _, n := range []int{1000, 20_000} {
		book := sampleBook(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var live, file uint64
			stop := make(chan struct{})
			watched := make(chan struct{})
			go func() {
				defer close(watched)
				sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
				for {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
					}
					metrics.Read(sample)
					live = max(live, sample[0].Value.Uint64())
				}
			}()
			for b.Loop() {
				r, err := Register(book)
				if err != nil {
					b.Fatal(err)
				}
				file = uint64(len(r.PDF))
			}
			close(stop)
			<-watched
			b.ReportMetric(float64(live)/1e6, "live-MB")
			b.ReportMetric(float64(file)/1e6, "file-MB")
		})
	}
}

// tableOf are all the rows of a register's table.
func tableOf(b *Book) []row {
	g := b.grid()
	rows, shared := g.opening()
	for _, e := range b.Entries {
		rows = append(rows, g.row(e.texts(), false, e.Void, nil, shared)...)
	}
	return rows
}
