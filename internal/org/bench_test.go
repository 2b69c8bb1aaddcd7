package org_test

import (
	"fmt"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// BenchmarkSearchAgencies looks through a national directory of 120 000 agencies.
func BenchmarkSearchAgencies(b *testing.B) {
	db := storetest.OpenAt(b, storetest.NewClock(start))
	places := []string{"An Khánh", "Đống Đa", "Hoàn Kiếm", "Thanh Xuân", "Long Biên", "Sóc Sơn", "Ba Vì", "Mê Linh", "Thạch Thất", "Quốc Oai"}
	kinds := []string{"Ủy ban nhân dân xã", "Ủy ban nhân dân phường", "Trường Trung học cơ sở", "Trạm Y tế", "Phòng Nội vụ", "Chi cục Thuế"}
	const batch = 2000
	for from := 0; from < 120_000; from += batch {
		err := db.Write(ctx, root, func(tx *store.Tx) error {
			for i := from; i < from+batch; i++ {
				name := fmt.Sprintf("%s %s %d", kinds[i%len(kinds)], places[i/7%len(places)], i/420)
				if _, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: fmt.Sprintf("H%02d.%d", i%63+1, i), Name: name, Level: org.Outside}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, q := range []string{"uy ban nhan dan", "tram y te dong da", "H26.5", "phuong hoan kiem 12", "u", ""} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				found, err := org.SearchAgencies(ctx, db, q, 20)
				if err != nil || len(found) == 0 {
					b.Fatal(found, err)
				}
			}
		})
	}
}
