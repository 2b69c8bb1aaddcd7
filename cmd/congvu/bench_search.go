package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"congvu/internal/search"
	"congvu/internal/store"
)

const searchAgencies = 633

// searchWords are syllables of subjects; the first ones are the common ones.
var searchWords = strings.Fields(`thực hiện công tác báo cáo kết quả về việc triển khai kế hoạch năm thành phố phường xã ủy ban nhân dân đầu tư xây dựng dự án giải ngân vốn
	ngân sách chuyển đổi số cải cách hành chính giáo dục y tế giao thông môi trường đất đai quy hoạch an ninh trật tự phòng cháy chữa cháy văn hóa thể thao du lịch lao động
	việc làm bảo hiểm xã hội người có công thanh tra kiểm tra giám sát khiếu nại tố cáo tiếp công dân tuyển dụng viên chức tổ chức bộ máy sáp nhập đơn vị địa giới
	hồ sơ lưu trữ văn thư chữ ký thủy lợi đê điều nông nghiệp chăn nuôi dịch bệnh tiêm chủng trường học tuyển sinh học phí đường Nguyễn Huệ Lê Lợi Trần Phú chợ cầu kênh bến xe`)

var searchIssuers = []string{"Sở Nội vụ", "Sở Tài chính", "Sở Xây dựng", "Văn phòng Ủy ban nhân dân thành phố", "Sở Y tế", "Sở Giáo dục và Đào tạo", "Ủy ban nhân dân phường Hải Châu", "Công an thành phố"}

// syntheticEntry is a document that never was: a subject of 6 to 16 syllables, some text, the rights that a received document has.
func syntheticEntry(dice *rand.Rand, n int64, agency int64) search.Entry {
	words := func(k int) string {
		out := make([]string, k)
		for i := range out {
			at := dice.Float64()
			out[i] = searchWords[int(at*at*float64(len(searchWords)))]
		}
		return strings.Join(out, " ")
	}
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n%900)).Format("2006-01-02")
	return search.Entry{ID: n, Agency: agency, Ref: fmt.Sprintf("incoming/%d", n), At: store.Instant(n), Issued: day, Arrived: day,
		Rights: []string{"i2", "i1", fmt.Sprintf("lh%d", dice.IntN(40)), fmt.Sprintf("lu%d", dice.IntN(8))},
		Fields: map[string]string{"subject": words(6 + dice.IntN(11)), "issuer": searchIssuers[dice.IntN(len(searchIssuers))], "notation": fmt.Sprintf("%d/BC-SNV", n%5000), "signer": "Nguyễn Văn An"},
		Exact:  map[string][]string{"kind": {"in"}, "type": {[]string{"CONG_VAN", "BAO_CAO", "QUYET_DINH"}[dice.IntN(3)]}, "state": {"done"}, "year": {day[:4]}}}
}

// search measures questions of one agency among many documents, straight into the index; the time of building it is told too.
func (b *benchRun) search(ctx context.Context) ([]measurement, error) {
	if err := b.open(ctx, 0); err != nil {
		return nil, err
	}
	x := newIndex(b.in.DB)
	dice := rand.New(rand.NewPCG(1, 2))
	const batch = 2000
	began := time.Now()
	for done := 0; done < b.rows; done += batch {
		entries := make([]search.Entry, 0, batch)
		for i := done; i < min(done+batch, b.rows); i++ {
			entries = append(entries, syntheticEntry(dice, int64(i+1), int64(1000+dice.IntN(searchAgencies))))
		}
		if err := x.Load(ctx, entries); err != nil {
			return nil, err
		}
	}
	if err := b.in.DB.Tidy(ctx); err != nil {
		return nil, err
	}
	built := time.Since(began)
	out := []measurement{{Name: fmt.Sprintf("search: index %d documents", b.rows), N: b.rows, Seconds: built.Seconds(), Rate: float64(b.rows) / built.Seconds()}}
	questions := map[string]func() search.Query{
		"two words":  func() search.Query { return search.Query{Words: pick(dice, 2) + " "} },
		"four words": func() search.Query { return search.Query{Words: pick(dice, 4) + " "} },
		"phrase":     func() search.Query { return search.Query{Words: `"ủy ban" ` + pick(dice, 1) + " "} },
		"prefix":     func() search.Query { w := pick(dice, 2); return search.Query{Words: w[:len(w)-1]} },
		"fields, dates": func() search.Query {
			return search.Query{Words: pick(dice, 1) + " ", Fields: map[string]string{"issuer": "sở nội vụ"}, Exact: map[string]string{"type": "BAO_CAO"}, IssuedFrom: "2024-06-01", IssuedTo: "2026-01-01"}
		},
		"everything, newest": func() search.Query { return search.Query{} },
	}
	for _, name := range []string{"two words", "four words", "phrase", "prefix", "fields, dates", "everything, newest"} {
		var times []time.Duration
		errors := 0
		start := time.Now()
		for time.Since(start) < b.span && len(times) < 5000 {
			q := questions[name]()
			q.Agency = int64(1000 + dice.IntN(searchAgencies))
			if q.Rights = []string{"i2", "i2l", "oa", "oal", "oo", "gpe1", "gpo1", "lh1"}; len(times)%2 == 1 { // a clerk, and a specialist
				q.Rights = []string{fmt.Sprintf("lh%d", dice.IntN(40)), fmt.Sprintf("lu%d", dice.IntN(8)), "oo", "op1", "gpe1", "gpo1"}
			}
			at := time.Now()
			if _, err := search.Find(ctx, b.in.DB, q); err != nil {
				errors++
			}
			times = append(times, time.Since(at))
		}
		out = append(out, summed("search: "+name, fmt.Sprintf("one of %d agencies, page of 50 and count", searchAgencies), times, time.Since(start), errors))
	}
	return out, nil
}

func pick(dice *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		at := dice.Float64()
		out[i] = searchWords[int(at*at*float64(len(searchWords)))]
	}
	return strings.Join(out, " ")
}
